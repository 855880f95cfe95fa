import type { Meta } from "#cache/entry.ts";

/** What one file of the index says. `scope` and `key` guard against a file in the wrong place. */
export type Record =
  | {
      readonly kind: "vary";
      readonly scope: string;
      readonly key: string;
      readonly names: readonly string[];
      /** Part of the variants' names: a new marker leaves the old variants unreachable. */
      readonly generation: string;
    }
  | {
      readonly kind: "entry";
      readonly scope: string;
      readonly key: string;
      readonly meta: Meta;
      /** SHA-256 of a body that lies in a file of its own; "" where it follows in this one. */
      readonly hash: string;
      readonly length: number;
    };

const MAGIC = 0x314d4745;
const HEAD = 28;

/** `EGM1`, length and checksum of the description, length and checksum of the body, both. */
export function encodeRecord(record: Record, body: Uint8Array): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(record), "utf8");
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(text.length, 4);
  head.writeUInt32LE(body.length, 8);
  head.writeBigUInt64LE(Bun.hash.xxHash64(text), 12);
  head.writeBigUInt64LE(Bun.hash.xxHash64(body), 20);
  return [head, text, body];
}

/** Null for anything that isn't exactly what was written. */
export function decodeRecord(bytes: Uint8Array): { record: Record; body: Uint8Array } | null {
  if (bytes.length < HEAD) return null;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, HEAD);
  const textLength = head.readUInt32LE(4);
  const bodyLength = head.readUInt32LE(8);
  if (head.readUInt32LE(0) !== MAGIC || bytes.length !== HEAD + textLength + bodyLength)
    return null;
  const text = bytes.subarray(HEAD, HEAD + textLength);
  const body = bytes.subarray(HEAD + textLength);
  if (Bun.hash.xxHash64(text) !== head.readBigUInt64LE(12)) return null;
  if (Bun.hash.xxHash64(body) !== head.readBigUInt64LE(20)) return null;
  return { record: JSON.parse(Buffer.from(text).toString("utf8")) as Record, body };
}

/** Name of a record: of a URL's marker or only response, or of one variant. */
export function recordName(...parts: readonly string[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(`${part.length}:${part}`);
  return hasher.digest("hex").slice(0, 40);
}
