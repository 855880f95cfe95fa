import type { Bytes } from "#media/structure/bytes.ts";
import { type Box, walkBoxes } from "#media/structure/isobmff.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** Walks the boxes of an MP4; what it refers to must lie within itself. */
export function readMp4(bytes: Bytes): Structure {
  let width = 0;
  let height = 0;
  let durationMs = 0;
  let moov = false;
  let last = "";
  walkBoxes(bytes, (box, within) => {
    if (within === "") last = box.type;
    if (box.type === "moov") moov = true;
    else if (box.type === "mvhd") durationMs = Math.max(durationMs, duration(bytes, box));
    else if (box.type === "tkhd") {
      width = Math.max(width, bytes.u32(box.end - 8) >>> 16);
      height = Math.max(height, bytes.u32(box.end - 4) >>> 16);
    } else if (within === "dref") selfContained(bytes, box);
  });
  if (!moov) throw refusal("media.broken");
  if (last === "mdat" || last === "free" || last === "skip") noArchive(bytes);
  return {
    width: width === 0 ? null : width,
    height: height === 0 ? null : height,
    frames: 0,
    durationMs: durationMs === 0 ? null : durationMs,
  };
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

/** An archive is opened from its end: a directory there makes the film one too. */
function noArchive(bytes: Bytes): void {
  const from = Math.max(0, bytes.length - 65_558);
  const tail = Buffer.from(bytes.all.buffer, bytes.all.byteOffset + from, bytes.length - from);
  if (tail.includes("PK\x05\x06", 0, "latin1")) throw refusal("media.trailing");
}
