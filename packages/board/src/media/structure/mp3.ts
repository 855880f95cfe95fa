import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** Bit rates of layer III in kbit/s, MPEG 1 and MPEG 2/2.5 (ISO/IEC 11172-3, 13818-3). */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLES_A_SECOND = [44_100, 48_000, 32_000];
const LEAST_FRAMES = 2;

export interface Mp3Structure extends Structure {
  /** Where the sound begins and ends; before and behind it stand tags alone. */
  readonly sound: { readonly start: number; readonly end: number };
}

interface Frame {
  readonly length: number;
  readonly ms: number;
}

/** Walks the frames of an MP3 from end to end; tags (ID3v2, ID3v1, APE) may stand around them. */
export function readMp3(bytes: Bytes): Mp3Structure {
  let start = 0;
  while (start + 10 < bytes.length && bytes.text(start, 3) === "ID3")
    start = endOfId3(bytes, start);
  while (start < bytes.length && bytes.u8(start) === 0) start++;
  let frames = 0;
  let ms = 0;
  let at = start;
  while (at < bytes.length) {
    const frame = at + 4 <= bytes.length ? readFrame(bytes, at) : null;
    if (frame === null) break;
    if (at + frame.length > bytes.length) {
      // The last frame may have been cut off where the recording stopped.
      at = bytes.length;
      break;
    }
    frames++;
    ms += frame.ms;
    at += frame.length;
  }
  if (frames < LEAST_FRAMES) throw refusal("media.broken");
  onlyTags(bytes, at);
  const sound = { start, end: at };
  return { width: null, height: null, frames: 0, durationMs: Math.round(ms), sound };
}

function endOfId3(bytes: Bytes, at: number): number {
  const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + (bytes.u8(at + i) & 0x7f), 0);
  const footer = (bytes.u8(at + 5) & 0x10) === 0 ? 0 : 10;
  const end = at + 10 + size + footer;
  if (end >= bytes.length) throw refusal("media.broken");
  return end;
}

function onlyTags(bytes: Bytes, from: number): void {
  let at = from;
  while (at < bytes.length) {
    if (bytes.zerosFrom(at)) return;
    if (bytes.length - at === 128 && bytes.text(at, 3) === "TAG") return;
    if (bytes.length - at < 32 || bytes.text(at, 8) !== "APETAGEX") throw refusal("media.trailing");
    const header = (bytes.u8(at + 23) & 0x20) !== 0;
    at += bytes.u32le(at + 12) + (header ? 32 : 0);
    if (at > bytes.length) throw refusal("media.broken");
  }
}

function readFrame(bytes: Bytes, at: number): Frame | null {
  const head = bytes.u32(at);
  if (head >>> 21 !== 0x7ff || ((head >>> 17) & 3) !== 1) return null;
  const version = (head >>> 19) & 3;
  const rate = (head >>> 12) & 15;
  const step = (head >>> 10) & 3;
  if (version === 1 || rate === 0 || rate === 15 || step === 3) return null;
  const one = version === 3;
  const samples = one ? 1152 : 576;
  const frequency = (SAMPLES_A_SECOND[step] as number) / (one ? 1 : version === 2 ? 2 : 4);
  const kilobits = (one ? RATES_1 : RATES_2)[rate] as number;
  const padding = (head >>> 9) & 1;
  const length = Math.floor(((samples / 8) * kilobits * 1000) / frequency) + padding;
  return { length, ms: (samples / frequency) * 1000 };
}
