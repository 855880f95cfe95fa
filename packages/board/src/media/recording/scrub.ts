import { Bytes } from "#media/structure/bytes.ts";
import { walkBoxes } from "#media/structure/isobmff.ts";
import { readMp3 } from "#media/structure/mp3.ts";
import { readOgg } from "#media/structure/ogg.ts";
import { readWebm } from "#media/structure/webm.ts";
import type { RecordingKind } from "#media/recording/recode.ts";

/**
 * Takes out what is about a recording rather than of it (names, places, dates, pictures), without
 * decoding: what was there is overwritten with filling of the same length, so that nothing moves.
 * The sound of an MP3 is cut out of its tags.
 */
export function scrub(kind: RecordingKind, all: Uint8Array): Uint8Array {
  switch (kind) {
    case "mp4":
      return scrubMp4(all);
    case "webm":
      return scrubWebm(all);
    case "ogg":
      return scrubOgg(all);
    case "mp3": {
      const { sound } = readMp3(new Bytes(all));
      return all.slice(sound.start, sound.end);
    }
  }
}

const ABOUT = new Set(["udta", "meta", "uuid", "free", "skip", "wide"]);
const DATED = new Set(["mvhd", "tkhd", "mdhd"]);

function scrubMp4(all: Uint8Array): Uint8Array {
  const out = all.slice();
  const view = new DataView(out.buffer);
  walkBoxes(new Bytes(all), ({ type, start, body, end }) => {
    if (ABOUT.has(type)) {
      view.setUint32(start + 4, 0x66726565);
      out.fill(0, body, end);
    } else if (DATED.has(type)) {
      // When it was made and last changed: seconds since 1904, in 4 or 8 bytes each.
      out.fill(0, body + 4, body + 4 + (out[body] === 1 ? 16 : 8));
    }
  });
  return out;
}

function scrubWebm(all: Uint8Array): Uint8Array {
  const out = all.slice();
  for (const { start, end } of readWebm(new Bytes(all)).extras) {
    const length = end - start;
    out.fill(0, start, end);
    out[start] = 0xec;
    if (length < 9) out[start + 1] = 0x80 + length - 2;
    else {
      out[start + 1] = 1;
      new DataView(out.buffer).setUint32(start + 5, length - 9);
    }
  }
  return out;
}

const CRC = new Uint32Array(256).map((_zero, i) => {
  let value = i << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value >>> 0;
});

/** Checksum of a page with its own field set to zero (RFC 3533, section 6, field 7). */
function pageCrc(page: Uint8Array): number {
  let crc = 0;
  for (const byte of page) crc = (crc << 8) ^ (CRC[(crc >>> 24) ^ byte] as number);
  return crc >>> 0;
}

/** The second packet holds the comments of Vorbis and Opus alike (RFC 7845, 5.2). */
function scrubOgg(all: Uint8Array): Uint8Array {
  const out = all.slice();
  const view = new DataView(out.buffer);
  const { pages } = readOgg(new Bytes(all));
  const places: number[] = [];
  const touched: { readonly start: number; readonly end: number }[] = [];
  search: for (const page of pages.slice(1)) {
    touched.push(page);
    let at = page.body;
    for (const size of page.lacing) {
      for (let i = 0; i < size; i++) places.push(at++);
      if (size < 255) break search;
    }
  }
  const vorbis = out[places[0] as number] === 3;
  const head = vorbis ? 7 : 8;
  const vendor = places.length - head - 8 - (vorbis ? 1 : 0);
  if (vendor >= 0) {
    const packet = new Uint8Array(places.length).fill(0x20);
    for (let i = 0; i < head; i++) packet[i] = out[places[i] as number] as number;
    const lengths = new DataView(packet.buffer);
    lengths.setUint32(head, vendor, true);
    lengths.setUint32(head + 4 + vendor, 0, true);
    if (vorbis) packet[packet.length - 1] = 1;
    for (const [i, place] of places.entries()) out[place] = packet[i] as number;
  }
  for (const { start, end } of touched) {
    view.setUint32(start + 22, 0, true);
    view.setUint32(start + 22, pageCrc(out.subarray(start, end)), true);
  }
  return out;
}
