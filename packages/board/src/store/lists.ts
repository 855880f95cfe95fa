import type { Selectable } from "kysely";
import type { HashEntry } from "#match/list/entry.ts";
import { type NewFilter, filterOf } from "#filter/row.ts";
import type { FilterRule } from "#filter/rule.ts";
import type { Db } from "#store/open.ts";
import type { HashEntryTable, HashListTable, RemovedTextTable } from "#store/table/list.ts";

/** Parameters of one statement: SQLite takes 32,766. */
const ROWS = 1000;

export async function addFilter(db: Db, filter: NewFilter): Promise<number> {
  const { message, fields, ...rest } = filter;
  const row = {
    ...rest,
    fields: JSON.stringify(fields),
    messageEn: message?.en ?? null,
    messageFr: message?.fr ?? null,
  };
  const { id } = await db
    .insertInto("filter")
    .values(row)
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export async function removeFilter(db: Db, id: number, boardId: number | null): Promise<boolean> {
  const done = await db
    .deleteFrom("filter")
    .where("id", "=", id)
    .where("boardId", boardId === null ? "is" : "=", boardId)
    .executeTakeFirst();
  return done.numDeletedRows > 0n;
}

/** Those of the instance and of all boards, oldest first. */
export async function allFilters(db: Db): Promise<readonly FilterRule[]> {
  const rows = await db.selectFrom("filter").selectAll().orderBy("id").execute();
  return rows.map(filterOf);
}

export async function addHashList(
  db: Db,
  list: { readonly name: string; readonly category: string; readonly createdAt: number },
): Promise<number> {
  const { id } = await db
    .insertInto("hash_list")
    .values({ ...list, enabled: 1 })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export async function hashLists(db: Db): Promise<readonly Selectable<HashListTable>[]> {
  return db.selectFrom("hash_list").selectAll().orderBy("id").execute();
}

/** False where there is no such list. */
export async function setListEnabled(db: Db, id: number, enabled: boolean): Promise<boolean> {
  const done = await db
    .updateTable("hash_list")
    .set({ enabled: enabled ? 1 : 0 })
    .where("id", "=", id)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** All entries of a list, oldest first. */
export async function listEntries(db: Db, listId: number): Promise<readonly HashEntry[]> {
  const rows = await db
    .selectFrom("hash_entry")
    .select(["signal", "value", "tags"])
    .where("listId", "=", listId)
    .orderBy("id")
    .execute();
  return rows.map(({ signal, value, tags }) => ({
    signal: signal as HashEntry["signal"],
    value,
    tags: JSON.parse(tags) as string[],
    withdrawn: false,
  }));
}

/** Adds what is new and takes out what is withdrawn. Returns how many entries the list has then. */
export async function mergeEntries(
  db: Db,
  listId: number,
  entries: readonly HashEntry[],
  now: number,
): Promise<number> {
  for (let from = 0; from < entries.length; from += ROWS) {
    const part = entries.slice(from, from + ROWS);
    const added = part.filter(({ withdrawn }) => !withdrawn);
    if (added.length > 0) {
      await db
        .insertInto("hash_entry")
        .values(
          added.map(({ signal, value, tags }) => ({
            listId,
            signal,
            value,
            tags: JSON.stringify(tags),
            createdAt: now,
          })),
        )
        .onConflict((conflict) => conflict.columns(["listId", "signal", "value"]).doNothing())
        .execute();
    }
    for (const { signal, value } of part.filter(({ withdrawn }) => withdrawn)) {
      await db
        .deleteFrom("hash_entry")
        .where("listId", "=", listId)
        .where("signal", "=", signal)
        .where("value", "=", value)
        .execute();
    }
  }
  const { count } = await db
    .selectFrom("hash_entry")
    .select((row) => row.fn.countAll<number>().as("count"))
    .where("listId", "=", listId)
    .executeTakeFirstOrThrow();
  return count;
}

/** Entries behind `after` in the order of their numbers. */
export async function entriesAfter(
  db: Db,
  after: number,
  most: number,
): Promise<readonly Selectable<HashEntryTable>[]> {
  return db
    .selectFrom("hash_entry")
    .selectAll()
    .where("id", ">", after)
    .orderBy("id")
    .limit(most)
    .execute();
}

export async function addRemovedText(
  db: Db,
  text: {
    readonly postId: number;
    readonly boardId: number | null;
    readonly category: string;
    readonly sketch: Uint8Array;
    readonly createdAt: number;
  },
): Promise<void> {
  await db
    .insertInto("removed_text")
    .values(text)
    .onConflict((conflict) => conflict.column("postId").doNothing())
    .execute();
}

/** A removal that was undone: the text may come back. */
export async function forgetRemovedText(db: Db, postId: number): Promise<void> {
  await db.deleteFrom("removed_text").where("postId", "=", postId).execute();
}

export async function removedTexts(db: Db): Promise<readonly Selectable<RemovedTextTable>[]> {
  return db.selectFrom("removed_text").selectAll().execute();
}

/** Changes whenever a filter, an entry or a removed text comes or goes, and with each list's switch. */
export async function listsStamp(db: Db): Promise<string> {
  const lists = await hashLists(db);
  const parts = lists.map(({ id, enabled }) => `${id}:${enabled}`);
  for (const table of ["filter", "hash_entry", "removed_text"] as const) {
    const row = await db
      .selectFrom(table)
      .select((of) => [of.fn.countAll<number>().as("count"), of.fn.max("id").as("last")])
      .executeTakeFirstOrThrow();
    parts.push(`${row.count}/${row.last ?? 0}`);
  }
  return parts.join(" ");
}
