import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import { act } from "@egide/board/moderation/service/act.ts";
import { takeReport } from "@egide/board/moderation/service/report.ts";
import { appoint } from "@egide/board/moderation/service/staff.ts";
import { undo } from "@egide/board/moderation/service/undo.ts";
import { invite } from "@egide/board/move/invitation.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { createBoard } from "@egide/board/thread/boards.ts";
import { post } from "@egide/board/thread/posting/post.ts";
import { draftOf, fileOf } from "@egide/board/thread/testing/rig.ts";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { freePort } from "@egide/testkit/port.ts";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/*
 * Storage, statistics, exports, transparency and invitations, as staff see them in a real Chromium.
 * PICTURES=directory keeps pictures of the pages.
 */

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const PICTURES = process.env["PICTURES"];
const present = existsSync(CHROMIUM);
// oxlint-disable-next-line no-console -- a reader of the run must see what was not tried
if (!present) console.warn(`left out: the board's house in a browser (there is no ${CHROMIUM})`);

const PASSWORD = "a long enough password";
const PAGES = ["statistics?days=30", "storage", "export", "transparency"];
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 800 } },
};

describe.skipIf(!present)("the board's house in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "egide-house-"));
  let app: BoardApp;
  let server: ReturnType<typeof Bun.serve>;
  let browser: Browser;
  let root = "";

  beforeAll(async () => {
    const port = await freePort();
    root = `http://127.0.0.1:${port}`;
    app = await startBoard({
      database: `sqlite:${join(folder, "board.db")}`,
      media: join(folder, "media"),
      secret: new Uint8Array(32).fill(4),
      settings: instanceSettingsSchema.parse({ url: root, name: "House" }),
      origins: [root],
      trusted: new CidrSet([]),
      clock: systemClock,
      edge: null,
      report: (error) => {
        throw error;
      },
    });
    await fill(app);
    server = Bun.serve({
      port,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: (request) => app.fetch(request, "127.0.0.1"),
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await server.stop(true);
    await app.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${root}/account/sign-in`);
    await page.locator("input[name=username]").fill("keeper");
    await page.locator("input[type=password]").fill(PASSWORD);
    await page.locator("main button[type=submit]").first().click();
    await page.waitForURL((url) => !url.pathname.includes("sign-in"));
  }

  async function faults(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe.source);
    const found: { violations: { id: string; impact: string; nodes: { html: string }[] }[] } =
      await page.evaluate("axe.run()");
    return found.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
  }

  for (const [look, options] of Object.entries(LOOKS)) {
    test(`its pages are in order (${look})`, async () => {
      const context = await browser.newContext({
        ...options,
        javaScriptEnabled: true,
        bypassCSP: true,
      });
      const page = await context.newPage();
      await signIn(page);
      for (const path of PAGES) {
        const answer = await page.goto(`${root}/staff/${path}`);
        expect([path, answer?.status()]).toEqual([path, 200]);
        expect([path, await faults(page)]).toEqual([path, []]);
        const wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        expect([path, wide]).toEqual([path, false]);
        if (PICTURES !== undefined) {
          const name = path.replace(/\W.*/, "");
          await page.screenshot({ path: join(PICTURES, `${name}-${look}.png`), fullPage: true });
        }
      }
      await context.close();
    }, 60_000);
  }

  test("a download comes whole, and an invitation is taken", async () => {
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await context.newPage();
    await signIn(page);
    await page.goto(`${root}/staff/export`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("form[action='/staff/export'] button").click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^site-\d{4}-\d\d-\d\d\.tar$/);
    const path = join(folder, "site.tar");
    await download.saveAs(path);
    const bytes = await Bun.file(path).bytes();
    expect(Buffer.from(bytes).includes("manifest.json")).toBe(true);
    expect(Buffer.from(bytes.subarray(-1024)).every((byte) => byte === 0)).toBe(true);
    const { store, clock } = app.site.threads;
    const link = await store.transaction((trx) =>
      invite(trx, { name: "Ann", role: "global-moderator", boardId: null }, clock.now()),
    );
    await page.goto(root + link);
    expect(await faults(page)).toEqual([]);
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, "invitation.png") });
    await page.locator("main form button").click();
    await page.waitForURL(/\/staff\//);
    await context.close();
  }, 60_000);
});

/** Some days of a board: posts, files, reports looked at and decided, one decision taken back. */
async function fill({ site, accounts, moderation }: BoardApp): Promise<void> {
  const { threads } = site;
  const { kysely } = threads.store;
  for (const uri of ["b", "tea"]) {
    await createBoard(threads, { uri, title: uri, subtitle: "", ownerId: null, staff: true });
  }
  const person = await accounts.create("keeper", PASSWORD);
  const grant = { role: "admin", boardId: null } as const;
  await appoint(moderation, null, { accountId: person.id, name: "keeper", grant });
  const actor = { id: person.id, name: "keeper", grants: [grant] };
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
