import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PatternMemory } from "@egide/waf/regex/facts.ts";

/**
 * What loading found out about the patterns of each rule set, on disk, so that a restart need not find
 * it out again. A file that is missing, damaged or from another version costs time and nothing else.
 */
export class PatternFiles {
  readonly #folder: string | null;
  readonly #worker: number;

  /** `folder` null: nothing is kept. */
  constructor(folder: string | null, worker: number) {
    this.#folder = folder;
    this.#worker = worker;
  }

  read(source: string): PatternMemory {
    if (this.#folder === null) return new PatternMemory();
    try {
      return new PatternMemory(readFileSync(this.#path(this.#folder, source), "utf8"));
    } catch {
      return new PatternMemory();
    }
  }

  write(source: string, memory: PatternMemory): void {
    if (this.#folder === null || !memory.grew) return;
    const path = this.#path(this.#folder, source);
    const made = `${path}.${process.pid}.${this.#worker}`;
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(made, memory.text(), { mode: 0o600 });
      renameSync(made, path);
    } catch {
      // A disk that is full or gone: the next start finds it out again.
    }
  }

  #path(folder: string, source: string): string {
    const name = createHash("sha256").update(source).digest("hex").slice(0, 16);
    return join(folder, `${name}.patterns`);
  }
}
