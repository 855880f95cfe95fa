import { closeSync, openSync } from "node:fs";
import "#run/worker.ts";

/*
 * The real worker; the first thread that makes the file FALL_ONCE names throws, half a second after
 * its start, where nobody catches.
 */
try {
  closeSync(openSync(process.env["FALL_ONCE"] ?? "", "wx"));
  setTimeout(() => {
    throw new Error("fell as told");
  }, 500);
} catch {
  // Another thread was first.
}
