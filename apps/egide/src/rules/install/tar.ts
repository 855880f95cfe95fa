import { gunzipSync } from "node:zlib";
import { AppError } from "@egide/std/error.ts";

/** A plain file of an archive. */
export interface ArchivedFile {
  /** Slashes only, relative, without `.` and `..`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Far above what a rule set needs, far below what hurts. */
const LIMITS = { packed: 33_554_432, unpacked: 134_217_728, entries: 20_000, name: 400 } as const;

const BLOCK = 512;

/**
 * Reads a `.tar.gz` (POSIX.1-2017, pax and ustar; GNU's long names) without touching the disk. A name
 * that leads out of the folder refuses the archive as a whole; links and devices are left out, since
 * nothing here needs one. Throws AppError.
 */
export function readTarGz(packed: Uint8Array): readonly ArchivedFile[] {
  if (packed.length > LIMITS.packed) throw damaged("larger than any rule set");
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(packed, { maxOutputLength: LIMITS.unpacked });
  } catch (error) {
    const isBomb = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw damaged(isBomb ? "unpacks to more than any rule set" : "not a gzip file", error);
  }
  return readTar(bytes);
}

function readTar(bytes: Uint8Array): ArchivedFile[] {
  const out: ArchivedFile[] = [];
  let longName: string | null = null;
  let at = 0;
  for (let entries = 0; at + BLOCK <= bytes.length; entries++) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return out;
    if (entries >= LIMITS.entries) throw damaged("holds more files than any rule set");
    checkSum(header);
    const size = octal(header, 124, 12);
    at += BLOCK;
    if (at + size > bytes.length) throw damaged("ends in the middle of a file");
    const content = bytes.subarray(at, at + size);
    at += Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] as number);
    switch (type) {
      case "x":
        longName = paxPath(content) ?? longName;
        break;
      case "L":
        longName = text(content, 0, content.length);
        break;
      case "g":
      case "K":
        break;
      default: {
        const name = safeName(longName ?? ustarName(header));
        longName = null;
        if (type === "0" || type === "\0" || type === "7") out.push({ name, bytes: content });
      }
    }
  }
  throw damaged("ends without its end mark");
}

function ustarName(header: Uint8Array): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Sum of the header's bytes with the field of the sum itself read as spaces. */
function checkSum(header: Uint8Array): void {
  let sum = 8 * 32;
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  if (sum !== octal(header, 148, 8)) throw damaged("not a tar archive, or a damaged one");
}

function octal(header: Uint8Array, from: number, length: number): number {
  const digits = text(header, from, length).trim();
  if (!/^[0-7]{1,11}$/.test(digits)) throw damaged("a size that can't be read");
  return Number.parseInt(digits, 8);
}

function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString("utf8");
}

/** Records are `<length> <key>=<value>\n`; the length counts the whole record. */
function paxPath(content: Uint8Array): string | null {
  const bytes = Buffer.from(content);
  let path: string | null = null;
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(bytes.toString("latin1", at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) {
      throw damaged("an extended header that can't be read");
    }
    const [key, ...value] = bytes.toString("utf8", space + 1, at + length - 1).split("=");
    if (key === "path") path = value.join("=");
    at += length;
  }
  return path;
}

function safeName(name: string): string {
  const parts = name.replace(/\/+$/, "").split("/");
  const isSafe =
    name.length <= LIMITS.name &&
    !/[\\\0]|^[A-Za-z]:/.test(name) &&
    !name.startsWith("/") &&
    parts.every((part, i) => part !== ".." && (part !== "." || i === 0));
  if (!isSafe) throw damaged(`holds a name that leads out of it: ${JSON.stringify(name)}`);
  return parts.filter((part) => part !== "." && part !== "").join("/");
}

function damaged(what: string, cause?: unknown): AppError {
  return new AppError({
    code: "rules.archive",
    source: "operator",
    retry: false,
    publicMessage: `the archive is refused: ${what}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
