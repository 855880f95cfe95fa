import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

const MOST_FRAMES = 100_000;

/** Walks the blocks of a GIF89a to its trailer. */
export function readGif(bytes: Bytes): Structure {
  const width = bytes.u16le(6);
  const height = bytes.u16le(8);
  if (width === 0 || height === 0) throw refusal("media.broken");
  let at = 13 + colours(bytes.u8(10));
  let frames = 0;
  let hundredths = 0;
  for (;;) {
    const block = bytes.u8(at++);
    if (block === 0x3b) break;
    if (block === 0x21) {
      if (bytes.u8(at) === 0xf9) hundredths += bytes.u16le(at + 3);
      at = endOfBlocks(bytes, at + 1);
    } else if (block === 0x2c) {
      if (++frames > MOST_FRAMES) throw refusal("media.frames");
      const right = bytes.u16le(at) + bytes.u16le(at + 4);
      const bottom = bytes.u16le(at + 2) + bytes.u16le(at + 6);
      // A decoder would have to grow its canvas beyond what the header promised.
      if (right > width || bottom > height) throw refusal("media.broken");
      at = endOfBlocks(bytes, at + 9 + colours(bytes.u8(at + 8)) + 1);
    } else throw refusal("media.broken");
  }
  if (frames === 0) throw refusal("media.broken");
  if (!bytes.zerosFrom(at)) throw refusal("media.trailing");
  return { width, height, frames, durationMs: frames > 1 ? hundredths * 10 : null };
}

/** Bytes of a colour table that the packed field announces. */
function colours(packed: number): number {
  return (packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1);
}

function endOfBlocks(bytes: Bytes, start: number): number {
  let at = start;
  for (let size = bytes.u8(at); size !== 0; size = bytes.u8(at)) at += size + 1;
  return at + 1;
}
