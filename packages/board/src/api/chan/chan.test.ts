import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chanNow } from "#api/chan/now.ts";
import {
  chanBoards,
  chanCatalog,
  chanIndex,
  chanTail,
  chanThread,
  chanThreads,
} from "#api/chan/page.ts";
import { chanPost } from "#api/chan/post.ts";
import { slugOf } from "#api/chan/slug.ts";
import { placeOf, timOf } from "#api/chan/tim.ts";
import { DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import { boardOf, fileOf, postOf, previewOf, threadPageOf } from "#page/testing/sample.ts";

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe("4chan's interface", () => {
  test("a reply has the fields that are documented, of their types", () => {
    const files = [
      fileOf(),
      fileOf({ kind: "webm", spoiler: true, thumb: null, width: null, height: null }),
    ];
    const post = postOf({
      no: 2,
      name: `A "b"`,
      trip: "!Ep8pui8Vw2",
      subject: "<i>",
      posterId: "a8Xk02Lm",
      country: "FR",
      capcode: "mod",
      files,
    });
    expect(plain(chanPost(post, DEFAULT_BOARD_SETTINGS))).toEqual({
      no: 2,
      resto: 1,
      now: "01/01/26(Thu)22:06:05",
      time: 1_767_323_165,
      name: "A &quot;b&quot;",
      trip: "!Ep8pui8Vw2",
      id: "a8Xk02Lm",
      capcode: "mod",
      country: "FR",
      country_name: "France",
      sub: "&lt;i&gt;",
      com: post.html,
      tim: 1_767_323_165_000_020,
      filename: "harbour &quot;at&quot; &lt;dusk&gt;",
      ext: ".png",
      fsize: 123_456,
      md5: "uZUeZeB14FVFV75c2dLRwg==",
      w: 800,
      h: 600,
      tn_w: 250,
      tn_h: 188,
      extra_files: [
        {
          tim: 1_767_323_165_000_021,
          filename: "harbour &quot;at&quot; &lt;dusk&gt;",
          ext: ".webm",
          fsize: 123_456,
          md5: "uZUeZeB14FVFV75c2dLRwg==",
          w: 0,
          h: 0,
          tn_w: 0,
          tn_h: 0,
          spoiler: 1,
        },
      ],
    });
  });

  test("what a post lacks is absent, and a removed file leaves its mark", () => {
    const bare = plain(chanPost(postOf({ no: 2, text: "", html: "" }), DEFAULT_BOARD_SETTINGS));
    expect(Object.keys(bare)).toEqual(["no", "resto", "now", "time", "name"]);
    expect(bare.name).toBe("Anonymous");
    const gone = postOf({ no: 2, files: [fileOf({ state: "removed" })] });
    const post = plain(chanPost(gone, DEFAULT_BOARD_SETTINGS));
    expect(post.filedeleted).toBe(1);
    expect(post.md5).toBeUndefined();
  });

  test("a thread says its state in its first post", () => {
    const page = threadPageOf(301, { sticky: false, locked: true, media: 300 });
    const [opening, ...replies] = chanThread(page, 7).posts;
    expect(plain(opening)).toMatchObject({
      resto: 0,
      closed: 1,
      bumplimit: 1,
      imagelimit: 1,
      replies: 301,
      images: 300,
      unique_ips: 7,
      semantic_url: "lets-start",
      tail_size: 50,
    });
    expect(opening).not.toHaveProperty("sticky");
    expect(opening).not.toHaveProperty("archived");
    expect(replies).toHaveLength(301);
    const tail = chanTail(page, null).posts;
    expect([tail.length, tail[1]?.no]).toEqual([51, 253]);
    const archived = chanThread(threadPageOf(1, { archivedAt: 5000 }), null).posts[0];
    expect(archived).toMatchObject({ closed: 1, archived: 1, archived_on: 5 });
    expect(archived).not.toHaveProperty("tail_size");
  });

  test("the catalog and the list of threads are in pages, the index in previews", () => {
    const board = boardOf({ settings: { ...DEFAULT_BOARD_SETTINGS, threadsPerPage: 2 } });
    const threads = [previewOf(100, 5), previewOf(200, 0), previewOf(300, 9, 5)];
    const catalog = chanCatalog({ board, threads });
    expect(catalog.map(({ page, threads: of }) => [page, of.map(({ no }) => no)])).toEqual([
      [1, [100, 200]],
      [2, [300]],
    ]);
    expect(catalog[1]?.threads[0]).toMatchObject({ replies: 9, omitted_posts: 4 });
    expect(catalog[1]?.threads[0]?.last_replies).toHaveLength(5);
    const at = Math.floor((threads[0]?.thread.changedAt ?? 0) / 1000);
    expect(chanThreads({ board, threads })[0]).toEqual({
      page: 1,
      threads: [
        { no: 100, last_modified: at, replies: 5 },
        { no: 200, last_modified: at, replies: 0 },
      ],
    });
    const index = chanIndex({ board, page: 1, pages: 2, threads });
    expect(index.threads.map(({ posts }) => posts.length)).toEqual([4, 1, 6]);
    expect(chanCatalog({ board, threads: [] })).toEqual([{ page: 1, threads: [] }]);
  });

  test("boards say their limits", () => {
    const limits = {
      fileMost: 4096,
      videoSecondsMost: 60,
      cooldowns: { threads: 60, replies: 5, images: 5 },
    };
    const { boards } = chanBoards([boardOf()], () => limits);
    expect(plain(boards[0])).toMatchObject({
      board: "b",
      title: "Random",
      per_page: 10,
      pages: 15,
      max_filesize: 4096,
      is_archived: 1,
      cooldowns: { threads: 60, replies: 5, images: 5 },
    });
  });

  test("now is New York's time, summer and winter", () => {
    expect(chanNow(Date.UTC(2018, 11, 31, 22, 5, 48))).toBe("12/31/18(Mon)17:05:48");
    expect(chanNow(Date.UTC(2019, 5, 29, 1, 24, 42))).toBe("06/28/19(Fri)21:24:42");
  });

  test("slugs are plain", () => {
    expect(slugOf("Let's start a new thread since the previous one has been archived")).toBe(
      "lets-start-a-new-thread-since-the-previous-one-has",
    );
    expect(slugOf("L’été à Sète !")).toBe("lete-a-sete");
    fc.assert(
      fc.property(fc.string(), (text) => expect(slugOf(text)).toMatch(/^[a-z0-9-]{0,50}$/)),
    );
  });

  test("a file is found by its number", () => {
    const nat = fc.record({
      id: fc.nat(),
      createdAt: fc.integer({ min: 0, max: 8_000_000_000_000 }),
    });
    fc.assert(
      fc.property(nat, fc.integer({ min: 0, max: 9 }), (post, position) => {
        const tim = timOf(post, position);
        expect(Number.isSafeInteger(tim)).toBe(true);
        expect(placeOf(tim)).toEqual({ createdAt: post.createdAt, tail: post.id % 100, position });
      }),
    );
  });
});
