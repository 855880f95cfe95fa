import { AppError } from "@egide/std/error.ts";

/** A file that was read, and where its content begins in a plain archive. */
export interface PlacedEntry extends Entry {
  readonly at: number;
}

/** A file of an archive, in memory as a whole: none is larger than the largest upload. */
export interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** Largest file that is read back: twice the largest upload, and tables come in smaller parts. */
export const ENTRY_MOST = 256 * 1024 * 1024;

/** A plain file as ustar (POSIX.1-2017, pax, “ustar Interchange Format”): header, content, filling. */
export function tarEntry({ name, bytes }: Entry, mtime: number): readonly Uint8Array[] {
  const filling = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
  return [header(name, bytes.length, mtime), bytes, new Uint8Array(filling)];
}

/** Two empty blocks. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

function header(name: string, size: number, mtime: number): Uint8Array {
  const out = Buffer.alloc(BLOCK);
  // Names are ours: ASCII. A slash divides what is too long for one field.
  const cut = name.length <= 100 ? -1 : name.indexOf("/", name.length - 101);
  if (cut > 155 || (name.length > 100 && cut < 0)) throw new RangeError(`${name} is too long`);
  out.write(name.slice(cut + 1), 0, "latin1");
  out.write("0000640\0", 100, "latin1");
  out.write("0000000\0", 108, "latin1");
  out.write("0000000\0", 116, "latin1");
  out.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  out.write(
    `${Math.floor(mtime / 1000)
      .toString(8)
      .padStart(11, "0")}\0`,
    136,
    "latin1",
  );
  out.write("        ", 148, "latin1");
  out.write("0", 156, "latin1");
  out.write("ustar\u000000", 257, "latin1");
  if (cut >= 0) out.write(name.slice(0, cut), 345, "latin1");
  const sum = out.reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return out;
}

/** Files of an archive, one after the other. Throws AppError where it is damaged. */
export async function* readTar(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<PlacedEntry> {
  let bytes: Buffer = Buffer.alloc(0);
  let more: Uint8Array[] = [];
  let moreLength = 0;
  let wanted = BLOCK;
  let head: { readonly name: string; readonly size: number; readonly plain: boolean } | null = null;
  let ended = false;
  /** Where `bytes` begins. */
  let base = 0;
  for await (const piece of pieces) {
    more.push(piece);
    moreLength += piece.length;
    // A large file is put together once, not piece by piece.
    if (bytes.length + moreLength < wanted) continue;
    bytes = Buffer.concat([bytes, ...more]);
    more = [];
    moreLength = 0;
    let at = 0;
    while (bytes.length - at >= wanted) {
      if (head !== null) {
        const { name, size } = head;
        if (head.plain) yield { name, bytes: bytes.subarray(at, at + size), at: base + at };
        at += wanted;
        head = null;
        wanted = BLOCK;
        continue;
      }
      const block = bytes.subarray(at, at + BLOCK);
      at += BLOCK;
      if (block.every((byte) => byte === 0)) {
        ended = true;
        continue;
      }
      if (ended) throw damaged("something stands behind its end");
      head = readHeader(block);
      wanted = Math.ceil(head.size / BLOCK) * BLOCK;
    }
    bytes = Buffer.from(bytes.subarray(at));
    base += at;
  }
  if (!ended || head !== null) throw damaged("it ends in the middle");
}

function readHeader(block: Buffer): { name: string; size: number; plain: boolean } {
  if (field(block, 257, 5) !== "ustar") throw damaged("it is no tar archive");
  const sum = block.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== octal(block, 148, 8)) throw damaged("a header in it was changed");
  const size = octal(block, 124, 12);
  if (size > ENTRY_MOST) throw damaged("a file in it is larger than any of an export");
  const prefix = field(block, 345, 155);
  const name = field(block, 0, 100);
  const type = String.fromCharCode(block[156] as number);
  // Folders, and what other programs say of times and owners, may stand between the files.
  if (!"0\u00005xg".includes(type))
    throw damaged("it holds a link, or something else that is no file");
  // What packs a folder anew begins names with it.
  const whole = (prefix === "" ? name : `${prefix}/${name}`).replace(/^\.\//, "");
  return { name: whole, size, plain: type === "0" || type === "\0" };
}

function octal(block: Buffer, at: number, length: number): number {
  const digits = field(block, at, length).trim();
  if (!/^[0-7]{1,11}$/.test(digits)) throw damaged("a size in it can’t be read");
  return Number.parseInt(digits, 8);
}

function field(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString("latin1", at, end < 0 || end > at + length ? at + length : end);
}

export function damaged(what: string): AppError {
  return new AppError({
    code: "move.archive",
    source: "operator",
    retry: false,
    publicMessage: `the export can’t be read: ${what}`,
  });
}
