import { EXPORTED, type ExportedTable } from "#move/export/tables.ts";
import { damaged } from "#move/export/tar.ts";
import type { Db, Store } from "#store/open.ts";
import { indexPost } from "#store/search.ts";

/** Values of one statement: SQLite takes 32,766. */
const VALUES = 30_000;
const ROWS = 500;

type Row = Readonly<Record<string, unknown>>;

/** Puts rows of an export into their tables, in one transaction. */
export class Rows {
  readonly #store: Pick<Store, "engine">;
  readonly #trx: Db;
  readonly counts = new Map<string, number>();

  constructor(store: Pick<Store, "engine">, trx: Db) {
    this.#store = store;
    this.#trx = trx;
  }

  async take(table: ExportedTable, bytes: Uint8Array): Promise<void> {
    const rows = rowsIn(table, bytes);
    await this.put(table, rows);
  }

  async put(table: ExportedTable, rows: readonly Row[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    const most = Math.max(1, Math.min(ROWS, Math.floor(VALUES / Object.keys(first).length)));
    for (let at = 0; at < rows.length; at += most) {
      // The table's name comes from a list of ours; its columns are checked by the engine.
      await this.#trx
        .insertInto(table as "board")
        .values(rows.slice(at, at + most) as never)
        .execute();
    }
    if (table === "post") await this.#index(rows);
    this.counts.set(table, (this.counts.get(table) ?? 0) + rows.length);
  }

  /** Words are not a part of an export: each engine has its own. */
  async #index(posts: readonly Row[]): Promise<void> {
    for (const post of posts) {
      if (post["state"] !== "visible") continue;
      const words = `${String(post["subject"])}\n${String(post["text"])}`;
      const place = { id: post["id"] as number, boardId: post["boardId"] as number };
      await indexPost(this.#store, this.#trx, { ...place, words });
    }
  }
}

/** Rows of one part of a table, with columns of bytes as bytes. */
export function rowsIn(table: ExportedTable, bytes: Uint8Array): readonly Row[] {
  const policy = EXPORTED.find(({ name }) => name === table);
  const lines = Buffer.from(bytes).toString("utf8").split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const row: unknown = JSON.parse(line);
      if (typeof row !== "object" || row === null) throw damaged(`a row of ${table} is none`);
      const own = row as Record<string, unknown>;
      for (const name of policy?.bytes ?? []) {
        own[name] = new Uint8Array(Buffer.from(String(own[name]), "base64"));
      }
      return own;
    });
}
