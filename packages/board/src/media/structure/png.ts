import { inflateSync } from "node:zlib";
import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** What compressed profiles and texts within a PNG may grow to, all of them together. */
const MOST_INFLATED = 4 * 1024 * 1024;
const MOST_CHUNKS = 100_000;
const SIGNATURE = 8;

/**
 * Walks the chunks of a PNG (third edition, section 5) to IEND, with their checksums. What frames an
 * animation (APNG) has is counted; only the first is kept when it is encoded anew.
 */
export function readPng(bytes: Bytes): Structure {
  let at = SIGNATURE;
  let width = 0;
  let height = 0;
  let data = false;
  let inflated = 0;
  for (let count = 0; count < MOST_CHUNKS; count++) {
    const length = bytes.u32(at);
    const type = bytes.text(at + 4, 4);
    bytes.need(at + 8, length + 4);
    const body = bytes.all.subarray(at + 8, at + 8 + length);
    if (
      Bun.hash.crc32(bytes.all.subarray(at + 4, at + 8 + length)) !== bytes.u32(at + 8 + length)
    ) {
      throw refusal("media.broken");
    }
    if ((count === 0) !== (type === "IHDR")) throw refusal("media.broken");
    if (type === "IHDR") {
      width = bytes.u32(at + 8);
      height = bytes.u32(at + 12);
      if (length !== 13 || width === 0 || height === 0) throw refusal("media.broken");
    }
    if (type === "IDAT") data = true;
    const packed = packedPart(type, body);
    if (packed !== null) inflated += inflates(packed, MOST_INFLATED - inflated);
    at += length + 12;
    if (type !== "IEND") continue;
    if (!data) throw refusal("media.broken");
    if (!bytes.zerosFrom(at)) throw refusal("media.trailing");
    return { width, height, frames: 1, durationMs: null };
  }
  throw refusal("media.bomb");
}

/** The compressed part of a chunk that a decoder would unpack for its own sake. */
function packedPart(type: string, body: Uint8Array): Uint8Array | null {
  if (type !== "iCCP" && type !== "zTXt" && type !== "iTXt") return null;
  let at = body.indexOf(0) + 1;
  if (at === 0) throw refusal("media.broken");
  if (type !== "iTXt") return body.subarray(at + 1);
  if (body[at] !== 1) return null;
  at = body.indexOf(0, at + 2) + 1;
  const end = at === 0 ? -1 : body.indexOf(0, at);
  if (end < 0) throw refusal("media.broken");
  return body.subarray(end + 1);
}

/** Bytes that it grows to; refuses what would go beyond `most`. */
function inflates(packed: Uint8Array, most: number): number {
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, most) }).length;
  } catch (cause) {
    const large = cause instanceof RangeError || String(cause).includes("BUFFER_TOO_LARGE");
    throw refusal(large ? "media.bomb" : "media.broken", cause);
  }
}
