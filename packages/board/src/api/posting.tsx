/** @jsxImportSource hono/jsx */
import { AppError } from "@egide/std/error.ts";
import type { WebContext, WebEnv } from "@egide/web/context.ts";
import { describe } from "@egide/web/describe.ts";
import { formOf, textOf } from "@egide/web/form.ts";
import { problemOf, wantsJson } from "@egide/web/problem.ts";
import { statusOf } from "@egide/web/status.ts";
import type { Hono } from "hono";
import { frameOf, page, wholeOf } from "#api/answer.ts";
import { postersOf } from "#api/read.tsx";
import type { BoardSite, Sent } from "#api/site.ts";
import { capcodeOf } from "#api/staff.ts";
import { API_STATUSES, apiError } from "#api/texts.ts";
import { Decided } from "#moderation/decided.ts";
import { CAPCODES, highestRole } from "#moderation/permission.ts";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import type { Draft as Written } from "#page/part/compose.tsx";
import { BoardIndex, type Composing } from "#page/view/board.tsx";
import { KeptTicket, Waiting } from "#page/part/proof.tsx";
import { drawPost } from "#page/part/post.ts";
import { MessagePage } from "#page/view/message.tsx";
import { ComposePage } from "#page/view/compose.tsx";
import { PostPage } from "#page/view/post.tsx";
import { ThreadView } from "#page/view/thread.tsx";
import { deleteOwn } from "#thread/delete.ts";
import type { Board } from "#thread/model.ts";
import type { Poster, PostingStaff } from "#thread/posting/draft.ts";
import { type Posted, post } from "#thread/posting/post.ts";
import { readableBoard, readIndex, readPost, readThread } from "#thread/read.ts";

/** Characters that are read of a text, and of a name or a subject: more than any board takes. */
const TEXT_MOST = 50_000;
const FIELD_MOST = 1000;

/** The forms with which visitors write and delete. A refusal gives them back what they wrote. */
export function postingRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { threads, previews } = site;
  const context = { store: threads.store, previews };

  app.post("/:board{[a-z0-9]{1,24}}/post", async (c) => {
    const uri = c.req.param("board");
    const form = await formOf(c);
    const threadText = textOf(form, "thread");
    // What is no number is no thread either: it opens none.
    const threadNo = threadText === "" ? null : (wholeOf(threadText) ?? 0);
    // No board takes as much; whatever is refused is sent back with the page.
    const written: Written = {
      name: textOf(form, "name").slice(0, FIELD_MOST),
      subject: textOf(form, "subject").slice(0, FIELD_MOST),
      text: textOf(form, "text").slice(0, TEXT_MOST),
      sage: form.has("sage"),
    };
    let decision: string | undefined;
    const poster = await site.posterOf(c);
    try {
      const staff = await asStaff(c, uri, form);
      const posted = await send(site, { uri, threadNo, written, form, poster, staff });
      // Whoever looks once the poster has been answered sees the post, whoever keeps the pages.
      await site.settled();
      return await arrived(c, site, posted);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error instanceof Decided) decision = site.due.decisionPath(error.actId);
      const refusal = describe(error, c.get("locale"), site.texts);
      if (wantsJson(c.req.header("accept"))) {
        if (decision === undefined) throw error;
        // A script leads its reader to the reasons, as the page does.
        const status = statusOf(error, API_STATUSES);
        const problem = { ...problemOf(error, status, refusal), decision };
        return c.json(problem, status as 403, { "content-type": "application/problem+json" });
      }
      const ticket = textOf(form, "ticket");
      const proof = (frame: Frame) => proofPart(frame, site, error.code, poster, ticket);
      const isStep = isUnproven(error.code);
      const given = { draft: written, refusal, decision, isStep };
      const isShort = error.retry && error.source === "edge";
      const again = isShort
        ? await formAlone(c, uri, threadNo, given, proof, error.retryAfter ?? 5)
        : await giveBack(c, uri, threadNo, given, proof);
      if (again === null) throw error;
      return again;
    }
  });

  /** Whoever asks to write under a capcode has to be signed in, with a role that may. */
  async function asStaff(c: WebContext, uri: string, form: FormData): Promise<PostingStaff | null> {
    if (textOf(form, "as") !== "staff") return null;
    const board = await readableBoard(context, uri);
    const actor = await site.actorOf(c);
    const role = actor === null ? null : highestRole(actor.grants, "postAsStaff", board.id);
    if (actor === null || role === null) throw apiError("board.no_capcode");
    return { staffId: actor.id, capcode: CAPCODES[role] };
  }

  /** The form with what was written, and no page of posts: while the site has more to do than it can. */
  async function formAlone(
    c: WebContext,
    uri: string,
    threadNo: number | null,
    given: Pick<Composing, "draft" | "refusal">,
    proof: (frame: Frame) => Composing["proof"],
    seconds: number,
  ): Promise<Response> {
    const frame = await frameOf(c, site, false);
    const board = await readableBoard(context, uri);
    const capcode = await capcodeOf(site, c, board);
    const files = site.fileLimits(board);
    const composing = { ...given, files, capcode, proof: proof(frame) };
    const drawn = (
      <ComposePage frame={frame} board={board} threadNo={threadNo} composing={composing} />
    );
    const answer = page(c, drawn, 503);
    answer.headers.set("retry-after", String(seconds));
    return answer;
  }

  /**
   * The page that the form stood on, with what was written. Where a thread is gone the board takes the
   * text back; null where the board is gone as well.
   */
  async function giveBack(
    c: WebContext,
    uri: string,
    threadNo: number | null,
    given: Pick<Composing, "draft" | "refusal" | "decision" | "isStep">,
    proof: (frame: Frame) => Composing["proof"],
  ): Promise<Response | null> {
    const frame = await frameOf(c, site, false);
    const refused = { ...given, proof: proof(frame) };
    try {
      const found =
        threadNo === null ? null : await readThread(context, uri, threadNo).catch(() => null);
      if (found === null) {
        const index = await readIndex(context, uri, 1);
        const capcode = await capcodeOf(site, c, index.board);
        const composing = { files: site.fileLimits(index.board), capcode, ...refused };
        return page(c, <BoardIndex frame={frame} index={index} composing={composing} />, 422);
      }
      const capcode = await capcodeOf(site, c, found.board);
      const composing = { files: site.fileLimits(found.board), capcode, ...refused };
      const posters = postersOf(found);
      return page(
        c,
        <ThreadView frame={frame} page={found} posters={posters} composing={composing} />,
        422,
      );
    } catch {
      return null;
    }
  }

  app.post("/:board{[a-z0-9]{1,24}}/post/:no{[0-9]{1,15}}/delete", async (c) => {
    const uri = c.req.param("board");
    const no = Number(c.req.param("no"));
    const form = await formOf(c);
    const poster = await site.posterOf(c);
    const { sessionHash } = poster;
    const frame = await frameOf(c, site, false);
    try {
      await site.pace.take("delete", poster);
      const deleter = { sessionHash, password: textOf(form, "password") };
      const deleted = await deleteOwn(threads, uri, no, deleter);
      await site.settled();
      const href = deleted.thread ? address.board(uri) : address.thread(uri, deleted.threadNo);
      const { t } = frame;
      const title = t("delete.title", { no: String(no) });
      return page(
        c,
        <MessagePage frame={frame} title={title} text={t("delete.done")} href={href} />,
      );
    } catch (error) {
      if (!(error instanceof AppError) || wantsJson(c.req.header("accept"))) throw error;
      const board = await readableBoard(context, uri);
      const found = await readPost(context, uri, no);
      const text = describe(error, c.get("locale"), site.texts);
      const refusal = { form: "delete", text } as const;
      return page(c, <PostPage frame={frame} board={board} post={found} refusal={refusal} />, 422);
    }
  });
}

