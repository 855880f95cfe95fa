import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { keyIdOf } from "@egide/contract/signing.ts";
import { AppError } from "@egide/std/error.ts";

const BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** The public keys (PEM, Ed25519; two or more while one is replaced by another) of a file. Throws AppError. */
export function readTrustedKeys(path: string): ReadonlyMap<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const [pem] of readText(path).matchAll(BLOCK)) {
    const key = parse(path, () => createPublicKey(pem));
    keys.set(keyIdOf(key), key);
  }
  if (keys.size === 0) throw unusable(path, "no public key in PEM (BEGIN PUBLIC KEY)");
  return keys;
}

/** The private key (PEM, Ed25519) of a file. Throws AppError. */
export function readSigningKey(path: string): KeyObject {
  const pem = readText(path);
  return parse(path, () => createPrivateKey(pem));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unusable(path, (cause as NodeJS.ErrnoException).code ?? "not readable", cause);
  }
}

function parse(path: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw unusable(path, "not a key in PEM", cause);
  }
  if (key.asymmetricKeyType !== "ed25519") throw unusable(path, "not an Ed25519 key");
  return key;
}

function unusable(path: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: "snapshot.key",
    source: "operator",
    retry: false,
    publicMessage: `${path}: ${why}`,
    cause,
  });
}
