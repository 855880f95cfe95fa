import type { Clock } from "@egide/std/clock.ts";
import type { LogTarget } from "#log/sink/target.ts";
import { writeAll } from "#log/sink/write-all.ts";

const STDOUT = 1;

/** Lines to standard output, for whoever started the process to keep. */
export function stdoutTarget(clock: Clock, fd = STDOUT): LogTarget {
  return {
    write: (bytes, done) => writeAll(fd, bytes, clock, done),
    reopen() {
      // Whoever reads the pipe rotates.
    },
    close() {
      // Standard output belongs to the process.
    },
  };
}