function isUnproven(code: string): boolean {
  return code.startsWith("filter.proof_");
}

/** What the form carries on: a ticket to wait with, or the one that it brought. */
function proofPart(
  frame: Frame,
  site: BoardSite,
  code: string,
  poster: Poster,
  ticket: string,
): Composing["proof"] {
  if (isUnproven(code)) {
    // A ticket that was used or too old is none to wait with again.
    const known = code === "filter.proof_failed" ? "" : ticket;
    return <Waiting frame={frame} asked={site.proof.wait(poster, known)} />;
  }
  return ticket === "" || ticket.length > 200 ? null : <KeptTicket ticket={ticket} />;
}

interface Sending {
  readonly uri: string;
  readonly threadNo: number | null;
  readonly written: Written;
  readonly form: FormData;
  readonly poster: Poster;
  readonly staff: PostingStaff | null;
}

async function send(site: BoardSite, sending: Sending): Promise<Posted> {
  const { uri, threadNo, written, form, poster, staff } = sending;
  const spoiler = form.has("spoiler");
  const files = form
    .getAll("files")
    .filter((file): file is File => file instanceof File && file.size > 0);
  const password = textOf(form, "password").slice(0, 128);
  const proof = { ticket: textOf(form, "ticket"), answer: textOf(form, "answer") };
  const draft = { board: uri, threadNo, ...written, password, poster, staff, proof };
  const take = (board: Board) =>
    Promise.all(files.map(async (file) => site.takeFile(await sentOf(file, spoiler), board)));
  return post(site.threads, draft, { count: files.length, take, ready: site.filesReady });
}

async function sentOf(file: File, spoiler: boolean): Promise<Sent> {
  // Its end tells what it is called; a name of megabytes is nobody's.
  return { bytes: await file.bytes(), filename: file.name.slice(-FIELD_MOST), spoiler };
}

/** Leads a browser to the post, and answers a script with it. */
async function arrived(c: WebContext, site: BoardSite, posted: Posted): Promise<Response> {
  const { board: uri, no, threadNo, state } = posted;
  const isHeld = state === "held";
  // A thread that waits has no page yet: its poster stays on the board.
  const waits = threadNo === no ? `/${uri}/held` : `${address.thread(uri, threadNo)}?held`;
  const shown = `${address.thread(uri, threadNo)}?posted=${no}#p${no}`;
  const location = isHeld ? waits : shown;
  if (!wantsJson(c.req.header("accept"))) return c.redirect(location, 303);
  const answer = { board: uri, no, threadNo, location, held: isHeld };
  if (isHeld) return c.json(answer, 201);
  const { store } = site.threads;
  const frame = await frameOf(c, site, true);
  const board = await readableBoard({ store }, uri);
  const html = drawPost({ frame, board, post: await readPost({ store }, uri, no) }).text;
  return c.json({ ...answer, html }, 201);
}
