import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { BoardApp } from "@egide/board/app.ts";
import { act } from "@egide/board/moderation/service/act.ts";
import { takeReport } from "@egide/board/moderation/service/report.ts";
import { actorOf } from "@egide/board/moderation/service/staff.ts";
import { undo } from "@egide/board/moderation/service/undo.ts";
import { invite } from "@egide/board/move/invitation.ts";
import { createBoard } from "@egide/board/thread/boards.ts";
import { post } from "@egide/board/thread/posting/post.ts";
import { draftOf, fileOf } from "@egide/board/thread/testing/rig.ts";
import { hasChromium, keep, type Options, overflow, violations } from "./browser.ts";
import { WholeBoard } from "./whole-board.ts";

/* Storage, statistics, exports, transparency and invitations, as staff see them in a real Chromium. */

const PAGES = ["statistics?days=30", "storage", "export", "transparency"];
const LOOKS: Readonly<Record<string, Options>> = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 800 } },
};

describe.skipIf(!hasChromium("the board's house in a browser"))("the board's house", () => {
  let board: WholeBoard;
  let root = "";

  beforeAll(async () => {
    board = await WholeBoard.start({ settings: { name: "House" } });
    ({ root } = board);
    await fill(board.app);
  }, 60_000);
  afterAll(async () => {
    await board?.stop();
  }, 30_000);

  for (const [look, options] of Object.entries(LOOKS)) {
    test(`its pages are in order (${look})`, async () => {
      // axe comes in as a script, which the pages' own policy forbids.
      const page = await board.somebody({ ...options, bypassCSP: true });
      await board.signIn(page, "root");
      for (const path of PAGES) {
        const answer = await page.goto(`${root}/staff/${path}`);
        expect([path, answer?.status()]).toEqual([path, 200]);
        expect([path, await violations(page)]).toEqual([path, []]);
        expect([path, await overflow(page)]).toEqual([path, 0]);
        await keep(page, `${path.replace(/\W.*/, "")}-${look}`, true);
      }
      await page.context().close();
    }, 60_000);
  }

  test("a download comes whole, and an invitation is taken", async () => {
    const page = await board.somebody({ acceptDownloads: true });
    await board.signIn(page, "root");
    await page.goto(`${root}/staff/export`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("form[action='/staff/export'] button").click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^site-\d{4}-\d\d-\d\d\.tar$/);
    const path = join(board.folder, "site.tar");
    await download.saveAs(path);
    const bytes = await Bun.file(path).bytes();
    expect(Buffer.from(bytes).includes("manifest.json")).toBe(true);
    expect(Buffer.from(bytes.subarray(-1024)).every((byte) => byte === 0)).toBe(true);
    const { store, clock } = board.app.site.threads;
    const link = await store.transaction((trx) =>
      invite(trx, { name: "Ann", role: "global-moderator", boardId: null }, clock.now()),
    );
    await page.goto(root + link);
    expect(await violations(page)).toEqual([]);
    await keep(page, "invitation");
    await page.locator("main form button").click();
    await page.waitForURL(/\/staff\//);
    await page.context().close();
  }, 60_000);
});

/** Some days of a board: posts, files, reports looked at and decided, one decision taken back. */
async function fill({ site, accounts, moderation }: BoardApp): Promise<void> {
  const { threads } = site;
  const { kysely } = threads.store;
  for (const uri of ["b", "tea"]) {
    await createBoard(threads, { uri, title: uri, subtitle: "", ownerId: null, staff: true });
  }
  const person = await accounts.find("root");
  const actor = person === null ? null : await actorOf(kysely, person);
  if (actor === null) throw new Error("there is no admin");
  const categories = ["spam", "hate", "harassment", "threat-to-life"] as const;
  const day = 86_400_000;
  const now = threads.clock.now();
  for (let at = 0; at < 24; at++) {
    const board = at % 3 === 0 ? "tea" : "b";
    const files =
      at % 2 === 0 ? [{ ...fileOf("abcdef"[at % 6] ?? "a"), bytes: 40_000 * (at + 1) }] : [];
    const staff = { staffId: "keeper", capcode: null };
    const made = await post(
      threads,
      { ...draftOf(board, { text: `Words ${at}` }), staff },
      { count: files.length, take: async () => files },
    );
    const createdAt = now - (at % 11) * day - at * 1000;
    if (at % 2 === 0) {
      const category = categories[at % 4] ?? "spam";
      const report = { postId: made.postId, category, text: "no", source: "visitor" } as const;
      await takeReport(moderation, { ...report, sessionHash: null });
      if (at % 6 !== 0) {
        const [id = ""] = await act(moderation, actor, {
          postId: made.postId,
          measures: [{ kind: "hide" }],
          rule: "0:spam",
          reason: "Not here",
          endsAt: null,
        });
        if (at % 4 === 0) await undo(moderation, actor, id, "It was fine");
      }
      const span = {
        firstLookAt: createdAt + 600_000 * (at + 1),
        decidedAt: createdAt + 900_000 * (at + 2),
      };
      await kysely
        .updateTable("report")
        .set({ ...span })
        .where("postId", "=", made.postId)
        .where("decidedAt", "is not", null)
        .execute();
    }
    // The days that have passed since can't be waited for.
    await kysely
      .updateTable("post")
      .set({ createdAt } as never)
      .where("id", "=", made.postId)
      .execute();
    await kysely
      .updateTable("report")
      .set({ at: createdAt } as never)
      .where("postId", "=", made.postId)
      .execute();
  }
}
