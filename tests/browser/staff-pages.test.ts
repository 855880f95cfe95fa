import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { hasChromium, keep, overflow, violations } from "./browser.ts";
import { WholeBoard } from "./whole-board.ts";

/* The pages of staff and accounts. */

setDefaultTimeout(120_000);

describe.skipIf(!hasChromium("pages of staff in a browser"))("pages of staff in Chromium", () => {
  let board: WholeBoard;
  let root = "";

  beforeAll(async () => {
    board = await WholeBoard.start();
    ({ root } = board);
  }, 60_000);
  afterAll(async () => {
    await board?.stop();
  }, 30_000);

  test("every page of staff and of accounts is for everyone: axe, phones, French, dark", async () => {
    const admin = await board.somebody();
    await board.signIn(admin, "root");
    const { store } = board.app.moderation;
    const title = "A board with a rather long title, as boards of people have";
    await board.makeBoard(admin, "full", title);
    await board.write(admin, "Words that somebody reports", { subject: "Pictures", file: true });
    await admin.waitForURL(/\/full\/thread\/1/);
    await admin.goto(`${root}/full/post/1`);
    await admin.check("[value=hate]");
    await admin.click("text=Send the report");
    await admin.waitForURL(/\/report\//);
    const item = await store.kysely
      .selectFrom("queue_item")
      .select(["id", "postId"])
      .where("waiting", "=", 1)
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirstOrThrow();
    const filled = (path: string): string =>
      path
        .replace("/staff/item/:id{[0-9]{1,15}}", `/staff/item/${item.id}`)
        .replace("/staff/post/:id{[0-9]{1,15}}", `/staff/post/${item.postId}`)
        .replace(/:\w+\{[^/]+\}/g, "1");
    const pages = board.app.routes
      .filter(({ method, path }) => method === "GET" && path.startsWith("/staff/"))
      .map(({ path }) => path)
      // Downloads are no pages.
      .filter((path) => !/on-call|\/file\/|\.[a-z]+$/.test(path));
    expect(pages.length).toBeGreaterThanOrEqual(16);
    const paths = [...new Set([...pages.map(filled), "/account", "/watched"])];
    const cookies = await admin.context().cookies();
    const found: string[] = [];
    for (const look of [
      { locale: "en", colorScheme: "light", viewport: { width: 1200, height: 900 } },
      { locale: "fr", colorScheme: "dark", viewport: { width: 360, height: 740 } },
    ] as const) {
      const page = await board.somebody(look);
      await page.context().addCookies(cookies);
      for (const path of paths) {
        const answer = await page.goto(root + path);
        expect([path, answer?.status()]).toEqual([path, 200]);
        expect(await page.getAttribute("html", "lang")).toBe(look.locale);
        await keep(page, `${path.slice(1).replaceAll("/", "-")}-${look.locale}`, true);
        const at = `${path} ${look.locale}:`;
        const wide = await overflow(page);
        if (wide > 0) found.push(`${at} ${wide} pixels too wide`);
        found.push(...(await violations(page)).map((one) => `${at} ${one}`));
      }
      await page.context().close();
    }
    expect(found).toEqual([]);
    await admin.context().close();
  });
});
