import { boardById, nextNo, touchBoard } from "#store/boards.ts";
import { forgetReferences } from "#store/erase.ts";
import type { Db } from "#store/open.ts";
import { setBacklink } from "#store/posts.ts";
import { indexPost } from "#store/search.ts";
import { recount, touchThread } from "#store/threads.ts";
import type { ThreadContext } from "#thread/context.ts";
import { threadError } from "#thread/errors.ts";
import type { BoardEvent } from "#thread/events.ts";
import { render } from "#thread/posting/render.ts";

/**
 * Moves the thread of a post to another board. Its posts get numbers of that board; references among
 * them follow, references from elsewhere lead nowhere any more and are drawn so. Returns what is to
 * be told once that is committed.
 */
export async function moveThread(
  context: Pick<ThreadContext, "store" | "random">,
  trx: Db,
  postId: number,
  toBoardId: number,
  now: number,
): Promise<readonly BoardEvent[]> {
  const { store, random } = context;
  const start = await trx
    .selectFrom("post")
    .select(["boardId", "threadNo"])
    .where("id", "=", postId)
    .executeTakeFirst();
  const target = await boardById(trx, toBoardId);
  const source = start === undefined ? null : await boardById(trx, start.boardId);
  if (start === undefined || source === null) throw threadError("no_post");
  if (target === null || target.state === "requested" || target.state === "closed") {
    throw threadError("no_board");
  }
  if (source.id === target.id) return [];
  const posts = await trx
    .selectFrom("post")
    .select(["id", "boardId", "no", "subject", "text", "dice", "state"])
    .where("boardId", "=", source.id)
    .where("threadNo", "=", start.threadNo)
    .orderBy("no")
    .execute();
  const quoting = await trx
    .selectFrom("quote")
    .select(["fromPostId", "no"])
    .where("boardId", "=", source.id)
    .where(
      "no",
      "in",
      posts.map(({ no }) => no),
    )
    .execute();
  await forgetReferences(store, trx, source.uri, posts, now);

  const numbers = new Map<number, number>();
  for (const { no } of posts) numbers.set(no, await nextNo(trx, target.id, now));
  const newThreadNo = numbers.get(start.threadNo) as number;
  for (const { id, no } of posts) {
    await trx
      .updateTable("post")
      .set({ boardId: target.id, no: numbers.get(no) as number, threadNo: newThreadNo })
      .where("id", "=", id)
      .execute();
  }
  const row = await trx
    .selectFrom("thread")
    .selectAll()
    .where("boardId", "=", source.id)
    .where("no", "=", start.threadNo)
    .executeTakeFirstOrThrow();
  await trx
    .deleteFrom("thread")
    .where("boardId", "=", source.id)
    .where("no", "=", start.threadNo)
    .execute();
  await trx
    .insertInto("thread")
    .values({ ...row, boardId: target.id, no: newThreadNo, changedAt: now })
    .execute();
  await trx
    .updateTable("watch")
    .set({ boardId: target.id, threadNo: newThreadNo, seenNo: 0 })
    .where("boardId", "=", source.id)
    .where("threadNo", "=", start.threadNo)
    .execute();

  for (const post of posts) {
    const text = post.text.replace(/>>(\d{1,15})/g, (_, no: string) => {
      const moved = numbers.get(Number(no));
      // What stays behind is on another board now.
      return moved === undefined ? `>>>/${source.uri}/${no}` : `>>${moved}`;
    });
    const rendered = await render(trx, target, text, random, JSON.parse(post.dice));
    await trx.deleteFrom("quote").where("fromPostId", "=", post.id).execute();
    for (const quote of rendered.quotes) {
      await trx
        .insertInto("quote")
        .values({ fromPostId: post.id, ...quote })
        .execute();
    }
    await trx
      .updateTable("post")
      .set((set) => ({ text, html: rendered.html, version: set("version", "+", 1) }))
      .where("id", "=", post.id)
      .execute();
    if (post.state !== "visible") continue;
    const words = `${post.subject}\n${text}`;
    await indexPost(store, trx, { id: post.id, boardId: target.id, words });
    const no = numbers.get(post.no) as number;
    const backlink = { board: target.uri, threadNo: newThreadNo, no };
    for (const quote of rendered.quotes) await setBacklink(trx, quote, backlink, true, now);
  }
  const own = new Set(posts.map(({ id }) => id));
  const outside = new Set(quoting.map(({ fromPostId }) => fromPostId).filter((id) => !own.has(id)));
  for (const id of outside) await drawAgain(context, trx, id, now);
  await recount(trx, target.id, newThreadNo, now);
  await touchBoard(trx, source.id);
  await touchBoard(trx, target.id);
  const left = { board: source.uri, threadNo: start.threadNo, no: start.threadNo };
  const arrived = { board: target.uri, threadNo: newThreadNo, no: newThreadNo };
  return [
    { kind: "thread-removed", ...left },
    { kind: "post", ...arrived },
  ];
}

/** Draws a post anew: what it referred to stands elsewhere. */
async function drawAgain(
  { random }: Pick<ThreadContext, "random">,
  trx: Db,
  postId: number,
  now: number,
): Promise<void> {
  const post = await trx
    .selectFrom("post")
    .select(["boardId", "threadNo", "text", "dice"])
    .where("id", "=", postId)
    .executeTakeFirstOrThrow();
  const board = await boardById(trx, post.boardId);
  if (board === null) return;
  const rendered = await render(trx, board, post.text, random, JSON.parse(post.dice));
  await trx.deleteFrom("quote").where("fromPostId", "=", postId).execute();
  for (const quote of rendered.quotes) {
    await trx
      .insertInto("quote")
      .values({ fromPostId: postId, ...quote })
      .execute();
  }
  await trx
    .updateTable("post")
    .set((set) => ({ html: rendered.html, version: set("version", "+", 1) }))
    .where("id", "=", postId)
    .execute();
  await touchThread(trx, post.boardId, post.threadNo, now);
}
