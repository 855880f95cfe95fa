import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type MitigationFileContent,
  mitigationFileSchema,
} from "@egide/contract/mitigation-file.ts";
import type { Logger } from "#log/logger.ts";

type Content = Pick<MitigationFileContent, "zones" | "visitors">;

const NOTHING: Content = { zones: {}, visitors: [] };
/** Older than this it says little of today. */
const STALE_MS = 7 * 86_400_000;
/** Larger than any that was written here. */
const MOST_BYTES = 64 << 20;

/**
 * What mitigation has learned, in the state directory: what is usual on each zone, and who is known.
 * Written beside and renamed, so that a reader sees a whole file. It only saves a minute of getting
 * acquainted: whatever can't be read is left aside with a line in the log.
 */
export class MitigationFile {
  readonly #path: string;
  readonly #logger: Logger;

  constructor(state: string, logger: Logger) {
    this.#path = join(state, "mitigation.json");
    this.#logger = logger;
  }

  read(now: number): Content {
    try {
      const text = readFileSync(this.#path);
      if (text.length > MOST_BYTES) throw new Error(`${text.length} bytes are too many`);
      const { wall, zones, visitors } = mitigationFileSchema.parse(JSON.parse(text.toString()));
      return Math.abs(now - wall) > STALE_MS ? NOTHING : { zones, visitors };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        this.#logger.warn(
          { file: this.#path, error: (error as Error).message.slice(0, 300) },
          "what was learned of ordinary traffic can't be read: it is learned anew",
        );
      }
      return NOTHING;
    }
  }

  write(content: Content, now: number): void {
    const temporary = `${this.#path}.${process.pid}.new`;
    try {
      const whole: MitigationFileContent = { format: 1, wall: now, ...content };
      writeFileSync(temporary, `${JSON.stringify(whole)}\n`, { mode: 0o600 });
      renameSync(temporary, this.#path);
    } catch (error) {
      rmSync(temporary, { force: true });
      this.#logger.error(
        { file: this.#path, error },
        "what was learned of ordinary traffic can't be kept",
      );
    }
  }
}
