import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BoardApp } from "@egide/board/app.ts";
import type { BoardSettings } from "@egide/board/settings/board.ts";
import { changeBoard } from "@egide/board/store/boards.ts";
import { createBoard } from "@egide/board/thread/boards.ts";
import { type Clock, systemClock } from "@egide/std/clock.ts";
import type { BrowserContext, Page } from "playwright-core";
import { hasChromium, keep, type Options, overflow, violations } from "./browser.ts";
import { WholeBoard } from "./whole-board.ts";

/*
 * The work that a board asks for before a post, as people meet it: a real Chromium, with and without
 * JavaScript, from the Internet and through Tor.
 */

const EXIT = "198.51.100.7";
const CIRCUIT = "fc00:dead:beef:4dad::1:2";
const WAIT = 15;

/** The system's clock, which can be put forward: nobody waits for a test. */
let ahead = 0;
const clock: Clock = {
  now: () => systemClock.now() + ahead,
  monotonic: () => systemClock.monotonic() + ahead,
  after: (ms, run) => systemClock.after(ms, run),
};

describe.skipIf(!hasChromium("proof of work in a browser"))("work before a post", () => {
  let whole: WholeBoard;
  let app: BoardApp;
  let root = "";

  beforeAll(async () => {
    const settings = { name: "Harbour boards" };
    whole = await WholeBoard.start({ settings, clock, torExits: [EXIT] });
    ({ app, root } = whole);
  }, 60_000);
  afterAll(async () => {
    await whole?.stop();
  }, 30_000);

  /** A board with a thread, whose first post nobody was asked for. */
  async function board(uri: string, settings: Partial<BoardSettings>): Promise<void> {
    const { threads } = app.site;
    const made = await createBoard(threads, {
      uri,
      title: "Harbour",
      subtitle: "",
      ownerId: null,
      staff: true,
    });
    const body = new FormData();
    body.set("text", "Who saw the boat?");
    const headers = { origin: root, "x-forwarded-for": "203.0.113.1" };
    await changeBoard(threads.store.kysely, made.id, {
      settings: { ...made.settings, tor: "allow" },
    });
    const opened = await fetch(`${root}/${uri}/post`, { method: "POST", body, headers });
    expect(opened.status).toBe(200);
    await changeBoard(threads.store.kysely, made.id, {
      settings: { ...made.settings, ...settings },
    });
  }

  interface Visit {
    readonly from: string;
    readonly javaScriptEnabled: boolean;
    readonly look?: Options;
  }

  function visit(
    { from, javaScriptEnabled, look = {} }: Visit,
    use: (page: Page, context: BrowserContext) => Promise<void>,
  ): Promise<void> {
    const extraHTTPHeaders = { "x-forwarded-for": from };
    return whole.visit({ ...look, javaScriptEnabled, extraHTTPHeaders }, use);
  }

  async function send(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Post", exact: true }).click();
  }

  test.each([
    ["new", EXIT],
    ["tor", EXIT],
    ["circuit", CIRCUIT],
  ])(
    "with JavaScript the device works while one writes: /%s/ from %s",
    async (uri, from) => {
      const isNew = uri === "new";
      await board(uri, isNew ? { tor: "allow", proofOfNewcomers: true } : { tor: "proof" });
      await visit({ from, javaScriptEnabled: true }, async (page) => {
        const asked: string[] = [];
        page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
        await page.goto(`${root}/${uri}/thread/1`);
        expect(asked.some((path) => path.includes("proof"))).toBe(false);
        await page.fill("#reply [name=text]", "I saw it by the pier.");
        await send(page);
        await page.waitForSelector("#p2");
        expect(asked).toContain(`/proof/${uri}`);
        expect(await page.locator("#reply [role=alert]").count()).toBe(0);
        // Once more: through Tor each post is worked for, elsewhere the first alone.
        await page.fill("#reply [name=text]", "And again by the church.");
        await send(page);
        await page.waitForSelector("#p3");
      });
    },
    60_000,
  );

  test("with JavaScript a post that is refused for want of work is sent again, with it", async () => {
    await board("late", { tor: "allow" });
    await visit({ from: "203.0.113.9", javaScriptEnabled: true }, async (page) => {
      await page.goto(`${root}/late/thread/1`);
      await page.focus("#reply [name=text]");
      await page.waitForResponse((response) => response.url().includes("/proof/late"));
      // The board begins to ask while somebody writes.
      const made = await app.site.threads.store.kysely
        .selectFrom("board")
        .select(["id", "settings"])
        .where("uri", "=", "late")
        .executeTakeFirstOrThrow();
      const settings = { ...JSON.parse(made.settings), proofOfNewcomers: true } as BoardSettings;
      await changeBoard(app.site.threads.store.kysely, made.id, { settings });
      await page.fill("#reply [name=text]", "Half a thought");
      await send(page);
      await page.waitForSelector("#p2");
    });
  }, 60_000);

  test("without JavaScript one waits, keeps the text, and is taken", async () => {
    await board("wait", { tor: "proof" });
    await visit({ from: EXIT, javaScriptEnabled: false }, async (page) => {
      await page.goto(`${root}/wait/thread/1`);
      await page.fill("#reply [name=text]", "I have no scripts.");
      await send(page);
      await page.waitForSelector("#reply .notice");
      const said = await page.textContent("#reply");
      expect(said).toContain("Your text has been kept");
      expect(said).toContain(`wait ${WAIT} seconds`);
      expect(await page.inputValue("#reply [name=text]")).toBe("I have no scripts.");
      // Too early: the same ticket, less to wait.
      const ticket = await page.getAttribute("#reply [name=ticket]", "value");
      await send(page);
      await page.waitForSelector("text=That was a little early");
      expect(await page.getAttribute("#reply [name=ticket]", "value")).toBe(ticket);
      // Refused for something else: the time that was waited is not lost.
      ahead += WAIT * 1000;
      await page.fill("#reply [name=text]", "https://a.example ".repeat(30));
      await send(page);
      await page.waitForSelector("text=too many links");
      await page.fill("#reply [name=text]", "I have no scripts.");
      await send(page);
      await page.waitForSelector("#p2");
      // The ticket is used up.
      await page.fill("#reply [name=text]", "And one more.");
      await send(page);
      await page.waitForSelector("#reply .notice");
    });
  }, 60_000);

  test("boards that look first, and boards that take nothing through Tor, say so", async () => {
    await board("hold", { tor: "hold" });
    await board("script", { tor: "proof", withoutScript: "hold" });
    await board("refuse", { tor: "refuse" });
    await visit({ from: EXIT, javaScriptEnabled: false }, async (page) => {
      for (const uri of ["hold", "script"]) {
        await page.goto(`${root}/${uri}/thread/1`);
        await page.fill("#reply [name=text]", "Look at this first.");
        await send(page);
        await page.waitForSelector("text=waits for a moderator");
      }
      await page.goto(`${root}/refuse/thread/1`);
      await page.fill("#reply [name=text]", "Let me in.");
      await send(page);
      await page.waitForSelector("#reply [role=alert]");
      expect(await page.textContent("#reply [role=alert]")).toContain("no posts through Tor");
      expect(await page.inputValue("#reply [name=text]")).toBe("Let me in.");
    });
    const kept = await app.site.threads.store.kysely
      .selectFrom("post")
      .leftJoin("address_trace", "address_trace.postId", "post.id")
      .select(["post.addressHash", "post.prefixHash", "address_trace.address"])
      .where("post.state", "=", "held")
      .execute();
    expect(kept).toEqual(
      Array.from({ length: 2 }, () => ({ addressHash: null, prefixHash: null, address: null })),
    );
  }, 60_000);

  test.each([
    { name: "light", colorScheme: "light", viewport: { width: 1200, height: 900 }, locale: "en" },
    { name: "dark", colorScheme: "dark", viewport: { width: 1200, height: 900 }, locale: "en" },
    { name: "phone", colorScheme: "dark", viewport: { width: 320, height: 700 }, locale: "fr" },
  ] as const)(
    "the waiting form is for everyone: $name",
    async ({ name, ...look }) => {
      const uri = `axe${name}`;
      await board(uri, { tor: "proof" });
      // axe is a script of ours: the page itself goes the way of those without.
      await visit({ from: EXIT, javaScriptEnabled: true, look }, async (page) => {
        await page.route(/\/assets\/board\./, (route) =>
          route.request().resourceType() === "script" ? route.abort() : route.continue(),
        );
        await page.goto(`${root}/${uri}/thread/1`);
        await page.fill("#reply [name=text]", "A line");
        await page.click("#reply .send button");
        await page.waitForSelector("#reply p.proof");
        expect(await overflow(page)).toBe(0);
        expect(await violations(page)).toEqual([]);
        await page.locator("#reply").scrollIntoViewIfNeeded();
        await keep(page, `proof-wait-${name}`, true);
      });
    },
    60_000,
  );
});
