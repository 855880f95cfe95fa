import { createHmac } from "node:crypto";
import { nextNo } from "#store/boards.ts";
import type { Db } from "#store/open.ts";
import { insertPost, setBacklink } from "#store/posts.ts";
import { indexPost } from "#store/search.ts";
import { threadOf } from "#store/threads.ts";
import { announce } from "#thread/announce.ts";
import type { ThreadContext } from "#thread/context.ts";
import type { Board, PostFile } from "#thread/model.ts";
import { checkDraft, checkReply } from "#thread/posting/check.ts";
import type { Candidate, Draft, DraftFile } from "#thread/posting/draft.ts";
import { type Judged, judge } from "#thread/posting/guard.ts";
import { bareName, lineOf, readName } from "#thread/posting/name.ts";
import { render } from "#thread/posting/render.ts";
import { grow, openThread } from "#thread/posting/thread-rows.ts";
import { readableBoard } from "#thread/read.ts";

/** The files that come with a draft. */
export interface Attached {
  readonly count: number;
  /** Takes them in: called only once nothing else stands against the draft. */
  readonly take: (board: Board) => Promise<readonly DraftFile[]>;
  /** Throws where none can be taken in just now. */
  readonly ready?: () => void;
}

export interface Posted {
  readonly postId: number;
  readonly board: string;
  readonly no: number;
  readonly threadNo: number;
  /** `held`: it waits for approval. */
  readonly state: "visible" | "held";
}

/** Posts a draft: checked, judged, its files taken in, written whole or not at all, then told of. */
export async function post(
  context: ThreadContext,
  written: Draft,
  files: Attached = { count: 0, take: noFiles },
): Promise<Posted> {
  const { store, clock } = context;
  const draft = { ...written, name: lineOf(written.name), subject: lineOf(written.subject) };
  const board = await readableBoard(context, draft.board);
  checkDraft(draft, board, files.count);
  const thread =
    draft.threadNo === null ? null : await threadOf(store.kysely, board, draft.threadNo);
  if (draft.threadNo !== null) checkReply(thread, board, files.count, draft.staff !== null);

  // Whoever is told to come again in a moment was not counted, and used no work up.
  if (files.count > 0) files.ready?.();
  const early = context.guards.filter(({ stage }) => stage === "early");
  const first = await judge(early, { draft, board, thread, files: [], text: draft.text });
  const taken = files.count === 0 ? [] : await files.take(board);
  const late = context.guards.filter(({ stage }) => stage === "files");
  const candidate: Candidate = { draft, board, thread, files: taken, text: first.text };
  const second = await judge(late, candidate);
  const judged: Judged = {
    text: second.text,
    objections: [...first.objections, ...second.objections],
  };
  const now = clock.now();
  const posted = await store.transaction((trx) => write(context, trx, candidate, judged, now));
  if (posted.state === "visible") {
    const { board: uri, threadNo, no } = posted;
    context.events.publish({ kind: "post", board: uri, threadNo, no });
  }
  return posted;
}

async function noFiles(): Promise<readonly DraftFile[]> {
  return [];
}

