import { openBoards } from "#store/boards.ts";
import type { Store } from "#store/open.ts";
import { postsById } from "#store/posts.ts";
import { findPosts } from "#store/search.ts";
import { threadError } from "#thread/errors.ts";
import type { SearchPage } from "#thread/model.ts";
import { readableBoard } from "#thread/read.ts";

const PAGE = 50;
const WORDS_MOST = 12;

/** Words as both engines cut them: letters and digits of any script. */
export function wordsOf(written: string): readonly string[] {
  const words = written.normalize("NFC").match(/[\p{L}\p{N}]{1,64}/gu) ?? [];
  return [...new Set(words)].slice(0, WORDS_MOST);
}

/** Visible posts that hold all the words, newest first; `uri` null: on all listed boards. */
export async function searchPosts(
  { store }: { readonly store: Store },
  written: string,
  uri: string | null,
  before: number | null,
): Promise<SearchPage> {
  const words = wordsOf(written);
  if (words.length === 0) throw threadError("search");
  const board = uri === null ? null : await readableBoard({ store }, uri);
  const ids = await findPosts(store, words, board?.id ?? null, before, PAGE);
  const boards = board === null ? await openBoards(store.kysely) : [board];
  const posts = await postsById(store, ids, new Map(boards.map(({ id, uri }) => [id, uri])));
  return { posts, next: ids.length < PAGE ? null : (ids.at(-1) ?? null) };
}
