/** @jsxImportSource hono/jsx */
import type { WebContext, WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { frameOf, page, sharedPage, wholeOf } from "#api/answer.ts";
import { type BoardSite, tagOf } from "#api/site.ts";
import { capcodeOf, moderates } from "#api/staff.ts";
import { BoardNav } from "#page/part/board-head.tsx";
import { NO_DRAFT } from "#page/part/compose.tsx";
import { BoardIndex } from "#page/view/board.tsx";
import { CatalogPage, type Sort, SORTS } from "#page/view/catalog.tsx";
import { PostPage } from "#page/view/post.tsx";
import { Search } from "#page/view/search.tsx";
import { Archive, Home, Overboard } from "#page/view/site.tsx";
import { ThreadView } from "#page/view/thread.tsx";
import { openBoards } from "#store/boards.ts";
import type { ThreadPage } from "#thread/model.ts";
import {
  readableBoard,
  readArchive,
  readGlance,
  readIndex,
  readOverboard,
  readPost,
  readThread,
} from "#thread/read.ts";
import { searchPosts } from "#thread/search.ts";
import { seen } from "#thread/watch.ts";

const OVERBOARD_THREADS = 15;

/** The pages that are read. */
export function readRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const context = { store: site.threads.store, previews: site.previews };

  app.get("/", async (c) => {
    const frame = await frameOf(c, site, true);
    const boards = await openBoards(context.store.kysely);
    const listed = boards.map(({ uri, title, subtitle, lastPostAt }) => ({
      uri,
      title,
      subtitle,
      lastPostAt,
    }));
    const { announcement } = site;
    const canCreate = site.threads.settings.boardCreation !== "staff";
    const drawn = (
      <Home frame={frame} boards={listed} announcement={announcement} canCreate={canCreate} />
    );
    return sharedPage(c, drawn, [tagOf.all]);
  });

  app.get("/overboard", async (c) => {
    const frame = await frameOf(c, site, true);
    const boards = new Map(
      (await openBoards(context.store.kysely)).map((board) => [board.uri, board]),
    );
    const threads = (await readOverboard(context, OVERBOARD_THREADS)).flatMap((preview) => {
      const board = boards.get(preview.thread.board);
      return board === undefined ? [] : [{ board, preview }];
    });
    return sharedPage(c, <Overboard frame={frame} threads={threads} />, [tagOf.all]);
  });

  app.get("/search", async (c) => {
    const frame = await frameOf(c, site, false);
    const query = (c.req.query("q") ?? "").trim().slice(0, 200);
    const uri = c.req.query("board") ?? "";
    const boards = new Map(
      (await openBoards(context.store.kysely)).map((board) => [board.uri, board]),
    );
    const before = wholeOf(c.req.query("before"));
    const known = boards.has(uri) ? uri : "";
    if (query !== "") site.pace.search(await site.posterOf(c));
    const result =
      query === "" ? null : await searchPosts(context, query, known === "" ? null : known, before);
    return page(
      c,
      <Search frame={frame} query={query} board={known} boards={boards} result={result} />,
    );
  });

  app.get("/:board{[a-z0-9]{1,24}}", (c) => c.redirect(`/${c.req.param("board")}/`, 308));
  app.get("/:board{[a-z0-9]{1,24}}/", (c) => index(c, c.req.param("board"), 1));
  app.get("/:board{[a-z0-9]{1,24}}/:page{[0-9]{1,4}}", (c) =>
    index(c, c.req.param("board"), Number(c.req.param("page"))),
  );

  async function index(c: WebContext, uri: string, number: number): Promise<Response> {
    const isShared = new URL(c.req.url).search === "";
    const frame = await frameOf(c, site, isShared);
    const found = await readIndex(context, uri, number);
    const capcode = isShared ? null : await capcodeOf(site, c, found.board);
    const composing = { files: site.fileLimits(found.board), capcode };
    const drawn = <BoardIndex frame={frame} index={found} composing={composing} />;
    return isShared ? sharedPage(c, drawn, [tagOf.board(uri)]) : page(c, drawn);
  }

  app.get("/:board{[a-z0-9]{1,24}}/catalog", async (c) => {
    const uri = c.req.param("board");
    const frame = await frameOf(c, site, true);
    const catalog = await readGlance(context, uri);
    const sort = SORTS.find((known) => known === c.req.query("sort")) ?? ("bump" satisfies Sort);
    const composing = { files: site.fileLimits(catalog.board) };
    const drawn = <CatalogPage frame={frame} catalog={catalog} sort={sort} composing={composing} />;
    return sharedPage(c, drawn, [tagOf.board(uri)]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/thread/:no{[0-9]{1,15}}", async (c) => {
    const uri = c.req.param("board");
    const found = await readThread(context, uri, Number(c.req.param("no")));
    const quote = wholeOf(c.req.query("quote"));
    const waits = c.req.query("held") !== undefined;
    // Whoever quotes, or has just posted, sees the thread as it is now, and nobody else sees that.
    const isShared = new URL(c.req.url).search === "";
    const frame = await frameOf(c, site, isShared);
    const capcode = isShared ? null : await capcodeOf(site, c, found.board);
    if (c.req.query("watched") !== undefined) {
      const { sessionHash } = await site.posterOf(c);
      await seen(context, sessionHash, uri, found.thread.no, found.thread.lastNo);
    }
    const draft = quote === null ? NO_DRAFT : { ...NO_DRAFT, text: `>>${quote}\n` };
    const drawn = (
      <ThreadView
        frame={frame}
        page={found}
        posters={postersOf(found)}
        composing={{ files: site.fileLimits(found.board), draft, capcode }}
        note={waits ? frame.t("post.held") : undefined}
      />
    );
    if (!isShared) return page(c, drawn);
    return sharedPage(c, drawn, [tagOf.thread(uri, found.thread.no), tagOf.board(uri)]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/archive", async (c) => {
    const uri = c.req.param("board");
    const frame = await frameOf(c, site, true);
    const archive = await readArchive(context, uri, wholeOf(c.req.query("before")));
    const threads = archive.threads.map(({ thread, opening }) => ({
      no: thread.no,
      subject: opening.subject,
      replies: thread.replies,
      archivedAt: thread.archivedAt ?? thread.changedAt,
    }));
    const nav = <BoardNav frame={frame} board={archive.board} at="archive" />;
    const { board, next } = archive;
    const drawn = <Archive frame={frame} board={board} nav={nav} threads={threads} next={next} />;
    return sharedPage(c, drawn, [tagOf.board(uri)]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/post/:no{[0-9]{1,15}}", async (c) => {
    const uri = c.req.param("board");
    const frame = await frameOf(c, site, false);
    const board = await readableBoard(context, uri);
    const post = await readPost(context, uri, Number(c.req.param("no")));
    const isStaff = await moderates(site, c, board);
    return page(c, <PostPage frame={{ ...frame, isStaff }} board={board} post={post} />);
  });
}

/** How many people posted, where the board tells posters apart. */
export function postersOf({ board, opening, replies }: ThreadPage): number | null {
  if (!board.settings.posterIds) return null;
  return new Set([opening, ...replies].map(({ posterId }) => posterId)).size;
}
