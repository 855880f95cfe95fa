import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
const ATTACHMENTS = 0x1941a469;
const TAGS = 0x1254c367;
const CHAPTERS = 0x1043a770;
const SEEK_HEAD = 0x114d9b74;
const CUES = 0x1c53bb6b;
const VOID = 0xec;
const CRC = 0xbf;

const TOP = new Set([
  INFO,
  TRACKS,
  CLUSTER,
  ATTACHMENTS,
  TAGS,
  CHAPTERS,
  SEEK_HEAD,
  CUES,
  VOID,
  CRC,
]);
const MOST_ELEMENTS = 500_000;

interface Element {
  readonly id: number;
  readonly start: number;
  readonly body: number;
  /** -1: not known; it ends where an element of the level above begins (RFC 8794, 6.2). */
  readonly end: number;
}

interface Found {
  width: number;
  height: number;
  scale: number;
  duration: number;
  /** When the last cluster begins, in units of `scale`. */
  last: number;
}

/** What of a WebM is about it rather than of it: to be blanked. */
export interface WebmExtra {
  readonly start: number;
  readonly end: number;
}

export interface WebmStructure extends Structure {
  readonly extras: readonly WebmExtra[];
}

/** Walks the elements of a WebM (RFC 8794, RFC 9559) to the end of its one segment. */
export function readWebm(bytes: Bytes): WebmStructure {
  const head = readElement(bytes, 0);
  if (head.id !== EBML || head.end < 0) throw refusal("media.broken");
  // Matroska proper may hold anything; browsers play WebM alone.
  if (docType(bytes, head) !== "webm") throw refusal("media.unknown_kind");
  const segment = readElement(bytes, head.end);
  if (segment.id !== SEGMENT) throw refusal("media.broken");
  const end = segment.end < 0 ? bytes.length : segment.end;
  if (end > bytes.length) throw refusal("media.broken");
  if (!bytes.zerosFrom(end)) throw refusal("media.trailing");
  const found: Found = { width: 0, height: 0, scale: 1_000_000, duration: 0, last: 0 };
  const extras: WebmExtra[] = [];
  let tracks = false;
  let count = 0;
  for (let at = segment.body; at < end; ) {
    if (++count > MOST_ELEMENTS) throw refusal("media.bomb");
    const element = readElement(bytes, at);
    if (!TOP.has(element.id) || element.end > end) {
      throw refusal(tracks ? "media.trailing" : "media.broken");
    }
    at = element.end >= 0 ? element.end : endOfUnknown(bytes, element, end);
    if (element.id === ATTACHMENTS) throw refusal("media.active");
    if (element.id === TAGS || element.id === CHAPTERS)
      extras.push({ start: element.start, end: at });
    if (element.id === VOID) extras.push({ start: element.start, end: at });
    if (element.id === CLUSTER) found.last = Math.max(found.last, beginOf(bytes, element.body, at));
    if (element.id === INFO) readInfo(bytes, element, found, extras);
    if (element.id === TRACKS) {
      tracks = true;
      children(bytes, element.body, at, (entry) => {
        if (entry.id === 0xae) readTrack(bytes, entry, found);
      });
    }
  }
  if (!tracks) throw refusal("media.broken");
  // A header that says nothing, or less than there is, is not believed.
  const stated = Number.isNaN(found.duration) ? 0 : found.duration;
  const durationMs = Math.round((Math.max(stated, found.last) * found.scale) / 1_000_000);
  return {
    width: found.width === 0 ? null : found.width,
    height: found.height === 0 ? null : found.height,
    frames: 0,
    durationMs: durationMs > 0 ? durationMs : null,
    extras,
  };
}

/** When a cluster begins (RFC 9559, 5.1.3.1): it says so before its blocks. */
function beginOf(bytes: Bytes, from: number, end: number): number {
  for (let at = from, count = 0; at < end && count < 4; count++) {
    const element = readElement(bytes, at);
    if (element.id === 0xe7) return unsigned(bytes, element.body, element.end - element.body);
    if (element.end < 0) break;
    at = element.end;
  }
  return 0;
}

function docType(bytes: Bytes, head: Element): string {
  let type = "";
  children(bytes, head.body, head.end, (element) => {
    if (element.id === 0x4282) type = bytes.text(element.body, element.end - element.body);
  });
  return type.replace(/\0+$/, "");
}

function readInfo(bytes: Bytes, info: Element, found: Found, extras: WebmExtra[]): void {
  if (info.end < 0) throw refusal("media.broken");
  children(bytes, info.body, info.end, (element) => {
    const length = element.end - element.body;
    if (element.id === 0x2ad7b1) found.scale = unsigned(bytes, element.body, length);
    else if (element.id === 0x4489) {
      found.duration = length === 4 ? bytes.f32(element.body) : bytes.f64(element.body);
    } else if ([0x7ba9, 0x4461, 0x7384, 0x73a4, CRC].includes(element.id)) {
      // Title, date, file name, identifier of the segment, and the checksum over them.
      extras.push({ start: element.start, end: element.end });
    }
  });
}

function readTrack(bytes: Bytes, track: Element, found: Found): void {
  children(bytes, track.body, track.end, (element) => {
    if (element.id !== 0xe0) return;
    children(bytes, element.body, element.end, (video) => {
      const value = (): number => unsigned(bytes, video.body, video.end - video.body);
      if (video.id === 0xb0) found.width = Math.max(found.width, value());
      else if (video.id === 0xba) found.height = Math.max(found.height, value());
    });
  });
}

function children(bytes: Bytes, from: number, to: number, visit: (element: Element) => void): void {
  for (let at = from; at < to; ) {
    const element = readElement(bytes, at);
    if (element.end < 0 || element.end > to) throw refusal("media.broken");
    visit(element);
    at = element.end;
  }
}

/** Where a cluster of unknown size ends: at the next element of its own level. */
function endOfUnknown(bytes: Bytes, element: Element, end: number): number {
  if (element.id !== CLUSTER) throw refusal("media.broken");
  let at = element.body;
  for (let count = 0; at < end; count++) {
    if (count > MOST_ELEMENTS) throw refusal("media.bomb");
    const child = readElement(bytes, at);
    if (child.id > 0xffffff && TOP.has(child.id)) return at;
    if (child.end < 0 || child.end > end) throw refusal("media.broken");
    at = child.end;
  }
  return at;
}

function readElement(bytes: Bytes, start: number): Element {
  const first = bytes.u8(start);
  const idLength = Math.clz32(first) - 23;
  if (idLength > 4) throw refusal("media.broken");
  const id = unsigned(bytes, start, idLength);
  const at = start + idLength;
  const lead = bytes.u8(at);
  const length = Math.clz32(lead) - 23;
  if (length > 8) throw refusal("media.broken");
  const body = at + length;
  const marker = 0x80 >> (length - 1);
  let size = lead & (marker - 1);
  let ones = size === marker - 1;
  for (let i = 1; i < length; i++) {
    const byte = bytes.u8(at + i);
    size = size * 256 + byte;
    ones &&= byte === 0xff;
  }
  if (ones) return { id, start, body, end: -1 };
  const end = body + size;
  if (end > bytes.length) throw refusal("media.broken");
  return { id, start, body, end };
}

function unsigned(bytes: Bytes, at: number, length: number): number {
  if (length > 8) throw refusal("media.broken");
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes.u8(at + i);
  return value;
}
