import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";

/** An Ed25519 key of an installation: what it signs, anybody who knows the public half can check. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** The public half, as `publicKeyOf` reads it. */
  readonly publicText: string;
}

/** PKCS #8 around a seed of 32 bytes (RFC 8410, section 7). */
const SEED_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** `seed`: 32 bytes that only this installation knows. */
export function signingKeyOf(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new TypeError("an Ed25519 seed has 32 bytes");
  const der = Buffer.concat([SEED_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { id: keyIdOf(publicKey), privateKey, publicText: x };
}

/** What signatures name a key by: SHA-256 of its SubjectPublicKeyInfo, in hex. */
export function keyIdOf(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** The 32 bytes of an Ed25519 public key as base64url. */
export const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

/** Null where the text is no such key. */
export function publicKeyOf(text: string): KeyObject | null {
  if (!PUBLIC_KEY.test(text)) return null;
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: text }, format: "jwk" });
  } catch {
    return null;
  }
}

/** base64url of the signature. `context` keeps it from being one over anything else the key signs. */
export function signText(context: string, text: string, key: SigningKey): string {
  return sign(null, Buffer.from(context + text, "utf8"), key.privateKey).toString("base64url");
}

export function verifiesText(
  context: string,
  text: string,
  signature: string,
  key: KeyObject,
): boolean {
  if (!/^[A-Za-z0-9_-]{86}$/.test(signature)) return false;
  const bytes = Buffer.from(context + text, "utf8");
  return verify(null, bytes, key, Buffer.from(signature, "base64url"));
}
