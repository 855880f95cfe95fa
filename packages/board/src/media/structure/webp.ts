import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

const CHUNKS = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP "]);

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Walks the chunks of a WebP (RFC 9649) to the end that its header names. */
export function readWebp(bytes: Bytes): Structure {
  const end = bytes.u32le(4) + 8;
  if (end > bytes.length) throw refusal("media.broken");
  if (!bytes.zerosFrom(end)) throw refusal("media.trailing");
  let canvas: Size | null = null;
  let frames = 0;
  let still = false;
  let durationMs = 0;
  for (let at = 12; at < end; ) {
    const type = bytes.text(at, 4);
    const length = bytes.u32le(at + 4);
    const body = at + 8;
    if (!CHUNKS.has(type) || body + length > end) throw refusal("media.broken");
    if (type === "VP8X") {
      if (canvas !== null || length !== 10) throw refusal("media.broken");
      canvas = { width: bytes.u24le(body + 4) + 1, height: bytes.u24le(body + 7) + 1 };
    } else if (type === "VP8 " || type === "VP8L") {
      const own = type === "VP8 " ? lossy(bytes, body) : lossless(bytes, body);
      if (still || !within(own, canvas)) throw refusal("media.broken");
      still = true;
      canvas ??= own;
    } else if (type === "ANMF") {
      frames++;
      // Places are counted in steps of two pixels.
      const right = bytes.u24le(body) * 2 + bytes.u24le(body + 6) + 1;
      const bottom = bytes.u24le(body + 3) * 2 + bytes.u24le(body + 9) + 1;
      if (canvas === null || !within({ width: right, height: bottom }, canvas)) {
        throw refusal("media.broken");
      }
      readFrame(bytes, body + 16, body + length);
      durationMs += bytes.u24le(body + 12);
    }
    at = body + length + (length & 1);
  }
  if (canvas === null || still === frames > 0) throw refusal("media.broken");
  return { ...canvas, frames: Math.max(1, frames), durationMs: frames > 0 ? durationMs : null };
}

/** A frame holds one picture, with its transparency at most. */
function readFrame(bytes: Bytes, from: number, end: number): void {
  let pictures = 0;
  for (let at = from; at < end; ) {
    const type = bytes.text(at, 4);
    const length = bytes.u32le(at + 4);
    if (type === "VP8 " || type === "VP8L") pictures++;
    else if (type !== "ALPH") throw refusal("media.broken");
    at += 8 + length + (length & 1);
    if (at > end) throw refusal("media.broken");
  }
  if (pictures !== 1) throw refusal("media.broken");
}

function within(own: Size, canvas: Size | null): boolean {
  return canvas === null || (own.width <= canvas.width && own.height <= canvas.height);
}

/** Key frame header of VP8 (RFC 6386, section 9.1). */
function lossy(bytes: Bytes, at: number): Size {
  if ((bytes.u8(at) & 1) !== 0 || bytes.u24(at + 3) !== 0x9d012a) throw refusal("media.broken");
  return { width: bytes.u16le(at + 6) & 0x3fff, height: bytes.u16le(at + 8) & 0x3fff };
}

/** Header of a lossless picture (RFC 9649, section 3.4). */
function lossless(bytes: Bytes, at: number): Size {
  if (bytes.u8(at) !== 0x2f) throw refusal("media.broken");
  const packed = bytes.u32le(at + 1);
  return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
}
