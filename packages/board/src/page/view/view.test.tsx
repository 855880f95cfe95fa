/** @jsxImportSource hono/jsx */
import { describe, expect, test } from "bun:test";
import { makeAssets } from "#page/assets.ts";
import type { Frame } from "#page/frame.ts";
import { toDocument } from "#page/layout.tsx";
import { FIRST_RULES } from "#moderation/rules.ts";
import { BoardNav } from "#page/part/board-head.tsx";
import { drawPost } from "#page/part/post.ts";
import { frameOf } from "#page/testing/frame.ts";
import { boardOf, fileOf, postOf, previewOf, threadPageOf } from "#page/testing/sample.ts";
import { BoardIndex } from "#page/view/board.tsx";
import { CatalogPage } from "#page/view/catalog.tsx";
import { type Decision, DecisionPage } from "#page/view/decision.tsx";
import { About, ErrorPage, MessagePage, ReportState } from "#page/view/message.tsx";
import { PostPage } from "#page/view/post.tsx";
import { LogPage, RulesPage } from "#page/view/record.tsx";
import { Search } from "#page/view/search.tsx";
import { Archive, CreateBoard, Home, Overboard, Preferences } from "#page/view/site.tsx";
import { WatchedPage } from "#page/view/watched.tsx";
import { ThreadView } from "#page/view/thread.tsx";

const EVIL = `"'><script>pwned()</script>`;
const AT = Date.UTC(2026, 0, 2);
const board = boardOf({ title: EVIL, subtitle: EVIL });
const draft = { name: EVIL, subject: EVIL, text: EVIL, sage: true };
const files = { bytesMost: 4_194_304, secondsMost: 60, kinds: ["PNG"], accept: "image/png" };
const evilPost = postOf({
  name: EVIL,
  subject: EVIL,
  trip: EVIL,
  capcode: EVIL,
  posterId: EVIL,
  country: "FR",
  files: [
    fileOf({ filename: EVIL }),
    fileOf({ kind: "pdf", thumb: null, width: null }),
    fileOf({ state: "sealed" }),
  ],
  backlinks: [{ board: "c", threadNo: 1, no: 2 }],
  editedAt: AT,
});
const page = { ...threadPageOf(3), board, opening: evilPost };
const preview = { ...previewOf(1, 9), opening: evilPost };
const decision: Decision = {
  token: "t",
  kind: "ban",
  state: "in-force",
  scope: { kind: "board", board: "b" },
  rule: FIRST_RULES[0]?.text ?? null,
  reason: EVIL,
  text: EVIL,
  startsAt: AT,
  endsAt: null,
  appealUntil: AT,
  appeal: null,
};
const rules = { version: 2, rules: FIRST_RULES };
const act = {
  at: AT,
  board: "b",
  kind: "ban",
  postNo: 1,
  rule: EVIL,
  undone: true,
} as const;
const listed = { uri: "b", title: EVIL, subtitle: EVIL, lastPostAt: AT };
const created = { uri: EVIL, title: EVIL, subtitle: EVIL };
const composing = { files, draft, refusal: EVIL };
const archived = { no: 1, subject: EVIL, replies: 2, archivedAt: AT };

