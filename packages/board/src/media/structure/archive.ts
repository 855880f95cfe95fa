import { refusal } from "#media/texts.ts";

/** Where the directory of a ZIP ends, and how far from the end of a file it is looked for. */
const ZIP_END = Buffer.from("PK\x05\x06", "latin1");
const ZIP_TAIL = 65_558;
/** Archives that are found wherever they begin: RAR, 7z. */
const BEGINS = [
  Buffer.from("Rar!\x1a\x07", "latin1"),
  Buffer.from("7z\xbc\xaf\x27\x1c", "latin1"),
] as const;
/** Readers of PDF take a header anywhere in the first so many bytes. */
const PDF_HEAD = 1024;

/** Refuses a file that is an archive too: one is opened from its end, or where it begins. */
export function noArchive(all: Uint8Array): void {
  const bytes = Buffer.from(all.buffer, all.byteOffset, all.length);
  const tail = bytes.subarray(Math.max(0, bytes.length - ZIP_TAIL));
  if (tail.includes(ZIP_END) || BEGINS.some((begin) => bytes.includes(begin))) {
    throw refusal("media.trailing");
  }
}

/** Refuses a recording that is a document too. */
export function noDocument(all: Uint8Array): void {
  const head = Buffer.from(all.buffer, all.byteOffset, Math.min(all.length, PDF_HEAD));
  if (head.includes("%PDF-", 0, "latin1")) throw refusal("media.trailing");
}
