import type { Bytes } from "#media/structure/bytes.ts";
import { type Box, walkBoxes } from "#media/structure/isobmff.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** A film, its sound, subtitles in some languages; players build tables for each. */
const MOST_TRACKS = 100;

/** How long a track plays: units of its time, and how many of them are a second. */
interface Track {
  scale: number;
  units: number;
}

/** Walks the boxes of an MP4; what it refers to must lie within itself. */
export function readMp4(bytes: Bytes): Structure {
  let width = 0;
  let height = 0;
  let durationMs = 0;
  let moov = false;
  const tracks: Track[] = [];
  walkBoxes(bytes, (box, within) => {
    if (within === "dref") selfContained(bytes, box);
    switch (box.type) {
      case "moov":
        moov = true;
        break;
      case "mvhd":
        durationMs = Math.max(durationMs, duration(bytes, box));
        break;
      case "trak":
        if (tracks.push({ scale: 0, units: 0 }) > MOST_TRACKS) throw refusal("media.bomb");
        break;
      case "mdhd":
        latest(tracks).scale = bytes.u32(box.body + (bytes.u8(box.body) === 1 ? 20 : 12));
        break;
      case "stts":
        latest(tracks).units += unitsOf(bytes, box);
        break;
      case "tkhd":
        width = Math.max(width, bytes.u32(box.end - 8) >>> 16);
        height = Math.max(height, bytes.u32(box.end - 4) >>> 16);
        break;
      case "rmra":
        // QuickTime's reference to another film, which a player would fetch.
        throw refusal("media.active");
      case "cmov":
        // An index that is packed may grow to anything; nobody has written one for twenty years.
        throw refusal("media.bomb");
      default:
    }
  });
  if (!moov) throw refusal("media.broken");
  // What the header says of the whole is no less than what its tracks say of themselves.
  for (const { scale, units } of tracks) {
    if (scale > 0) durationMs = Math.max(durationMs, Math.round((units / scale) * 1000));
  }
  return {
    width: width === 0 ? null : width,
    height: height === 0 ? null : height,
    frames: 0,
    durationMs: durationMs === 0 ? null : durationMs,
  };
}

function latest(tracks: readonly Track[]): Track {
  const track = tracks.at(-1);
  if (track === undefined) throw refusal("media.broken");
  return track;
}

/** How long all samples last that the table names (ISO/IEC 14496-12, 8.6.1.2). */
function unitsOf(bytes: Bytes, box: Box): number {
  const entries = bytes.u32(box.body + 4);
  if (box.body + 8 + entries * 8 > box.end) throw refusal("media.broken");
  let sum = 0;
  for (let i = 0, at = box.body + 8; i < entries; i++, at += 8) {
    sum += bytes.u32(at) * bytes.u32(at + 4);
  }
  return sum;
}

function duration(bytes: Bytes, box: Box): number {
  const long = bytes.u8(box.body) === 1;
  const scale = bytes.u32(box.body + (long ? 20 : 12));
  const length = long ? bytes.u64(box.body + 24) : bytes.u32(box.body + 16);
  if (scale === 0) throw refusal("media.broken");
  // All ones: not known.
  return !long && length === 0xffffffff ? 0 : Math.round((length / scale) * 1000);
}

/** A data entry whose flag says that the media lies elsewhere makes a player fetch or read it. */
export function selfContained(bytes: Bytes, box: Box): void {
  if ((bytes.u24(box.body + 1) & 1) === 0) throw refusal("media.active");
}
