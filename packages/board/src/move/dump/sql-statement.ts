import { isSpace, NotSql } from "#move/dump/sql-value.ts";

/** `insert into t (…) values`: what stands before the rows. */
export interface InsertHead {
  readonly table: string;
  /** Null where the statement names none. */
  readonly columns: readonly string[] | null;
  readonly end: number;
}

/** Longest head or table definition; a dump has nothing like it. */
const HEAD_MOST = 1 << 20;

/** Null: its end has not come yet. Throws NotSql. */
export function readInsertHead(bytes: Uint8Array, at: number): InsertHead | null {
  const limit = Math.min(bytes.length, at + HEAD_MOST);
  // `values` may stand in a name; names are quoted, or followed by something else.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, limit - at).toString("latin1");
  const match =
    /^(?:insert|replace)(?:\s+(?:low_priority|delayed|high_priority|ignore))*(?:\s+into)?\s+/i.exec(
      text,
    );
  if (match === null) return shortOf(text, "a statement that begins like INSERT");
  let place = match[0].length;
  const name = readName(text, place);
  if (name === null) return shortOf(text, "INSERT without a table");
  place = skipSpace(text, name.end);
  let columns: string[] | null = null;
  if (text[place] === "(") {
    columns = [];
    do {
      const column = readName(text, skipSpace(text, place + 1));
      if (column === null) return shortOf(text, "INSERT with columns that have no names");
      columns.push(column.name);
      place = skipSpace(text, column.end);
    } while (text[place] === ",");
    if (text[place] !== ")") return shortOf(text, "INSERT with columns that don’t end");
    place = skipSpace(text, place + 1);
  }
  const values = /^values?(?=[\s(])/i.exec(text.slice(place, place + 8));
  if (values === null) return shortOf(text, "INSERT without VALUES");
  return { table: name.name, columns, end: at + place + values[0].length };
}

/** What is wrong may only be cut off: more may come, unless there is far too much of it. */
function shortOf(text: string, what: string): null {
  if (text.length >= 65_536) throw new NotSql(what);
  return null;
}

/** `name` in backticks, quotes or bare, with a database before it or not. Names are UTF-8. */
function readName(
  text: string,
  at: number,
): { readonly name: string; readonly end: number } | null {
  const match = /^(?:`((?:[^`]|``)+)`|"((?:[^"]|"")+)"|([\w$]+))/.exec(text.slice(at, at + 400));
  if (match === null) return null;
  const end = at + match[0].length;
  if (text[end] === ".") return readName(text, end + 1);
  const written =
    match[1]?.replaceAll("``", "`") ?? match[2]?.replaceAll('""', '"') ?? match[3] ?? "";
  return { name: Buffer.from(written, "latin1").toString("utf8"), end };
}

export interface TableDefinition {
  readonly table: string;
  readonly columns: readonly string[];
  /** The number that the next row would have had; null where the table does not count. */
  readonly nextId: number | null;
}

/** Reads a whole `create table` as mysqldump writes it: one column a line. Null: it is none. */
export function readDefinition(text: string): TableDefinition | null {
  const head = /^create\s+table\s+(?:if\s+not\s+exists\s+)?/i.exec(text);
  if (head === null) return null;
  const name = readName(text, head[0].length);
  if (name === null) return null;
  const open = text.indexOf("(", name.end);
  if (open < 0) return null;
  const columns: string[] = [];
  for (const line of text.slice(open + 1).split("\n")) {
    const column = /^\s*[`"]/.exec(line);
    if (column === null) continue;
    const read = readName(line, column[0].length - 1);
    if (read !== null) columns.push(read.name);
  }
  const next = /\sauto_increment\s*=\s*(\d{1,15})/i.exec(text.slice(text.lastIndexOf(")")));
  return { table: name.name, columns, nextId: next === null ? null : Number(next[1]) };
}

/** `alter table t modify … auto_increment=12`: phpMyAdmin counts behind the rows. Null: it is none. */
export function readCounter(text: string): { table: string; nextId: number } | null {
  const head = /^alter\s+table\s+/i.exec(text);
  const name = head === null ? null : readName(text, head[0].length);
  if (name === null) return null;
  const next = /\sauto_increment\s*=\s*(\d{1,15})/i.exec(text.slice(name.end));
  return next === null ? null : { table: name.name, nextId: Number(next[1]) };
}

/** ``use `name` ``. Null: it is none. */
export function readUse(text: string): string | null {
  const head = /^use\s*/i.exec(text);
  return head === null ? null : (readName(text, head[0].length)?.name ?? null);
}

/** Where a statement ends: behind its `;`, strings and comments passed over. -1: not yet. */
export function statementEnd(bytes: Uint8Array, from: number): number {
  let quote = 0;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (quote !== 0) {
      if (byte === 92 && quote !== 96) i += 1;
      else if (byte === quote) quote = 0;
    } else if (byte === 39 || byte === 34 || byte === 96) quote = byte;
    else if (byte === 59) return i + 1;
  }
  return -1;
}

function skipSpace(text: string, at: number): number {
  let place = at;
  while (isSpace(text.charCodeAt(place))) place += 1;
  return place;
}
