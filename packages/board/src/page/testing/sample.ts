import { toHtml } from "#markup/html.ts";
import { parse } from "#markup/parse.ts";
import { DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import type { Board, Post, PostFile, Thread, ThreadPage, ThreadPreview } from "#thread/model.ts";

/** Invented records for tests of pages and interfaces. */
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

export function boardOf(over: Partial<Board> = {}): Board {
  return {
    id: 1,
    uri: "b",
    title: "Random",
    subtitle: "Whatever fits nowhere else",
    state: "open",
    ownerId: null,
    createdAt: AT,
    settings: DEFAULT_BOARD_SETTINGS,
    lastNo: 99,
    rulesVersion: 1,
    version: 1,
    lastPostAt: AT,
    listed: true,
    ...over,
  };
}

export function fileOf(over: Partial<PostFile> = {}): PostFile {
  return {
    sha256: "ab".repeat(32),
    md5: "b9951e65e075e0554557be5cd9d2d1c2",
    kind: "png",
    filename: `harbour "at" <dusk>.png`,
    bytes: 123_456,
    width: 800,
    height: 600,
    durationMs: null,
    thumb: { width: 250, height: 188, kind: "webp" },
    spoiler: false,
    state: "stored",
    ...over,
  };
}

export function postOf(over: Partial<Post> = {}): Post {
  const text = over.text ?? "A text with >>1 and **weight**.\n>quoted";
  const no = over.no ?? 1;
  return {
    id: 1000 + no,
    board: "b",
    no,
    threadNo: 1,
    createdAt: AT + no * 60_000,
    name: "",
    trip: null,
    capcode: null,
    subject: "",
    sage: false,
    text,
    html: toHtml(parse(text), {
      resolve: (quote) => (quote.no === null ? `/${quote.board}/` : `/b/thread/1#p${quote.no}`),
      dice: [],
    }),
    posterId: null,
    country: null,
    state: "visible",
    editedAt: null,
    files: [],
    backlinks: [],
    version: 1,
    ...over,
  };
}

export function threadOf(over: Partial<Thread> = {}): Thread {
  return {
    board: "b",
    no: 1,
    createdAt: AT,
    bumpedAt: AT,
    subject: "",
    sticky: false,
    locked: false,
    bumpLocked: false,
    cyclic: false,
    archivedAt: null,
    replies: 0,
    media: 0,
    state: "visible",
    version: 1,
    lastNo: 1,
    changedAt: AT,
    ...over,
  };
}

export function threadPageOf(replies: number, over: Partial<Thread> = {}): ThreadPage {
  const no = over.no ?? 1;
  const opening = postOf({ no, threadNo: no, subject: "Let's start" });
  const posts = Array.from({ length: replies }, (_, index) =>
    postOf({ no: no + index + 1, threadNo: no }),
  );
  return {
    board: boardOf(),
    thread: threadOf({ no, replies, ...over }),
    opening,
    replies: posts,
  };
}

export function previewOf(no: number, replies: number, shown = 3): ThreadPreview {
  const { thread, opening, replies: all } = threadPageOf(replies, { no });
  return { thread, opening, replies: all.slice(-shown) };
}
