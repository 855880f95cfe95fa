import { checkFilter } from "#filter/compile.ts";
import type { FilterRule } from "#filter/rule.ts";
import { type ListFormat, readList, writeList } from "#match/list/exchange.ts";
import { type Category, CATEGORY_NAMES } from "#moderation/category.ts";
import { type Actor, bad, type ModerationDeps, need, notFound } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import {
  addFilter,
  addHashList,
  hashLists,
  listEntries,
  mergeEntries,
  removeFilter,
  setListEnabled,
} from "#store/lists.ts";
import type { Db } from "#store/open.ts";

type Services = Pick<ModerationDeps, "store" | "clock">;

/** Every post is held against all of them, and an owner of a board writes them for all who post there. */
const FILTERS_MOST = { board: 200, site: 2000 } as const;
const PATTERNS_MOST = { board: 20, site: 200 } as const;
const REPLACEMENT_MOST = 200;
const MESSAGE_MOST = 500;

/** Keeps a filter; throws AppError where it can't be used. */
export async function keepFilter(
  { store, clock }: Services,
  actor: Actor,
  filter: Omit<FilterRule, "id">,
): Promise<void> {
  need(actor, "editFilters", filter.boardId);
  if (filter.pattern.trim() === "" || filter.pattern.length > 1000) {
    throw bad("board.bad_text", "A filter has 1 to 1000 characters.");
  }
  const said = Object.values(filter.message ?? {});
  if (
    filter.replacement.length > REPLACEMENT_MOST ||
    said.some(({ length }) => length > MESSAGE_MOST)
  ) {
    throw bad("board.bad_text", "What is said in its place is too long.");
  }
  checkFilter({ ...filter, id: 0 });
  const at = clock.now();
  await store.transaction(async (trx) => {
    await checkRoom(trx, filter);
    const id = await addFilter(trx, { ...filter, createdAt: at, createdBy: actor.id });
    const { boardId, kind, pattern, action } = filter;
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: "filters.add",
      boardId,
      subject: `filter ${id}`,
      detail: { kind, pattern, action },
    });
  });
}

async function checkRoom(
  trx: Db,
  { boardId, kind }: Pick<FilterRule, "boardId" | "kind">,
): Promise<void> {
  const size = boardId === null ? "site" : "board";
  const kinds = await trx
    .selectFrom("filter")
    .select("kind")
    .where("boardId", boardId === null ? "is" : "=", boardId)
    .execute();
  const alike = kinds.filter((other) => other.kind === "pattern");
  const isFull = kind === "pattern" && alike.length >= PATTERNS_MOST[size];
  if (isFull || kinds.length >= FILTERS_MOST[size]) {
    throw bad("board.bad_text", "There are as many filters here as there may be.");
  }
}

export async function dropFilter(
  { store, clock }: Services,
  actor: Actor,
  id: number,
  boardId: number | null,
): Promise<void> {
  need(actor, "editFilters", boardId);
  await store.transaction(async (trx) => {
    if (!(await removeFilter(trx, id, boardId))) throw notFound();
    await addLog(trx, store.engine, {
      at: clock.now(),
      staff: actor.id,
      action: "filters.remove",
      boardId,
      subject: `filter ${id}`,
    });
  });
}

/** What came of taking a list in. */
export interface Imported {
  readonly entries: number;
  readonly passedOver: number;
}

/** Takes a list of known files in, or what is new of one of the same name; whole or not at all. */
export async function importList(
  { store, clock }: Services,
  actor: Actor,
  list: { readonly name: string; readonly category: string; readonly text: string },
): Promise<Imported> {
  need(actor, "editHashLists", null);
  const name = list.name.trim();
  if (name === "" || name.length > 80) throw bad("board.bad_text", "A list has a name.");
  const category = CATEGORY_NAMES.find((known) => known === list.category);
  if (category === undefined) throw bad("board.bad_text", "There is no such category.");
  const read = readList(list.text);
  const at = clock.now();
  return store.transaction(async (trx) => {
    const known = (await hashLists(trx)).find((one) => one.name === name);
    const id = known?.id ?? (await addHashList(trx, { name, category, createdAt: at }));
    const entries = await mergeEntries(trx, id, read.entries, at);
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: "list.import",
      boardId: null,
      subject: `list ${id}`,
      detail: { name, format: read.format, read: read.entries.length, entries },
    });
    return { entries, passedOver: read.passedOver };
  });
}

/** Compares uploads with a list, or no longer. */
export async function switchList(
  { store, clock }: Services,
  actor: Actor,
  id: number,
  enabled: boolean,
): Promise<void> {
  need(actor, "editHashLists", null);
  await store.transaction(async (trx) => {
    if (!(await setListEnabled(trx, id, enabled))) throw notFound();
    await addLog(trx, store.engine, {
      at: clock.now(),
      staff: actor.id,
      action: enabled ? "list.on" : "list.off",
      boardId: null,
      subject: `list ${id}`,
    });
  });
}

/** A list as others take it in. */
export async function exportList(
  { store, clock }: Services,
  actor: Actor,
  id: number,
  format: ListFormat,
): Promise<string> {
  need(actor, "editHashLists", null);
  return writeList(await listEntries(store.kysely, id), format, clock.now());
}

export interface ListView {
  readonly id: number;
  readonly name: string;
  readonly category: Category;
  readonly enabled: boolean;
  readonly entries: number;
}

/** All lists with how many entries each has. */
export async function listsOf({ store }: Pick<Services, "store">): Promise<readonly ListView[]> {
  const lists = await hashLists(store.kysely);
  const counts = await store.kysely
    .selectFrom("hash_entry")
    .select((row) => ["listId", row.fn.countAll<number>().as("entries")])
    .groupBy("listId")
    .execute();
  return lists.map(({ id, name, category, enabled }) => ({
    id,
    name,
    category: category as Category,
    enabled: enabled === 1,
    entries: counts.find(({ listId }) => listId === id)?.entries ?? 0,
  }));
}
