import { readFile, stat } from "node:fs/promises";
import { exitListSchema } from "#filter/tor/exits.ts";
import type { TorVisitors } from "#filter/tor/visitors.ts";

/** After so many days a list says little: exits come and go by the hour. */
const OLD_DAYS = 14;
const DAY = 86_400_000;

/**
 * Takes the list of exits over from a file whenever that changes: `egide tor update` writes it. One
 * that can't be read leaves what was known, and throws once.
 */
export class ExitFile {
  readonly #path: string;
  readonly #visitors: TorVisitors;
  #seen = "";
  #date = "";
  #saidOld = "";

  constructor(path: string, visitors: TorVisitors) {
    this.#path = path;
    this.#visitors = visitors;
  }

  async refresh(now: number): Promise<void> {
    const found = await stat(this.#path).catch(() => null);
    if (found === null) return;
    const stamp = `${found.mtimeMs} ${found.size} ${found.ino}`;
    if (stamp === this.#seen) return this.#sayOld(now);
    this.#seen = stamp;
    const list = exitListSchema.parse(JSON.parse(await readFile(this.#path, "utf8")));
    this.#visitors.take(list);
    this.#saidOld = "";
    this.#date = list.date;
    this.#sayOld(now);
  }

  /** Says it once a list: in the log, by throwing as a job does. */
  #sayOld(now: number): void {
    if (this.#date === "" || this.#saidOld === this.#date) return;
    if (now - Date.parse(this.#date) < OLD_DAYS * DAY) return;
    this.#saidOld = this.#date;
    throw new Error(`${this.#path} is of ${this.#date}: run egide tor update daily`);
  }
}
