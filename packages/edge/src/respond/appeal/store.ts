import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Appeal, appealSchema, REQUEST_ID } from "@egide/contract/appeal.ts";

/** Appeals kept at once. */
const MOST = 10_000;
/** Where there are too many, those go that nobody has touched for so long. */
const OLD_MS = 60 * 86_400_000;

/** `open`: there is one for this receipt already. */
export type Put = "taken" | "open" | "full" | "failed";

/**
 * Appeals as files, one each, named by the refused request: that there is one at most for a receipt is
 * the file system's promise, to all workers, processes and restarts. Asked for seldom (the paths are
 * rate limited), so it may wait for the disk.
 */
export class AppealStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  find(request: string): Appeal | null {
    if (!REQUEST_ID.test(request)) return null;
    try {
      const text = readFileSync(this.#path(request), "utf8");
      return appealSchema.safeParse(JSON.parse(text)).data ?? null;
    } catch {
      return null;
    }
  }

  put(appeal: Appeal, now: number): Put {
    const path = this.#path(appeal.receipt.request);
    const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o750 });
      if (!this.#hasRoom(now)) return "full";
      writeFileSync(temporary, `${JSON.stringify(appeal)}\n`, { mode: 0o640, flag: "wx" });
      linkSync(temporary, path);
      return "taken";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EEXIST" ? "open" : "failed";
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  #hasRoom(now: number): boolean {
    const names = readdirSync(this.#folder);
    if (names.length < MOST) return true;
    const old = names.filter((name) => {
      const { mtimeMs } = statSync(join(this.#folder, name));
      return now - mtimeMs > OLD_MS;
    });
    for (const name of old) rmSync(join(this.#folder, name), { force: true });
    return names.length - old.length < MOST;
  }

  #path(request: string): string {
    return join(this.#folder, `${request}.json`);
  }
}
