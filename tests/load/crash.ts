import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { startOriginProcess } from "@egide/testkit/origin/child.ts";
import { cachedBody } from "@egide/testkit/origin/site.ts";
import { valuesOf } from "@egide/testkit/reference/message.ts";
import { Visitor } from "./soak/http.ts";

export interface CrashOptions {
  readonly rounds: number;
  readonly report: (line: string) => void;
}

export interface CrashResult {
  /** Answers whose every byte was compared, and how many of them came from the cache. */
  readonly answers: number;
  readonly hits: number;
  readonly cut: number;
  readonly complaints: readonly string[];
}

const OBJECTS = 60;
const BYTES = 200_000;
/** Little memory, so that what is kept is kept on disk. */
const CONFIG = { cache: { memoryBytes: 1_000_000, diskBytes: 200_000_000 } };

class Reader {
  answers = 0;
  hits = 0;
  /** Answers that were broken off since the file behind them turned out to be harmed. */
  cut = 0;
  /** Files were harmed: an answer may be cut off in the middle once, and must be right the next time. */
  mayCut = false;
  readonly complaints: string[] = [];

  /** Asks for objects by several visitors at once; `after` may end it all in the middle. */
  async readAll(port: number, from: number, after?: (answers: number) => boolean): Promise<void> {
    let next = 0;
    let answered = 0;
    let over = false;
    const read = async (): Promise<void> => {
      const visitor = new Visitor({ port });
      while (next < OBJECTS && !over) {
        const name = `object-${from + next++}`;
        try {
          await this.#readOne(visitor, name);
        } catch (error) {
          // Who is killed may break off, but never lie.
          if (!over) await this.#again(visitor, name, error);
        }
        answered++;
        if (after?.(answered) === true) over = true;
      }
      visitor.leave();
    };
    await Promise.all([read(), read(), read(), read()]);
  }

  async #again(visitor: Visitor, name: string, error: unknown): Promise<void> {
    if (!this.mayCut) {
      this.complaints.push(`${name}: ${String(error)}`);
      return;
    }
    this.cut++;
    await this.#readOne(visitor, name).catch((again: unknown) => {
      this.complaints.push(`${name}, asked for again: ${String(again)}`);
    });
  }

  async #readOne(visitor: Visitor, name: string): Promise<void> {
    const { status, body, fields } = await visitor.get(`/cached/${name}/${BYTES}`, true);
    this.answers++;
    if (/hit/.test(valuesOf(fields, "cache-status").join())) this.hits++;
    if (status !== 200) this.complaints.push(`${name}: status ${status}`);
    else if (body !== cachedBody(name, BYTES)) this.complaints.push(`${name}: wrong bytes`);
  }
}

/** The edge dies in the middle of writing, again and again; what it serves afterwards must be right. */
export async function runKills(options: CrashOptions): Promise<CrashResult> {
  const site = await startOriginProcess("site");
  const reader = new Reader();
  let directory: string | undefined;
  try {
    for (let round = 0; round < options.rounds; round++) {
      const reuse = directory === undefined ? {} : { directory };
      const edge: EdgeProcess = await EdgeProcess.start({
        originPort: site.port,
        config: CONFIG,
        ...reuse,
      });
      directory = edge.directory;
      // What the last one left, whole; then new objects, and death at another moment each time.
      reader.mayCut = round > 0 && round % 2 === 0;
      if (round > 0) await reader.readAll(edge.http, (round - 1) * OBJECTS);
      reader.mayCut = false;
      let killed: Promise<void> | null = null;
      const deadly = 25 + ((round * 13) % 34);
      await reader.readAll(edge.http, round * OBJECTS, (answers) => {
        if (answers < deadly) return false;
        killed ??= edge.kill();
        return true;
      });
      await (killed ?? edge.kill());
      const harmed = round % 2 === 1 ? harm(join(directory, "state", "cache"), round) : 0;
      options.report(`round ${round + 1}: killed after ${deadly} answers, ${harmed} files harmed`);
    }
  } finally {
    await site.process.stop();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
  const { answers, hits, cut, complaints } = reader;
  return { answers, hits, cut, complaints };
}

/** Does to every third file what a failing disk does: a byte is wrong, or the end is missing. */
function harm(cache: string, round: number): number {
  const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  let harmed = 0;
  files.forEach((entry, i) => {
    if (i % 3 !== 0) return;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    if (bytes.length < 10) return;
    const at = (i * 7919 + round * 104_729) % bytes.length;
    bytes[at] = (bytes[at] as number) ^ 0x20;
    writeFileSync(path, i % 2 === 0 ? bytes : bytes.subarray(0, at));
    harmed++;
  });
  return harmed;
}

/** The disk of the cache is far smaller than it was told: it fills up, and nobody notices. */
export async function runFullDisk(options: CrashOptions): Promise<CrashResult> {
  const site = await startOriginProcess("site");
  const reader = new Reader();
  const edge = await EdgeProcess.start({
    originPort: site.port,
    config: CONFIG,
    cacheFileSystem: 4_000_000,
  });
  try {
    // Twelve megabytes of objects a round; each round reads the one before as well.
    for (let round = 0; round < options.rounds; round++) {
      await reader.readAll(edge.http, round * OBJECTS);
      await reader.readAll(edge.http, Math.max(0, round - 1) * OBJECTS);
    }
    options.report(`full disk: ${reader.answers} answers, ${reader.hits} from the cache`);
  } finally {
    await edge.stop();
    await site.process.stop();
  }
  const { answers, hits, cut, complaints } = reader;
  return { answers, hits, cut, complaints };
}
