import { isSpace, NotSql, readValue, type SqlValue } from "#move/dump/sql-value.ts";
import {
  readCounter,
  readDefinition,
  readInsertHead,
  readUse,
  statementEnd,
} from "#move/dump/sql-statement.ts";

export type SqlRow = ReadonlyMap<string, SqlValue>;

export type SqlEvent =
  | { readonly kind: "table"; readonly table: string; readonly nextId: number | null }
  /** `use`: what follows is of this database. */
  | { readonly kind: "database"; readonly name: string }
  /** `index`: which row of its table, from 1. */
  | { readonly kind: "row"; readonly table: string; readonly index: number; readonly row: SqlRow }
  /** Something that can't be read; what follows it is read again. `at`: bytes from the beginning. */
  | {
      readonly kind: "damaged";
      readonly table: string | null;
      readonly index: number;
      readonly at: number;
      readonly reason: string;
    }
  /** `set names`: how the text of the dump is written. */
  | { readonly kind: "charset"; readonly name: string };

/** A row, or a definition, larger than this is none: MySQL’s own limit for a packet is 1 GB, of which nobody makes use. */
const PENDING_MOST = 64 * 1024 * 1024;

type Mode =
  | { readonly kind: "between" }
  | { readonly kind: "rows"; readonly table: string; readonly columns: readonly string[] | null }
  | { readonly kind: "skip" }
  | { readonly kind: "delimiter" }
  | { readonly kind: "resync" };

/** What says something of the rows. */
const DEFINING = ["create table", "alter table", "set names", "use ", "use`"];

const BETWEEN: Mode = { kind: "between" };

/**
 * Reads what mysqldump, mariadb-dump and phpMyAdmin write, in pieces of any size: tables and rows,
 * nothing else. Nothing is executed. What can't be read is told of, and reading goes on behind it.
 */
export class SqlDump {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #dropped = 0;
  #mode: Mode = BETWEEN;
  readonly #columns = new Map<string, readonly string[]>();
  readonly #counts = new Map<string, number>();
  #events: SqlEvent[] = [];

  push(piece: Uint8Array): readonly SqlEvent[] {
    const left = this.#bytes.subarray(this.#at);
    this.#dropped += this.#at;
    this.#at = 0;
    this.#bytes = left.length === 0 ? piece : new Uint8Array(Buffer.concat([left, piece]));
    return this.#drain(false);
  }

  end(): readonly SqlEvent[] {
    return this.#drain(true);
  }

  #drain(final: boolean): readonly SqlEvent[] {
    this.#events = [];
    while (this.#at < this.#bytes.length && this.#step(final));
    const left = this.#bytes.length - this.#at;
    const isPassedOver = this.#mode.kind === "skip" || this.#mode.kind === "delimiter";
    if (final && left > 0 && !isPassedOver) {
      this.#damaged("the dump ends in the middle");
      this.#at = this.#bytes.length;
    } else if (left > PENDING_MOST) {
      this.#damaged("something far too large");
      this.#mode = { kind: "resync" };
    }
    if (final && left === 0 && this.#mode.kind === "rows") {
      this.#damaged("the dump ends in the middle");
    }
    return this.#events;
  }