async function write(
  context: ThreadContext,
  trx: Db,
  candidate: Candidate,
  { text, objections }: Judged,
  now: number,
): Promise<Posted> {
  const { draft, board, files } = candidate;
  // First the board's row: whoever posts at the same time waits here, in one order for all.
  const no = await nextNo(trx, board.id, now);
  const threadNo = draft.threadNo ?? no;
  const thread = draft.threadNo === null ? null : await threadOf(trx, board, threadNo);
  if (draft.threadNo !== null) checkReply(thread, board, files.length, draft.staff !== null);

  const state = objections.some(({ kind }) => kind === "hold") ? "held" : "visible";
  const rendered = await render(trx, board, text, context.random);
  const { name, trip } = nameOf(context, draft, board);
  const { poster, staff } = draft;
  const { subject } = draft;
  const postId = await insertPost(trx, {
    boardId: board.id,
    no,
    threadNo,
    createdAt: now,
    name,
    trip,
    capcode: staff?.capcode ?? null,
    subject,
    sage: draft.sage ? 1 : 0,
    text,
    html: rendered.html,
    posterId: board.settings.posterIds ? posterIdOf(context, board, threadNo, draft) : null,
    country: board.settings.countryFlags ? poster.country : null,
    sessionHash: poster.sessionHash,
    addressHash: poster.addressHash,
    prefixHash: poster.prefixHash,
    addressPeriod: poster.addressPeriod,
    deletion: deletionOf(context, draft.password),
    state,
    editedAt: null,
    editedBy: null,
    files: JSON.stringify(files.map(asShown)),
    backlinks: "[]",
    dice: JSON.stringify(rendered.dice),
    version: 1,
  });
  await keepFiles(trx, postId, files, now);
  await keepAddress(context, trx, postId, draft, now);
  if (rendered.quotes.length > 0) {
    const rows = rendered.quotes.map((quote) => ({ fromPostId: postId, ...quote }));
    await trx.insertInto("quote").values(rows).execute();
  }
  const written = {
    postId,
    boardId: board.id,
    no,
    threadNo,
    state,
    createdAt: now,
    candidate,
    objections,
  } as const;
  if (thread === null) {
    await openThread(context, trx, board, { no, subject, state, media: files.length }, now);
  } else if (state === "visible") {
    await grow(context, trx, board, thread, { no, sage: draft.sage, media: files.length }, now);
  }
  if (state === "visible") {
    const words = `${subject}\n${text}`;
    await indexPost(context.store, trx, { id: postId, boardId: board.id, words });
    const backlink = { board: board.uri, threadNo, no };
    for (const quote of rendered.quotes) await setBacklink(trx, quote, backlink, true, now);
    const { engine } = context.store;
    const event = { kind: "post", board: board.uri, threadNo, no } as const;
    await announce(trx, { engine, from: context.events.id, now }, event);
  }
  for (const after of context.afterWrite) await after(trx, written);
  return { postId, board: board.uri, no, threadNo, state };
}

function nameOf(context: ThreadContext, draft: Draft, board: Board) {
  const { settings } = board;
  const read = readName(draft.name, context.secret, settings.tripcodes);
  // An owner chooses what nobody in particular is called: that is no role either.
  const nobody = bareName(lineOf(settings.anonymousName)) || "Anonymous";
  if (settings.forcedAnonymous && draft.staff === null) return { name: nobody, trip: null };
  return { name: read.name === "" ? nobody : read.name, trip: read.trip };
}

/** The same poster has the same id within a thread, and another in the next. */
function posterIdOf(context: ThreadContext, board: Board, threadNo: number, draft: Draft): string {
  const who = draft.poster.addressHash ?? draft.poster.sessionHash;
  return createHmac("sha256", context.secret)
    .update(`poster ${board.id} ${threadNo} ${who}`)
    .digest("base64url")
    .slice(0, 8);
}

/** Null where the session alone may delete. */
export function deletionOf(
  context: Pick<ThreadContext, "secret">,
  password: string,
): string | null {
  if (password === "") return null;
  return createHmac("sha256", context.secret).update(`delete ${password}`).digest("base64url");
}

export function asShown(file: DraftFile): PostFile {
  const { pdq: _, originalHash: __, originalMd5: ___, ...shown } = file;
  return { ...shown, state: "stored" };
}

export async function keepFiles(
  trx: Db,
  postId: number,
  files: readonly DraftFile[],
  now: number,
): Promise<void> {
  for (const [position, file] of files.entries()) {
    const { originalHash, originalMd5: _, filename, spoiler, thumb, ...media } = file;
    await trx
      .insertInto("media")
      .values({
        ...media,
        thumb: thumb === null ? null : JSON.stringify(thumb),
        state: "stored",
        createdAt: now,
      })
      .onConflict((conflict) => conflict.column("sha256").doNothing())
      .execute();
    await trx
      .insertInto("post_media")
      .values({
        postId,
        position,
        sha256: file.sha256,
        originalHash,
        filename,
        spoiler: spoiler ? 1 : 0,
      })
      .execute();
  }
}

async function keepAddress(
  { settings }: ThreadContext,
  trx: Db,
  postId: number,
  { poster }: Draft,
  now: number,
): Promise<void> {
  if (settings.addressHours === 0 || poster.address === null) return;
  await trx
    .insertInto("address_trace")
    .values({ postId, address: poster.address, createdAt: now, held: 0 })
    .execute();
}
