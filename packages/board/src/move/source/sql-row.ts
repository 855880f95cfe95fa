import type { SqlRow } from "#move/dump/sql.ts";
import type { SqlValue } from "#move/dump/sql-value.ts";

/** What MySQL calls a character set is not what the web calls so (MySQL 8.0 manual, 10.10.2). */
const DECODERS: ReadonlyMap<string, string> = new Map([
  ["latin1", "windows-1252"],
  ["cp1251", "windows-1251"],
  ["cp1250", "windows-1250"],
  ["sjis", "shift_jis"],
  ["cp932", "shift_jis"],
  ["ujis", "euc-jp"],
  ["euckr", "euc-kr"],
  ["big5", "big5"],
  ["gbk", "gbk"],
  ["koi8r", "koi8-r"],
]);

/** Reads columns of a row by what they should hold; what is missing or NULL reads as null. */
export class RowReader {
  readonly #row: SqlRow;
  readonly #decoder: TextDecoder;

  constructor(row: SqlRow, decoder: TextDecoder) {
    this.#row = row;
    this.#decoder = decoder;
  }

  bytes(name: string): Uint8Array | null {
    const value = this.#row.get(name);
    return value instanceof Uint8Array ? value : null;
  }

  text(name: string): string | null {
    return textOf(this.#row.get(name) ?? null, this.#decoder);
  }

  number(name: string): number | null {
    const value = this.#row.get(name);
    if (typeof value === "number") return value;
    const text = this.text(name);
    return text !== null && /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : null;
  }

  /** Truth is a number there, too. */
  flag(name: string): boolean {
    return (this.number(name) ?? 0) !== 0;
  }
}

function textOf(value: SqlValue, decoder: TextDecoder): string | null {
  if (value === null) return null;
  if (typeof value === "number") return String(value);
  if (decoder.encoding === UTF8.encoding) return asUtf8(value) ?? LATIN1.decode(value);
  // Old sites sent UTF-8 through connections that were called latin1, and dump it so: by chance no
  // text of that character set reads as UTF-8.
  const isLatin1 = decoder.encoding === LATIN1.encoding;
  return (isLatin1 ? strictly(value) : null) ?? decoder.decode(value);
}

/** Null: it is no UTF-8 at all, but in the character set of dumps that name none. */
function asUtf8(value: Uint8Array): string | null {
  const text = UTF8.decode(value);
  // What is cut off in the middle of a character is UTF-8 still.
  return !text.includes("\ufffd") || /[^\0-\x7f\ufffd]/.test(text) ? text : null;
}

/** Null: it is no UTF-8. */
function strictly(value: Uint8Array): string | null {
  try {
    return STRICT.decode(value);
  } catch {
    return null;
  }
}

type Encoding = ConstructorParameters<typeof TextDecoder>[0];

export function decoderFor(charset: string): TextDecoder {
  const label = (DECODERS.get(charset.toLowerCase()) ?? "utf-8") as Encoding;
  return new TextDecoder(label, { ignoreBOM: true });
}

const UTF8 = decoderFor("utf8mb4");
const LATIN1 = decoderFor("latin1");
const STRICT = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