  /** False: it takes more bytes to go on. */
  #step(final: boolean): boolean {
    try {
      switch (this.#mode.kind) {
        case "between":
          return this.#between(final);
        case "rows":
          return this.#row(this.#mode.table, this.#mode.columns, final);
        case "skip":
          return this.#skip();
        case "delimiter":
          // The whole line has to be there: `;;` begins like `;`.
          return this.#past(/\ndelimiter ;[ \t\r]{0,40}\n/i, 64);
        case "resync":
          return this.#past(
            /\n(?=insert |replace |create |drop |lock |unlock |alter |set |--|\/\*)/i,
            10,
          );
      }
    } catch (error) {
      if (!(error instanceof NotSql)) throw error;
      this.#damaged(error.message);
      this.#mode = { kind: "resync" };
      return true;
    }
  }

  #between(final: boolean): boolean {
    const bytes = this.#bytes;
    while (isSpace(bytes[this.#at]) || bytes[this.#at] === 59) this.#at += 1;
    const at = this.#at;
    if (at >= bytes.length) return false;
    if (bytes.length - at < 12 && !final) return false;
    const word = ascii(bytes, at, 12).toLowerCase();
    if (word.startsWith("--") || word.startsWith("#")) return this.#comment("\n", at, final);
    if (word.startsWith("/*")) return this.#comment("*/", at, final);
    if (word.startsWith("insert") || word.startsWith("replace")) {
      const head = readInsertHead(bytes, at);
      if (head === null) return false;
      const columns = head.columns ?? this.#columns.get(head.table) ?? null;
      this.#mode = { kind: "rows", table: head.table, columns };
      this.#at = head.end;
      return true;
    }
    if (word.startsWith("delimiter")) this.#mode = { kind: "delimiter" };
    else if (DEFINING.some((start) => word.startsWith(start))) return this.#definition(at);
    else this.#mode = { kind: "skip" };
    return true;
  }

  #definition(at: number): boolean {
    const end = statementEnd(this.#bytes, at);
    if (end < 0) return false;
    const text = ascii(this.#bytes, at, end - at);
    this.#charset(text);
    const database = readUse(text);
    if (database !== null) this.#events.push({ kind: "database", name: database });
    const counted = readCounter(text);
    if (counted !== null) this.#events.push({ kind: "table", ...counted });
    const defined = readDefinition(text);
    if (defined !== null) {
      this.#columns.set(defined.table, defined.columns);
      this.#events.push({ kind: "table", table: defined.table, nextId: defined.nextId });
    }
    this.#at = end;
    return true;
  }

  #comment(close: string, at: number, final: boolean): boolean {
    const end = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset).indexOf(close, at);
    if (end >= 0 && end < this.#bytes.length) {
      if (close === "*/") this.#charset(ascii(this.#bytes, at, Math.min(200, end - at)));
      this.#at = end + close.length;
      return true;
    }
    if (final && close === "\n") this.#at = this.#bytes.length;
    return false;
  }

  /** `/*!40101 SET NAMES latin1 *\/` or the plain statement. */
  #charset(text: string): void {
    const match = /\bset\s+names\s+['"]?(\w+)/i.exec(text);
    if (match !== null) this.#events.push({ kind: "charset", name: match[1] as string });
  }

  #row(table: string, columns: readonly string[] | null, final: boolean): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    while (isSpace(bytes[at]) || bytes[at] === 44) at += 1;
    this.#at = at;
    if (at >= bytes.length) return false;
    if (bytes[at] === 59) {
      this.#at = at + 1;
      this.#mode = BETWEEN;
      return true;
    }
    if (bytes[at] !== 40) {
      // `on duplicate key update …`
      if (bytes.length - at < 3 && !final) return false;
      if (!/^on\s/i.test(ascii(bytes, at, 3))) throw new NotSql("no row where one should be");
      this.#mode = { kind: "skip" };
      return true;
    }
    const values: SqlValue[] = [];
    for (at += 1; ; ) {
      while (isSpace(bytes[at])) at += 1;
      const read = readValue(bytes, at, final);
      if (read === null) return false;
      values.push(read.value);
      at = read.end;
      while (isSpace(bytes[at])) at += 1;
      const sign = bytes[at];
      if (sign === undefined) return false;
      at += 1;
      if (sign === 41) break;
      if (sign !== 44) throw new NotSql("no comma between two values");
    }
    this.#at = at;
    this.#take(table, columns, values);
    return true;
  }

  #take(table: string, columns: readonly string[] | null, values: readonly SqlValue[]): void {
    const index = (this.#counts.get(table) ?? 0) + 1;
    this.#counts.set(table, index);
    if (columns === null || columns.length !== values.length) {
      const reason =
        columns === null
          ? "the dump does not say what the columns are called"
          : `${values.length} values for ${columns.length} columns`;
      this.#events.push({ kind: "damaged", table, index, at: this.#dropped + this.#at, reason });
      return;
    }
    const row = new Map(columns.map((name, place) => [name, values[place] as SqlValue]));
    this.#events.push({ kind: "row", table, index, row });
  }

  #skip(): boolean {
    const end = statementEnd(this.#bytes, this.#at);
    if (end < 0) return false;
    this.#at = end;
    this.#mode = BETWEEN;
    return true;
  }

  /** Goes on behind what the pattern finds; keeps the last bytes, of which it may be a part. */
  #past(pattern: RegExp, length: number): boolean {
    const text = ascii(this.#bytes, this.#at, this.#bytes.length - this.#at);
    const match = pattern.exec(text);
    if (match !== null) {
      this.#at += match.index + match[0].length;
      this.#mode = BETWEEN;
      return true;
    }
    this.#at = Math.max(this.#at, this.#bytes.length - length);
    return false;
  }

  #damaged(reason: string): void {
    const table = this.#mode.kind === "rows" ? this.#mode.table : null;
    const index = table === null ? 0 : (this.#counts.get(table) ?? 0) + 1;
    this.#events.push({ kind: "damaged", table, index, at: this.#dropped + this.#at, reason });
  }
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  const end = Math.min(bytes.length, at + length);
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString("latin1");
}