/** All pages, each with a stranger's words wherever a stranger's words can stand. */
const PAGES: Readonly<Record<string, (frame: Frame) => ReturnType<typeof Home>>> = {
  home: (f) => <Home frame={f} boards={[listed]} announcement={EVIL} canCreate />,
  "home without boards": (f) => <Home frame={f} boards={[]} announcement="" canCreate={false} />,
  index: (f) => (
    <BoardIndex
      frame={f}
      index={{ board, page: 1, pages: 3, threads: [preview] }}
      composing={composing}
    />
  ),
  "empty index": (f) => (
    <BoardIndex
      frame={f}
      index={{ board: boardOf({ state: "locked" }), page: 1, pages: 1, threads: [] }}
      composing={{ files }}
    />
  ),
  catalog: (f) => (
    <CatalogPage
      frame={f}
      catalog={{ board, threads: [preview] }}
      sort="new"
      composing={composing}
    />
  ),
  thread: (f) => <ThreadView frame={f} page={page} posters={3} composing={composing} note={EVIL} />,
  "archived thread": (f) => (
    <ThreadView
      frame={f}
      page={threadPageOf(1, { archivedAt: AT, sticky: true, cyclic: true, bumpLocked: true })}
      posters={null}
      composing={{ files }}
    />
  ),
  overboard: (f) => <Overboard frame={f} threads={[{ board, preview }]} />,
  archive: (f) => (
    <Archive
      frame={f}
      board={board}
      nav={<BoardNav frame={f} board={board} at="archive" />}
      threads={[archived]}
      next={12}
    />
  ),
  search: (f) => (
    <Search
      frame={f}
      query={EVIL}
      board="b"
      boards={new Map([["b", board]])}
      result={{ posts: [evilPost], next: 4 }}
    />
  ),
  "search without result": (f) => (
    <Search frame={f} query={EVIL} board="" boards={new Map()} result={{ posts: [], next: null }} />
  ),
  create: (f) => <CreateBoard frame={f} needsApproval values={created} refusal={EVIL} />,
  preferences: (f) => <Preferences frame={f} language="auto" saved />,
  post: (f) => (
    <PostPage
      frame={f}
      board={board}
      post={evilPost}
      refusal={{ form: "report", text: EVIL }}
      report={{ category: "spam", reason: EVIL }}
    />
  ),
  decision: (f) => (
    <DecisionPage frame={f} decision={decision} refusal={{ message: EVIL, text: EVIL }} />
  ),
  "decided appeal": (f) => (
    <DecisionPage
      frame={f}
      decision={{
        ...decision,
        kind: "remove",
        state: "reversed",
        scope: { kind: "global", board: "" },
        appeal: { state: "reversed", answer: EVIL },
      }}
    />
  ),
  "late appeal": (f) => (
    <DecisionPage
      frame={f}
      decision={{
        ...decision,
        kind: "warn",
        state: "ended",
        scope: { kind: "thread", board: "b" },
        appealUntil: null,
      }}
    />
  ),
  rules: (f) => (
    <RulesPage frame={f} board={{ uri: "b", rules }} site={{ version: 1, rules: [] }} />
  ),
  log: (f) => (
    <LogPage
      frame={f}
      where={EVIL}
      acts={[act]}
      page={1}
      pages={2}
      href={(n) => `/log?page=${n}`}
    />
  ),
  report: (f) => (
    <ReportState
      frame={f}
      report={{ no: 1, state: "dismissed", decidedAt: AT, contestable: true }}
      isNew
      path="/report/x"
      refusal={{ message: EVIL, text: EVIL }}
    />
  ),
  error: (f) => (
    <ErrorPage
      frame={f}
      status={418}
      detail={EVIL}
      code={EVIL}
      retry
      retryAfter={3}
      written={[EVIL, `two\n${EVIL}`]}
    />
  ),
  watched: (f) => (
    <WatchedPage
      frame={f}
      threads={[
        { board: "b", threadNo: 1, subject: EVIL, replies: 2, unseen: 1, archived: false },
        { board: "b", threadNo: 9, subject: "", replies: 0, unseen: 0, archived: true },
      ]}
    />
  ),
  message: (f) => <MessagePage frame={f} title={EVIL} text={EVIL} href="/b/" />,
  about: (f) => <About frame={f} people={EVIL} contact={EVIL} addressHours={0} keyDays={7} />,
};

describe.each(["en", "fr"] as const)("in %s", (locale) => {
  const frame = frameOf({
    locale,
    site: { name: EVIL, url: "http://board.test" },
    boards: [{ uri: "b", title: EVIL }],
  });
  test.each(Object.keys(PAGES))("%s is whole, labelled and inert", (name) => {
    const text = toDocument((PAGES[name] as (f: Frame) => ReturnType<typeof Home>)(frame));
    expect(text).not.toMatch(/\b(?:undefined|NaN|null)\b|\[object/);
    expect(text).not.toContain("<script>");
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).not.toMatch(/ on[a-z]+=|style=|javascript:/);
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    // Previews of several boards may show two posts of one number; pages of one board never do.
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of text.matchAll(/<label for="([^"]+)"/g)) expect(ids).toContain(id);
  });
});

test("a post is drawn without white space of its own, and with every sign of its writer's escaped", () => {
  const frame = frameOf({ locale: "en" });
  const post = postOf({
    no: 3,
    name: "A&B",
    subject: "<b>",
    text: "Hi",
    posterId: "x1",
    files: [fileOf({ filename: '"a"', bytes: 2048 })],
    backlinks: [{ board: "c", threadNo: 1, no: 9 }],
  });
  const sha = "ab".repeat(32);
  expect(drawPost({ frame, board, post }).text).toBe(
    [
      `<article class="post" id="p3"><header><b class="subject">&lt;b&gt;</b><b class="author">A&amp;B</b>`,
      `<span class="id i1" title="ID of this poster in this thread">x1</span>`,
      `<time datetime="2026-01-02T03:07:05Z">02 Jan 2026, 03:07 UTC</time>`,
      `<a href="/b/thread/1#p3">No.\u00a03</a>`,
      `<a class="cite" href="/b/thread/1?quote=3#reply" aria-label="Quote post 3">↩</a>`,
      `<a class="acts" href="/b/post/3" aria-label="Actions on post 3">⋯</a></header>`,
      `<div class="files"><figure><a class="thumb" href="/media/${sha}.png" data-kind="png">`,
      `<img src="/media/${sha}.t.png" alt="PNG picture, 800 × 600" width="250" height="188" loading="lazy"/></a>`,
      `<figcaption><a href="/media/${sha}.png" title="&quot;a&quot;">&quot;a&quot;</a>`,
      `<small>2\u00a0KB, 800×600</small></figcaption></figure></div>`,
      `<div class="text" dir="auto">Hi</div>`,
      `<p class="backlinks">Replies: <a class="quotelink" href="/c/thread/1#p9">&gt;&gt;&gt;/c/9</a></p></article>`,
    ].join(""),
  );
});

test("scripts and style are small, and their addresses follow their content", async () => {
  const assets = await makeAssets();
  const { css, script, icon } = assets.of("fr");
  expect(script).not.toBe(assets.of("en").script);
  const sizes = [css, script, icon].map((path) => assets.byPath.get(path)?.body.length ?? 0);
  for (const size of sizes) expect(size).toBeGreaterThan(100);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(26_000);
});
