import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** A progressive picture has some ten scans; thousands make a decoder work for minutes. */
const MOST_SCANS = 100;
/** Pictures behind the first (CIPA DC-007, multi-picture format): previews, depth, HDR gain maps. */
const MOST_PICTURES = 8;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/** Walks the segments of a JPEG (ITU-T T.81, annex B) to its end. */
export function readJpeg(bytes: Bytes): Structure {
  let width = 0;
  let height = 0;
  let at = 0;
  for (let picture = 0; picture < MOST_PICTURES; picture++) {
    const found = readPicture(bytes, at);
    width = Math.max(width, found.width);
    height = Math.max(height, found.height);
    at = found.end;
    if (bytes.zerosFrom(at)) return { width, height, frames: 1, durationMs: null };
    // Phones put further pictures behind the first; anything else there is no picture.
    while (at < bytes.length && bytes.u8(at) === 0) at++;
    if (at + 3 > bytes.length || bytes.u24(at) !== 0xffd8ff) throw refusal("media.trailing");
  }
  throw refusal("media.trailing");
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly end: number;
}

function readPicture(bytes: Bytes, start: number): Picture {
  if (bytes.u16(start) !== 0xff00 + SOI) throw refusal("media.broken");
  let at = start + 2;
  let width = 0;
  let height = 0;
  let scans = 0;
  for (;;) {
    if (bytes.u8(at) !== 0xff) throw refusal("media.broken");
    while (bytes.u8(at) === 0xff) at++;
    const marker = bytes.u8(at++);
    if (marker === EOI) {
      if (width === 0 || scans === 0) throw refusal("media.broken");
      return { width, height, end: at };
    }
    if (marker === 0 || marker === SOI) throw refusal("media.broken");
    if (isAlone(marker)) continue;
    const length = bytes.u16(at);
    if (length < 2) throw refusal("media.broken");
    bytes.need(at, length);
    if (isFrame(marker)) {
      if (width !== 0) throw refusal("media.broken");
      height = bytes.u16(at + 3);
      width = bytes.u16(at + 5);
      // Height 0 leaves it to a later segment (DNL): no program writes that, and bombs do.
      if (width === 0 || height === 0) throw refusal("media.broken");
    }
    at += length;
    if (marker === SOS) {
      if (++scans > MOST_SCANS) throw refusal("media.bomb");
      at = endOfScan(bytes, at);
    }
  }
}

function isAlone(marker: number): boolean {
  return marker === 1 || (marker >= 0xd0 && marker <= 0xd7);
}

/** Start of frame, of any coding process; not DHT, JPG or DAC, which stand between them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function endOfScan(bytes: Bytes, start: number): number {
  const { all } = bytes;
  for (let at = all.indexOf(0xff, start); at >= 0; at = all.indexOf(0xff, at + 1)) {
    const next = all[at + 1];
    if (next === undefined) break;
    if (next !== 0 && next !== 0xff && !isAlone(next)) return at;
  }
  throw refusal("media.broken");
}
