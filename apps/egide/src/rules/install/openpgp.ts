import { createHash, createPublicKey, createVerify } from "node:crypto";
import { AppError } from "@egide/std/error.ts";

/** An RSA key that signs, as far as a detached signature needs it. */
export interface PublicKey {
  /** Upper-case hexadecimal (RFC 9580, section 5.5.4.2). */
  readonly fingerprint: string;
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

const HASHES: Readonly<Record<number, string>> = { 8: "sha256", 9: "sha384", 10: "sha512" };
const RSA = new Set([1, 3]);

/**
 * Reads the primary key out of an armoured public key block (RFC 9580): version 4, RSA. Names,
 * certifications and subkeys are passed over: who the key belongs to is known by its fingerprint.
 */
export function readPublicKey(armoured: string): PublicKey {
  for (const { tag, body } of packets(dearmour(armoured, "PUBLIC KEY BLOCK"))) {
    if (tag !== 6) continue;
    if (body[0] !== 4 || !RSA.has(body[5] as number)) {
      throw unusable("only RSA keys of version 4 are read");
    }
    const modulus = integer(body, 6);
    const exponent = integer(body, modulus.end);
    const head = Buffer.from([0x99, body.length >> 8, body.length & 255]);
    const fingerprint = createHash("sha1").update(head).update(body).digest("hex").toUpperCase();
    return { fingerprint, modulus: modulus.bytes, exponent: exponent.bytes };
  }
  throw unusable("there is no public key in it");
}

/** True where the armoured detached signature is this key's over these bytes. */
export function verifySignature(data: Uint8Array, armoured: string, key: PublicKey): boolean {
  const found = [...packets(dearmour(armoured, "SIGNATURE"))].filter(({ tag }) => tag === 2);
  if (found.length === 0) throw unusable("there is no signature in it");
  return found.some(({ body }) => verifyOne(data, body, key));
}

/** RFC 9580, section 5.2.3 and 5.2.4: version 4, over a binary document. */
function verifyOne(data: Uint8Array, body: Uint8Array, key: PublicKey): boolean {
  const hash = HASHES[body[3] as number];
  const isRead = body[0] === 4 && body[1] === 0 && RSA.has(body[2] as number);
  if (!isRead || hash === undefined) return false;
  const hashedEnd = 6 + twoBytes(body, 4);
  if (hashedEnd + 2 > body.length || hasUnknownCritical(body.subarray(6, hashedEnd))) return false;
  const signed = body.subarray(0, hashedEnd);
  const unhashedEnd = hashedEnd + 2 + twoBytes(body, hashedEnd);
  const value = integer(body, unhashedEnd + 2).bytes;
  const trailer = Buffer.alloc(6);
  trailer[0] = 4;
  trailer[1] = 255;
  trailer.writeUInt32BE(signed.length, 2);
  const jwk = { kty: "RSA", n: base64url(key.modulus), e: base64url(key.exponent) };
  // The number may be written without its leading zeros; a signature is as long as the modulus.
  const padded = Buffer.alloc(Math.max(key.modulus.length, value.length));
  padded.set(value, padded.length - value.length);
  return createVerify(hash)
    .update(data)
    .update(signed)
    .update(trailer)
    .verify(createPublicKey({ key: jwk, format: "jwk" }), padded);
}

/** Subpackets that say something about a signature of a document; a critical other one voids it. */
const KNOWN_SUBPACKETS = new Set([2, 3, 16, 20, 28, 33, 35]);

function hasUnknownCritical(area: Uint8Array): boolean {
  for (let at = 0; at < area.length; ) {
    const { length, size } = newLength(area, at);
    at += size;
    const type = area[at] as number;
    if ((type & 0x80) !== 0 && !KNOWN_SUBPACKETS.has(type & 0x7f)) return true;
    at += Math.max(1, length);
  }
  return false;
}

interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** RFC 9580, section 4.2: both formats of packet headers; no partial lengths. */
function* packets(bytes: Uint8Array): Generator<Packet> {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    if ((first & 0x80) === 0) throw unusable("a packet begins with a wrong byte");
    const isNew = (first & 0x40) !== 0;
    const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f;
    const { length, size } = isNew ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, first & 3);
    const start = at + 1 + size;
    if (start + length > bytes.length) throw unusable("it ends in the middle of a packet");
    yield { tag, body: bytes.subarray(start, start + length) };
    at = start + length;
  }
}

function newLength(bytes: Uint8Array, at: number): { length: number; size: number } {
  const first = bytes[at] ?? 224;
  if (first < 192) return { length: first, size: 1 };
  if (first < 224) return { length: (first - 192) * 256 + (bytes[at + 1] ?? 0) + 192, size: 2 };
  if (first < 255) throw unusable("a packet comes in parts");
  return { length: Buffer.from(bytes).readUInt32BE(at + 1), size: 5 };
}

function oldLength(bytes: Uint8Array, at: number, kind: number): { length: number; size: number } {
  const size = [1, 2, 4][kind];
  if (size === undefined || at + size > bytes.length) throw unusable("a packet has no length");
  return { length: Buffer.from(bytes).readUIntBE(at, size), size };
}

/** A number with its bits counted before it. */
function integer(bytes: Uint8Array, at: number): { bytes: Uint8Array; end: number } {
  const length = Math.ceil(twoBytes(bytes, at) / 8);
  const end = at + 2 + length;
  if (length === 0 || end > bytes.length) throw unusable("a number is cut off");
  return { bytes: bytes.subarray(at + 2, end), end };
}

function twoBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** RFC 9580, section 6; its checksum guards against accidents only, and is not looked at. */
function dearmour(text: string, kind: string): Uint8Array {
  const found = new RegExp(
    `-----BEGIN PGP ${kind}-----\\r?\\n(?:[^\\r\\n]+\\r?\\n)*\\r?\\n([A-Za-z0-9+/=\\s]+?)(?:\\r?\\n=[A-Za-z0-9+/]{4})?\\s*-----END PGP ${kind}-----`,
  ).exec(text);
  if (found === null) throw unusable(`no PGP ${kind.toLowerCase()} is in it`);
  return Buffer.from((found[1] as string).replace(/\s/g, ""), "base64");
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function unusable(what: string): AppError {
  return new AppError({
    code: "rules.signature",
    source: "operator",
    retry: false,
    publicMessage: `the signature or its key can't be read: ${what}`,
  });
}
