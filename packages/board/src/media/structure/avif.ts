import type { Bytes } from "#media/structure/bytes.ts";
import { walkBoxes } from "#media/structure/isobmff.ts";
import { selfContained } from "#media/structure/mp4.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** Walks the boxes of an AVIF (av1-avif 1.1.0); its size is that of the largest item. */
export function readAvif(bytes: Bytes): Structure {
  let width = 0;
  let height = 0;
  let meta = 0;
  walkBoxes(bytes, (box, within) => {
    if (box.type === "moov" || box.type === "moof") throw refusal("media.unknown_kind");
    if (box.type === "meta" && within === "") meta++;
    else if (box.type === "ispe" && within === "ipco") {
      width = Math.max(width, bytes.u32(box.body + 4));
      height = Math.max(height, bytes.u32(box.body + 8));
    } else if (within === "dref") selfContained(bytes, box);
  });
  if (meta !== 1 || width === 0 || height === 0) throw refusal("media.broken");
  return { width, height, frames: 1, durationMs: null };
}
