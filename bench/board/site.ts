import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EGIDE_MAIN } from "../peers/peers.ts";
import { cpuMicros, family, waitedMicros } from "../process.ts";
import { freePort, untilOpen } from "../run.ts";
import { KEPT } from "./fill/kept.ts";

/** The site's name, as visitors write it. */
export const HOST = "bench.test";

export interface SiteOptions {
  /** A kept file that is copied first; null where records are elsewhere. */
  readonly filled: string | null;
  readonly database?: string;
  /** As taskset takes them. */
  readonly cores: string;
  readonly port?: number;
  /** State folder of the edge in front. */
  readonly edge?: string;
}

/** `egide board` over a full site, in a process of its own and a folder that goes with it. */
export class Site {
  readonly port: number;
  readonly #child: Bun.Subprocess;
  readonly #folder: string;

  private constructor(port: number, child: Bun.Subprocess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(options: SiteOptions): Promise<Site> {
    // Beside the kept file, so that a copy may share its blocks.
    const folder = mkdtempSync(join(KEPT, "site-"));
    const { filled, database, cores, edge, port = freePort() } = options;
    if (filled !== null) {
      const copied = join(folder, "board.db");
      // Written out at once: the disk has to be free for the board's own commits.
      for (const argv of [
        ["cp", "--reflink=auto", filled, copied],
        ["sync", copied],
      ]) {
        if ((await Bun.spawn(argv).exited) !== 0) throw new Error(`${filled} could not be copied`);
      }
    }
    const argv = [
      "taskset",
      "-c",
      cores,
      process.execPath,
      EGIDE_MAIN,
      "board",
      "--listen",
      `127.0.0.1:${port}`,
      "--url",
      `http://${HOST}`,
      "--state",
      folder,
      ...(database === undefined ? [] : ["--database", database]),
      ...(edge === undefined ? [] : ["--edge", edge, "--zone", "board"]),
      "--log-level",
      "warn",
      "--log-format",
      "json",
    ];
    const child = Bun.spawn(argv, {
      stdout: "ignore",
      stderr: Bun.file(join(folder, "stderr.log")),
    });
    await untilOpen(port, child, folder);
    return new Site(port, child, folder);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** CPU time so far of the process that serves, and of those that decode pictures for it. */
  cpu(): { readonly serving: number; readonly decoding: number } {
    const { pid } = this.#child;
    const [, ...children] = family(pid);
    return { serving: cpuMicros([pid]), decoding: cpuMicros(children) + waitedMicros(pid) };
  }

  /** What its process complained of. */
  async complaints(): Promise<string> {
    return Bun.file(join(this.#folder, "stderr.log")).text();
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
