import type { Bytes } from "#media/structure/bytes.ts";
import { refusal } from "#media/texts.ts";

/** One box (ISO/IEC 14496-12, 4.2): where its content begins and where it ends. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

const MOST_BOXES = 200_000;
const DEEPEST = 12;

/** Boxes that hold boxes, with the bytes that come before the first of them. */
const HOLDERS: Readonly<Record<string, number>> = {
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
  dinf: 0,
  edts: 0,
  mvex: 0,
  moof: 0,
  traf: 0,
  iprp: 0,
  ipco: 0,
  meta: 4,
  dref: 8,
};

const TOP = new Set(
  "ftyp moov mdat free skip wide moof mfra sidx ssix styp meta uuid emsg prft pdin idat udta".split(
    " ",
  ),
);

/** Calls `visit` for every box of the file, outermost first; the file must end with a box. */
export function walkBoxes(bytes: Bytes, visit: (box: Box, within: string) => void): void {
  let count = 0;
  const level = (from: number, to: number, within: string, depth: number): void => {
    if (depth > DEEPEST) throw refusal("media.bomb");
    for (let at = from; at < to; ) {
      if (++count > MOST_BOXES) throw refusal("media.bomb");
      if (within === "" && at > 0 && !isTop(bytes, at)) throw refusal("media.trailing");
      const box = readBox(bytes, at, to);
      visit(box, within);
      const skip = HOLDERS[box.type];
      if (skip !== undefined) {
        // QuickTime's `meta` is no full box: its first box begins at once.
        const bare = box.type === "meta" && box.end - box.body >= 8;
        const lead = bare && bytes.text(box.body + 4, 4) === "hdlr" ? 0 : skip;
        level(Math.min(box.body + lead, box.end), box.end, box.type, depth + 1);
      }
      at = box.end;
    }
  };
  level(0, bytes.length, "", 0);
}

/** Asked before the size is believed: what follows the last box is seldom one. */
function isTop(bytes: Bytes, at: number): boolean {
  return at + 8 <= bytes.length && TOP.has(bytes.text(at + 4, 4));
}

function readBox(bytes: Bytes, start: number, limit: number): Box {
  let size = bytes.u32(start);
  let body = start + 8;
  if (size === 1) {
    size = bytes.u64(start + 8);
    body += 8;
  } else if (size === 0) size = limit - start;
  const end = start + size;
  if (size < body - start || end > limit) throw refusal("media.broken");
  return { type: bytes.text(start + 4, 4), start, body, end };
}
