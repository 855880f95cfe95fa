import type { WebContext, WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { sharedHeaders, wholeOf } from "#api/answer.ts";
import {
  chanBoards,
  chanCatalog,
  chanIndex,
  chanTail,
  chanThread,
  chanThreads,
} from "#api/chan/page.ts";
import { postersOf } from "#api/read.tsx";
import { type BoardSite, tagOf } from "#api/site.ts";
import { openBoards } from "#store/boards.ts";
import { archivedNumbers } from "#store/threads.ts";
import type { Board } from "#thread/model.ts";
import { readableBoard, readCatalog, readGlance, readIndex, readThread } from "#thread/read.ts";

/**
 * The read-only JSON interface that imageboard clients know (chan/shape.ts), with the validators
 * that its rules ask clients to use: Last-Modified and If-Modified-Since.
 */
export function jsonRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const context = { store: site.threads.store, previews: site.previews };
  const { clock } = site.threads;
  const changes = new Changes();
  const answer = (
    c: WebContext,
    body: unknown,
    changedAt: number | null,
    tags: readonly string[],
  ): Response => json(c, body, { changedAt, now: clock.now(), tags });

  app.get("/boards.json", async (c) => {
    const boards = await openBoards(context.store.kysely);
    const body = chanBoards(boards, (board) => ({
      fileMost: site.fileLimits(board).bytesMost,
      videoSecondsMost: site.fileLimits(board).secondsMost,
      cooldowns: { threads: 0, replies: 0, images: 0 },
    }));
    return answer(c, body, null, [tagOf.all]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/catalog.json", async (c) => {
    const catalog = await readCatalog(context, c.req.param("board"));
    const at = changes.of(catalog.board, clock.now());
    return answer(c, chanCatalog(catalog), at, [tagOf.board(catalog.board.uri)]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/threads.json", async (c) => {
    const catalog = await readGlance(context, c.req.param("board"));
    const at = changes.of(catalog.board, clock.now());
    return answer(c, chanThreads(catalog), at, [tagOf.board(catalog.board.uri)]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/archive.json", async (c) => {
    const board = await readableBoard(context, c.req.param("board"));
    const under = wholeOf(c.req.query("before"));
    const db = context.store.kysely;
    const numbers = await archivedNumbers(db, board.id, under, ARCHIVE_MOST);
    const at = changes.of(board, clock.now());
    const answered = answer(c, numbers, at, [tagOf.board(board.uri)]);
    const [oldest] = numbers;
    if (numbers.length === ARCHIVE_MOST && oldest !== undefined) {
      // Clients that know one list read the newest; others find the older ones (RFC 8288).
      answered.headers.set("link", `</${board.uri}/archive.json?before=${oldest}>; rel="next"`);
    }
    return answered;
  });

  app.get("/:board{[a-z0-9]{1,24}}/:file{[0-9]{1,4}\\.json}", async (c) => {
    const index = await readIndex(context, c.req.param("board"), leading(c.req.param("file")));
    const at = changes.of(index.board, clock.now());
    return answer(c, chanIndex(index), at, [tagOf.board(index.board.uri)]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/thread/:file{[0-9]{1,15}(?:-tail)?\\.json}", async (c) => {
    const file = c.req.param("file");
    const found = await readThread(context, c.req.param("board"), leading(file));
    const shape = file.endsWith("-tail.json") ? chanTail : chanThread;
    const { board, thread } = found;
    const tags = [tagOf.thread(board.uri, thread.no), tagOf.board(board.uri)];
    return answer(c, shape(found, postersOf(found)), thread.changedAt, tags);
  });

  app.get("/webring.json", async (c) => {
    const { settings } = site.threads;
    const boards = await openBoards(context.store.kysely);
    const url = settings.url.replace(/\/$/, "");
    const body = {
      name: settings.name,
      url: `${url}/`,
      endpoint: `${url}/webring.json`,
      logo: [url + site.assets.of(settings.language).icon],
      following: [],
      known: [],
      blacklist: [],
      boards: boards.map((board) => ({
        uri: board.uri,
        title: board.title,
        subtitle: board.subtitle,
        path: `${url}/${board.uri}/`,
        lastPostTimestamp:
          board.lastPostAt === null ? null : new Date(board.lastPostAt).toISOString(),
      })),
    };
    return answer(c, body, null, [tagOf.all]);
  });
}

/** Threads of one answer: half a megabyte of digits. */
const ARCHIVE_MOST = 50_000;

function leading(file: string): number {
  return Number.parseInt(file, 10);
}

/**
 * When lists of a board's threads last changed: no later than a look at them that found another version
 * of the board. The newest of the threads that are left says nothing of one that is gone, and whoever
 * keeps an older list would be told to go on.
 */
class Changes {
  readonly #seen = new Map<number, { readonly version: number; readonly at: number }>();

  of({ id, version }: Pick<Board, "id" | "version">, now: number): number {
    const known = this.#seen.get(id);
    if (known?.version === version) return known.at;
    this.#seen.set(id, { version, at: now });
    return now;
  }
}

/** Anybody may read it from anywhere (CORS); 304 where nothing is newer (RFC 9110, section 13.1.3). */
export function json(
  c: WebContext,
  body: unknown,
  { changedAt, now, tags }: { changedAt: number | null; now: number; tags: readonly string[] },
): Response {
  const headers = { ...sharedHeaders(tags), "access-control-allow-origin": "*" };
  const second = Math.floor((changedAt ?? now) / 1000) * 1000;
  // A second that is not over may see another change, which its date would hide.
  if (changedAt === null || now < second + 1000) return c.json(body as object, 200, headers);
  const dated = { ...headers, "last-modified": new Date(second).toUTCString() };
  const since = Date.parse(c.req.header("if-modified-since") ?? "");
  if (since >= second) return c.body(null, 304, dated);
  return c.json(body as object, 200, dated);
}
