import { write } from "node:fs";
import type { Clock } from "@egide/std/clock.ts";

const RETRY_MS = 20;

/**
 * Writes all of `bytes` to a descriptor, however many calls that takes; a pipe whose reader is slow
 * is tried again. `done` hears how many bytes are there, also after an error.
 */
export function writeAll(
  fd: number,
  bytes: Uint8Array,
  clock: Clock,
  done: (error: Error | null, written: number) => void,
): void {
  let at = 0;
  const step = (): void => {
    write(fd, bytes, at, bytes.length - at, null, (error, written) => {
      if (error !== null) {
        if (error.code === "EAGAIN") clock.after(RETRY_MS, step);
        else done(error, at);
        return;
      }
      at += written;
      if (at < bytes.length) step();
      else done(null, at);
    });
  };
  step();
}
