import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";

const BYTES = 32;

/** 32 secret bytes from `state/name`, made at the first start. An unusable file throws `code`. */
export function secretFile(state: string, name: string, code: string): Uint8Array {
  const file = join(state, name);
  mkdirSync(state, { recursive: true, mode: 0o750 });
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  const unusable = (cause: unknown): AppError =>
    new AppError({
      code,
      source: "operator",
      retry: false,
      publicMessage: `${file} must be a file of ${BYTES} bytes that this process may read`,
      cause,
    });
  try {
    writeFileSync(temporary, randomBytes(BYTES), { mode: 0o600, flag: "wx" });
    // Fails if the file is there: of two processes that start at once, one wins and both read.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unusable(error);
  } finally {
    rmSync(temporary, { force: true });
  }
  const secret = new Uint8Array(readFileSync(file));
  if (secret.length !== BYTES) throw unusable(null);
  return secret;
}
