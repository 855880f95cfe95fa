import { hkdfSync, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";
import type { Keys } from "#run/message.ts";

const SECRET_BYTES = 32;

/**
 * The installation's secret from `state/secret.key`, made at the first start, and what is derived
 * from it (HKDF, RFC 5869). Nodes that are to accept each other's passes share the file. Session
 * tickets are sealed with keys of this process alone: they die with it.
 */
export function loadKeys(state: string): Keys {
  const secret = loadSecret(state);
  const derive = (purpose: string, bytes: number): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", secret, "", `egide ${purpose} v1`, bytes));
  return {
    secret: derive("visitors", 32),
    ticketKeys: randomBytes(48),
    signingSeed: derive("signing", 32),
    addressKey: derive("log addresses", 32),
    pseudonym: `egide-${Buffer.from(derive("name", 4)).toString("hex")}`,
  };
}

function loadSecret(state: string): Uint8Array {
  const file = join(state, "secret.key");
  mkdirSync(state, { recursive: true, mode: 0o750 });
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(temporary, randomBytes(SECRET_BYTES), { mode: 0o600, flag: "wx" });
    // Fails if the file is there: of two processes that start at once, one wins and both read.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unusable(file, error);
  } finally {
    rmSync(temporary, { force: true });
  }
  const secret = new Uint8Array(readFileSync(file));
  if (secret.length !== SECRET_BYTES) throw unusable(file, null);
  return secret;
}

function unusable(file: string, cause: unknown): AppError {
  const publicMessage = `${file} must be a file of ${SECRET_BYTES} bytes that this process may read`;
  return new AppError({
    code: "edge.secret",
    source: "operator",
    retry: false,
    publicMessage,
    cause,
  });
}
