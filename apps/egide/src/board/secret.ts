import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";

const BYTES = 32;

/** The board's secret from its state directory, made at the first start. */
export function boardSecret(state: string): Uint8Array {
  const file = join(state, "board.key");
  mkdirSync(state, { recursive: true, mode: 0o750 });
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(temporary, randomBytes(BYTES), { mode: 0o600, flag: "wx" });
    // Fails if the file is there: of two processes that start at once, one wins and both read.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unusable(file, error);
  } finally {
    rmSync(temporary, { force: true });
  }
  const secret = new Uint8Array(readFileSync(file));
  if (secret.length !== BYTES) throw unusable(file, null);
  return secret;
}

function unusable(file: string, cause: unknown): AppError {
  return new AppError({
    code: "board.secret",
    source: "operator",
    retry: false,
    publicMessage: `${file} must be a file of ${BYTES} bytes that this process may read`,
    cause,
  });
}
