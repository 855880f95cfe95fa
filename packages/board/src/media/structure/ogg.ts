import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** One page (RFC 3533, section 6). */
interface Page {
  readonly start: number;
  readonly body: number;
  readonly end: number;
  readonly lacing: Uint8Array;
  readonly serial: number;
  readonly granule: number;
}

const MOST_PAGES = 200_000;
/** Sound that browsers play within Ogg: how it begins, and its samples a second. */
const CODECS = [
  { head: "\x01vorbis", rate: (bytes: Bytes, at: number) => bytes.u32le(at + 12) },
  { head: "OpusHead", rate: () => 48_000 },
] as const;

export interface OggStructure extends Structure {
  readonly pages: readonly Page[];
}

/** Walks the pages of an Ogg with one stream of sound; films and chains are refused. */
export function readOgg(bytes: Bytes): OggStructure {
  const pages: Page[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (pages.length > MOST_PAGES) throw refusal("media.bomb");
    if (at + 27 > bytes.length || bytes.text(at, 4) !== "OggS") {
      throw refusal(pages.length > 1 ? "media.trailing" : "media.broken");
    }
    const page = readPage(bytes, at);
    const first = (bytes.u8(at + 5) & 2) !== 0;
    if (first !== (pages.length === 0)) throw refusal("media.codec");
    if (pages[0] !== undefined && page.serial !== pages[0].serial) throw refusal("media.codec");
    pages.push(page);
    at = page.end;
  }
  const [opening] = pages;
  if (opening === undefined || pages.length < 3) throw refusal("media.broken");
  const codec = CODECS.find(
    ({ head }) =>
      opening.end - opening.body >= head.length && bytes.text(opening.body, head.length) === head,
  );
  if (codec === undefined) throw refusal("media.codec");
  const rate = codec.rate(bytes, opening.body);
  if (rate === 0) throw refusal("media.broken");
  const samples = Math.max(...pages.slice(-50).map((page) => page.granule));
  const durationMs = Math.round((samples / rate) * 1000);
  return { width: null, height: null, frames: 0, durationMs, pages };
}

function readPage(bytes: Bytes, at: number): Page {
  const segments = bytes.u8(at + 26);
  bytes.need(at + 27, segments);
  const lacing = bytes.all.subarray(at + 27, at + 27 + segments);
  const body = at + 27 + segments;
  const end = body + lacing.reduce((sum, size) => sum + size, 0);
  if (end > bytes.length || bytes.u8(at + 4) !== 0) throw refusal("media.broken");
  const high = bytes.u32le(at + 10);
  const granule = high >= 0x80000000 ? 0 : high * 4_294_967_296 + bytes.u32le(at + 6);
  return { start: at, body, end, lacing, serial: bytes.u32le(at + 14), granule };
}
