import type { RemovedText } from "#filter/admit.ts";
import { Filters } from "#filter/compile.ts";
import type { FilterRule } from "#filter/rule.ts";
import type { Signal } from "#match/list/entry.ts";
import { HashMatcher } from "#match/list/matcher.ts";
import { NearTexts } from "#match/text/near.ts";
import { allFilters, entriesAfter, hashLists, listsStamp, removedTexts } from "#store/lists.ts";
import type { Db } from "#store/open.ts";

const PAGE = 20_000;

/** The filters of one board: over its words, and over the names of its files. */
export interface BoardFilters {
  readonly words: Filters;
  readonly filenames: Filters;
}

/**
 * Everything that posts are compared with, in memory. `refresh` costs four counts where nothing has
 * changed, so that every process may ask often.
 */
export class Screen {
  #stamp = "";
  #rules: readonly FilterRule[] = [];
  #boards = new Map<number, BoardFilters>();
  #categories = new Map<number, string>();
  #hashes = new HashMatcher();
  #lastEntry = 0;
  #texts = new NearTexts();
  #textCategories = new Map<number, string>();
  #textBoards = new Map<number, number | null>();

  get hashes(): HashMatcher {
    return this.#hashes;
  }

  /** Under what a match with an entry of this list, or with this removed text, is queued. */
  categoryOfList(list: number): string | null {
    return this.#categories.get(list) ?? null;
  }

  categoryOfText(id: number): string | null {
    return this.#textCategories.get(id) ?? null;
  }

  /** Removed texts of which this one is a copy, as they count on a board. */
  removedTexts(text: string, board: number): readonly RemovedText[] {
    return this.#texts.near(text).flatMap((near): readonly RemovedText[] => {
      const by = this.#textBoards.get(near.id) ?? null;
      if (by === null) return [{ ...near, by: "site" }];
      if (by === board) return [{ ...near, by: "board" }];
      return near.isLong ? [{ ...near, by: "elsewhere" }] : [];
    });
  }

  filters(board: number): BoardFilters {
    let known = this.#boards.get(board);
    if (known === undefined) {
      const own = this.#rules.filter(({ boardId }) => boardId === null || boardId === board);
      known = { words: new Filters(own.flatMap(forWords)), filenames: filenames(own) };
      this.#boards.set(board, known);
    }
    return known;
  }

  async refresh(db: Db): Promise<void> {
    const stamp = await listsStamp(db);
    if (stamp === this.#stamp) return;
    this.#rules = await allFilters(db);
    this.#boards = new Map();
    const lists = await hashLists(db);
    const enabled = lists.filter((list) => list.enabled === 1);
    this.#categories = new Map(enabled.map(({ id, category }) => [id, category]));
    await this.#loadHashes(db);
    const texts = new NearTexts();
    const rows = await removedTexts(db);
    for (const { id, sketch } of rows) texts.add(id, wordsOfBytes(sketch));
    this.#texts = texts;
    this.#textCategories = new Map(rows.map(({ id, category }) => [id, category]));
    this.#textBoards = new Map(rows.map(({ id, boardId }) => [id, boardId]));
    this.#stamp = stamp;
  }

  /** Only what is new, unless something went: then all of it anew. */
  async #loadHashes(db: Db): Promise<void> {
    const total = await countEntries(db);
    let hashes = this.#hashes;
    let last = this.#lastEntry;
    const read = async (): Promise<void> => {
      for (;;) {
        const page = await entriesAfter(db, last, PAGE);
        for (const { id, listId, signal, value } of page) {
          hashes.add({ id, list: listId, signal: signal as Signal, value });
        }
        last = page.at(-1)?.id ?? last;
        if (page.length < PAGE) return;
      }
    };
    await read();
    if (hashes.size !== total) {
      hashes = new HashMatcher();
      last = 0;
      await read();
    }
    this.#hashes = hashes;
    this.#lastEntry = last;
  }
}

async function countEntries(db: Db): Promise<number> {
  const row = await db
    .selectFrom("hash_entry")
    .select((of) => of.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return row.count;
}

function forWords(rule: FilterRule): readonly FilterRule[] {
  if (rule.fields.length === 0) return [{ ...rule, fields: ["text", "subject", "name"] }];
  const fields = rule.fields.filter((field) => field !== "filename");
  return fields.length === 0 ? [] : [{ ...rule, fields }];
}

function filenames(rules: readonly FilterRule[]): Filters {
  const own = rules.filter(({ fields }) => fields.length === 0 || fields.includes("filename"));
  return new Filters(own.map((rule) => ({ ...rule, fields: ["filename"] })));
}

export function bytesOfWords(words: Uint32Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(words.length * 4));
  for (const [i, word] of words.entries()) out.setUint32(i * 4, word);
  return new Uint8Array(out.buffer);
}

function wordsOfBytes(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.byteLength >> 2 }, (_none, i) => view.getUint32(i * 4));
}
