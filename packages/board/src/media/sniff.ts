import type { MediaKind } from "#store/table/media.ts";

/** Brands of ISO/IEC 14496-12 files that are played as MP4. */
const MP4_BRANDS = new Set(
  "isom iso2 iso3 iso4 iso5 iso6 iso8 iso9 mp41 mp42 avc1 M4V  M4VP M4VH dash msdh mmp4 f4v  qt  av01 hvc1 cmfc 3gp4 3gp5 3gp6"
    .match(/.{4}(?: |$)/g)
    ?.map((brand) => brand.slice(0, 4)),
);

/**
 * The kind of a file by its first bytes; a name or a declared type is never asked. Null for all that
 * is not taken: SVG, TIFF, ICO, BMP, playlists, archives, programs, text.
 */
export function sniff(bytes: Uint8Array): MediaKind | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString(
    "latin1",
  );
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "webp";
  if (head.slice(4, 8) === "ftyp") return byBrand(head);
  if (head.startsWith("\x1aE\xdf\xa3")) return "webm";
  if (head.startsWith("OggS\0")) return "ogg";
  if (/^%PDF-[12]\.\d/.test(head)) return "pdf";
  if (head.startsWith("ID3") || isMp3Frame(bytes)) return "mp3";
  return null;
}

function byBrand(head: string): MediaKind | null {
  const major = head.slice(8, 12);
  const size = Math.min(64, head.charCodeAt(2) * 256 + head.charCodeAt(3));
  const brands = [major];
  for (let at = 16; at + 4 <= size; at += 4) brands.push(head.slice(at, at + 4));
  // A sequence of AVIF pictures is a film without an end: it comes as MP4 or not at all.
  if (major === "avis" || major === "heic" || major === "heix" || major === "crx ") return null;
  if (major === "avif" || (major === "mif1" && brands.includes("avif"))) return "avif";
  return brands.some((brand) => MP4_BRANDS.has(brand)) ? "mp4" : null;
}

/** Frame header of MPEG audio, layer III (ISO/IEC 11172-3, 2.4.1.3). */
function isMp3Frame(bytes: Uint8Array): boolean {
  if (bytes.length < 4 || bytes[0] !== 0xff) return false;
  const [, second = 0, third = 0] = bytes;
  return (second & 0xe6) === 0xe2 && third >> 4 !== 15 && third >> 4 !== 0 && (third & 12) !== 12;
}
