import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import { appoint } from "@egide/board/moderation/service/staff.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/*
 * The whole board as its people meet it, poster, reporter, moderator and whoever hears appeals, each
 * in a browser of their own: with JavaScript, without it, and by the keyboard alone.
 * PICTURES=directory keeps pictures of the pages of staff.
 */

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const PICTURES = process.env["PICTURES"];
const present = existsSync(CHROMIUM);
// oxlint-disable-next-line no-console -- a reader of the run must see what was not tried
if (!present) console.warn(`left out: moderation in a browser (there is no ${CHROMIUM})`);

setDefaultTimeout(120_000);

const PASSWORD = "correct horse battery";

describe.skipIf(!present)("moderation in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "egide-moderation-"));
  let app: BoardApp;
  let server: Bun.Server<undefined>;
  let browser: Browser;
  let root = "";
  let picture = new Uint8Array();
  let people = 0;

  beforeAll(async () => {
    let answer: BoardApp["fetch"] = () => new Response("not yet", { status: 503 });
    server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch: (request, self) => answer(request, self.requestIP(request)?.address ?? ""),
    });
    root = `http://localhost:${server.port}`;
    app = await startBoard({
      database: `sqlite:${join(folder, "board.db")}`,
      media: join(folder, "media"),
      secret: new Uint8Array(32).fill(7),
      settings: instanceSettingsSchema.parse({ url: root, boardCreation: "open" }),
      origins: [root],
      trusted: new CidrSet(["127.0.0.1"]),
      clock: systemClock,
      edge: null,
      report: (error) => {
        throw error;
      },
    });
    answer = app.fetch;
    for (const [name, role] of [
      ["gloria", "global-moderator"],
      ["root", "admin"],
    ] as const) {
      const { id: accountId } = await app.accounts.create(name, PASSWORD);
      await appoint(app.moderation, null, { accountId, name, grant: { role, boardId: null } });
    }
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    const page = await browser.newPage();
    await page.setContent("<body style='background:teal'>");
    picture = new Uint8Array(await page.screenshot());
    await page.close();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop(true);
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  type Options = NonNullable<Parameters<Browser["newContext"]>[0]>;

  /** Somebody with a browser and an address of their own. */
  async function somebody(options: Options): Promise<Page> {
    people += 1;
    const forwarded = { "x-forwarded-for": `198.51.${people % 250}.7` };
    const context: BrowserContext = await browser.newContext({
      locale: "en",
      ...options,
      extraHTTPHeaders: forwarded,
    });
    context.setDefaultTimeout(15_000);
    return context.newPage();
  }

  async function signIn(page: Page, name: string): Promise<void> {
    await page.goto(`${root}/account/sign-in?next=/staff/queue`);
    await page.fill("[name=username]", name);
    await page.fill("[name=password]", PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(`${root}/staff/queue`);
  }

  async function register(page: Page, name: string): Promise<void> {
    await page.goto(`${root}/account/register`);
    await page.fill("[name=username]", name);
    await page.fill("[name=password]", PASSWORD);
    await page.getByRole("button", { name: "Make an account" }).click();
    await page.waitForURL(`${root}/account`);
  }

  async function write(page: Page, text: string, more: { subject?: string; file?: boolean } = {}) {
    const form = page.locator("#reply");
    if ((await form.getAttribute("open")) === null) await form.locator("summary").first().click();
    if (more.subject !== undefined) await form.locator("[name=subject]").fill(more.subject);
    await form.locator("[name=text]").fill(text);
    if (more.file === true) {
      const file = { name: "teal.png", mimeType: "image/png", buffer: Buffer.from(picture) };
      await form.locator("[name=files]").setInputFiles(file);
    }
    await form.getByRole("button", { name: "Post", exact: true }).click();
  }

  test.each([
    { name: "with JavaScript", javaScriptEnabled: true, uri: "with" },
    { name: "without JavaScript", javaScriptEnabled: false, uri: "without" },
  ])(
    "create, post, reply, quote, report, moderate, appeal, delete: $name",
    async ({ javaScriptEnabled, uri }) => {
      const [owner, poster, reporter, gloria] = await Promise.all(
        Array.from({ length: 4 }, () => somebody({ javaScriptEnabled })),
      );
      if (!owner || !poster || !reporter || !gloria) throw new Error("nobody came");

      // Somebody makes an account and a board.
      await register(owner, `owner_${uri}`);
      await owner.goto(`${root}/create`);
      await owner.fill("#uri", uri);
      await owner.fill("#title", "Harbour");
      await owner.click("text=Create the board");
      await owner.waitForURL(`${root}/${uri}/`);
      await owner.goto(`${root}/account`);
      await owner.click("text=To the staff area");
      await owner.waitForURL(`${root}/staff/queue`);

      // A thread with a picture, a reply that quotes it.
      await poster.goto(`${root}/${uri}/`);
      await write(poster, "Whose boat is this?", { subject: "The boat", file: true });
      await poster.waitForURL(new RegExp(`/${uri}/thread/1`));
      expect(await poster.locator("#p1 .thumb img").count()).toBe(1);
      await poster.click("#p1 .cite");
      await write(poster, ">>1\nIt is the neighbour's, and here is his address.");
      await poster.waitForSelector("#p2 .quotelink");

      // A reader reports it, and can follow that.
      await reporter.goto(`${root}/${uri}/post/2`);
      await reporter.check("[value=doxxing]");
      await reporter.fill("#reason", "An address of somebody.");
      await reporter.click("text=Send the report");
      await reporter.waitForSelector("text=Your report has arrived");
      const receipt = reporter.url().replace(/\?.*/, "");

      // The owner decides: remove it, and ban its poster from the board.
      await owner.goto(`${root}/staff/queue`);
      await owner.getByRole("link", { name: "Look" }).first().click();
      expect(await owner.textContent("article.post")).toContain("here is his address");
      await owner.getByRole("checkbox", { name: "Remove it" }).check();
      await owner.selectOption("[name=rule]", { index: 1 });
      await owner.fill("#reason", "Nobody's address belongs here.");
      await owner.selectOption("[name=scope]", "board");
      await owner.getByRole("button", { name: "Act", exact: true }).click();
      await owner.waitForURL(`${root}/staff/queue`);
      await reporter.goto(receipt);
      expect(await reporter.textContent("main")).toContain("Something was done about the post");

      // The poster is told why, keeps what they wrote, and appeals.
      await poster.goto(`${root}/${uri}/thread/1`);
      expect(await poster.locator("#p2").count()).toBe(0);
      await write(poster, "Where is my answer?");
      await poster.waitForSelector("#reply [role=alert]");
      expect(await poster.inputValue("#reply [name=text]")).toContain("Where is my answer?");
      await poster.click("#reply [role=alert] a");
      await poster.waitForSelector("text=Nobody's address belongs here.");
      const decision = poster.url();
      await poster.fill("[name=text]", "It is my own address.");
      await poster.click("text=Send the appeal");
      await poster.waitForSelector("text=Your appeal has arrived");

      // Who acted can't decide it; somebody else does.
      await owner.goto(`${root}/staff/appeals`);
      expect(await owner.textContent("main")).toContain("this was your act");
      await signIn(gloria, "gloria");
      await gloria.goto(`${root}/staff/appeals`);
      await gloria.selectOption("[name=verdict]", "reversed");
      await gloria.fill("[name=answer]", "Then it may stay.");
      await gloria.getByRole("button", { name: "Decide" }).first().click();
      await gloria.waitForSelector("text=Nothing waits here.");
      await poster.goto(decision);
      expect(await poster.textContent("#appeal")).toContain("Then it may stay.");

      // Undone by the owner as well, the post stands again; its poster deletes the thread.
      await owner.goto(`${root}/staff/acts`);
      const undo = owner.getByRole("button", { name: "Undo" });
      while ((await undo.count()) > 0) {
        await owner.locator("[name=reason]").first().fill("As was decided.");
        await undo.first().click();
        await owner.waitForLoadState();
      }
      await poster.goto(`${root}/${uri}/thread/1`);
      expect(await poster.locator("#p2").count()).toBe(1);
      await poster.goto(`${root}/${uri}/post/1`);
      await poster.click("#delete button");
      await poster.waitForSelector("text=The post is deleted");
      expect((await poster.goto(`${root}/${uri}/thread/1`))?.status()).toBe(404);
      for (const page of [owner, poster, reporter, gloria]) await page.context().close();
    },
  );

  test("staff pin a thread, answer under a capcode, edit a post, and the log knows", async () => {
    const [owner, poster] = await Promise.all([somebody({}), somebody({})]);
    if (!owner || !poster) throw new Error("nobody came");
    await register(owner, "owner_tools");
    await owner.goto(`${root}/create`);
    await owner.fill("#uri", "tools");
    await owner.fill("#title", "Tools");
    await owner.click("text=Create the board");
    await owner.waitForURL(`${root}/tools/`);
    await poster.goto(`${root}/tools/`);
    await write(poster, "Call me at 555 0100", { subject: "Lost and found" });
    await poster.waitForURL(/\/tools\/thread\/1/);
    // Nobody reported it: the way leads from the post itself.
    await owner.goto(`${root}/tools/post/1`);
    await owner.click("text=Moderate");
    await owner.getByRole("checkbox", { name: "Pinned" }).check();
    await owner.getByRole("checkbox", { name: "Locked" }).check();
    await owner.getByRole("button", { name: "Save" }).first().click();
    await owner.waitForLoadState();
    await owner.click("summary:has-text('Edit the post')");
    await owner.fill("[name=text]", "Call me.");
    await owner.fill("#edit-reason", "A number.");
    await owner.getByRole("button", { name: "Save" }).last().click();
    await owner.waitForSelector("h2:has-text('What it said before')");
    await owner.click("text=Answer as staff");
    await owner.getByRole("checkbox", { name: "Write as Board owner" }).check();
    await write(owner, ">>1\nKept at the office.");
    await owner.waitForSelector("#p2 .capcode");
    expect(await owner.textContent("#p2 .capcode")).toContain("Board owner");
    await poster.goto(`${root}/tools/thread/1`);
    expect(await poster.textContent("#p1")).not.toContain("555");
    expect(await poster.textContent("main")).toContain("takes no more replies");
    await owner.goto(`${root}/staff/log`);
    const log = await owner.textContent("main");
    for (const action of ["thread.flags", "post.edit", "post.as-staff"]) {
      expect(log).toContain(action);
    }
    for (const page of [owner, poster]) await page.context().close();
  });

  test("a thread is watched without JavaScript", async () => {
    const reader = await somebody({ javaScriptEnabled: false });
    const writer = await somebody({});
    await register(writer, "owner_watch");
    await writer.goto(`${root}/create`);
    await writer.fill("#uri", "watch1");
    await writer.fill("#title", "Watched");
    await writer.click("text=Create the board");
    await writer.waitForURL(`${root}/watch1/`);
    await write(writer, "Opening", { subject: "Followed" });
    await writer.waitForURL(/\/watch1\/thread\/1/);
    await reader.goto(`${root}/watch1/thread/1`);
    await reader.getByRole("button", { name: "Watch" }).click();
    await reader.waitForURL(`${root}/watched`);
    expect(await reader.textContent(".watched")).not.toContain("new repl");
    await write(writer, "An answer that is new");
    await writer.waitForSelector("#p2");
    await reader.goto(`${root}/watched`);
    expect(await reader.textContent(".watched")).toContain("1 new reply");
    await reader.click(".watched a");
    await reader.waitForSelector("#p2");
    await reader.goto(`${root}/watched`);
    expect(await reader.textContent(".watched")).not.toContain("new repl");
    await reader.getByRole("button", { name: "Stop watching" }).click();
    await reader.waitForURL(`${root}/watched`);
    expect(await reader.locator(".watched li").count()).toBe(0);
    expect(await reader.content()).toContain("No thread is being watched.");
    for (const page of [reader, writer]) await page.context().close();
  });

  test.each([
    { name: "with JavaScript", javaScriptEnabled: true, uri: "keys" },
    { name: "without JavaScript", javaScriptEnabled: false, uri: "keysplain" },
  ])("post, report and decide by the keyboard alone, $name", async ({ javaScriptEnabled, uri }) => {
    const owner = await somebody({ javaScriptEnabled });
    const reader = await somebody({ javaScriptEnabled });
    await register(owner, `owner_${uri}`);
    await owner.goto(`${root}/create`);
    await tabTo(owner, "#uri");
    await owner.keyboard.type(uri);
    await tabTo(owner, "#title");
    await owner.keyboard.type("Keys");
    await owner.keyboard.press("Enter");
    await owner.waitForURL(`${root}/${uri}/`);

    await reader.goto(`${root}/${uri}/`);
    await tabTo(reader, "#reply > summary");
    await reader.keyboard.press("Enter");
    await tabTo(reader, "#reply [name=text]");
    await reader.keyboard.type("Written without a mouse");
    await tabTo(reader, "#reply .send button");
    await reader.keyboard.press("Enter");
    await reader.waitForURL(new RegExp(`/${uri}/thread/1`));
    await tabTo(reader, "#p1 .acts");
    await reader.keyboard.press("Enter");
    await reader.waitForURL(`${root}/${uri}/post/1`);
    await tabTo(reader, "#report [name=category]");
    await reader.keyboard.press("ArrowDown");
    for (let i = 0; i < 5; i++) await reader.keyboard.press("ArrowDown");
    await tabTo(reader, "#reason");
    await reader.keyboard.type("Seen by nobody else.");
    await tabTo(reader, "#report button");
    await reader.keyboard.press("Enter");
    await reader.waitForURL(/\/report\//);

    await owner.goto(`${root}/staff/queue`);
    await tabTo(owner, "tbody a");
    await owner.keyboard.press("Enter");
    await owner.waitForURL(/\/staff\/item\//);
    await tabTo(owner, "[name=measure][value=hide]");
    await owner.keyboard.press("Space");
    await tabTo(owner, "[name=rule]");
    await owner.keyboard.press("ArrowDown");
    await tabTo(owner, "#reason");
    await owner.keyboard.type("Off topic.");
    await tabTo(owner, "form[action$='/act'] button");
    await owner.keyboard.press("Enter");
    await owner.waitForURL(`${root}/staff/queue`);
    expect((await reader.goto(`${root}/${uri}/thread/1`))?.status()).toBe(404);
    for (const page of [owner, reader]) await page.context().close();
  });

  /** Presses Tab until the focus is there: fails where the keyboard can't reach it. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let i = 0; i < 150; i++) {
      const isThere = await page.evaluate<boolean>(
        `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`,
      );
      if (isThere) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`the keyboard does not reach ${selector} on ${page.url()}`);
  }

  test("every page of staff and of accounts is for everyone: axe, phones, French, dark", async () => {
    const admin = await somebody({});
    await signIn(admin, "root");
    const { store } = app.moderation;
    await admin.goto(`${root}/create`);
    await admin.fill("#uri", "full");
    await admin.fill("#title", "A board with a rather long title, as boards of people have");
    await admin.click("text=Create the board");
    await admin.waitForURL(`${root}/full/`);
    await write(admin, "Words that somebody reports", { subject: "Pictures", file: true });
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
    const pages = app.routes
      .filter(({ method, path }) => method === "GET" && path.startsWith("/staff/"))
      .map(({ path }) => path)
      .filter((path) => !/on-call|\/file\/|export/.test(path));
    expect(pages.length).toBeGreaterThanOrEqual(16);
    const paths = [...new Set([...pages.map(filled), "/account", "/watched"])];
    const cookies = await admin.context().cookies();
    const found: string[] = [];
    for (const look of [
      { locale: "en", colorScheme: "light", viewport: { width: 1200, height: 900 } },
      { locale: "fr", colorScheme: "dark", viewport: { width: 360, height: 740 } },
    ] as const) {
      const page = await somebody(look);
      await page.context().addCookies(cookies);
      for (const path of paths) {
        const answer = await page.goto(root + path);
        expect([path, answer?.status()]).toEqual([path, 200]);
        expect(await page.getAttribute("html", "lang")).toBe(look.locale);
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        if (PICTURES !== undefined) {
          mkdirSync(PICTURES, { recursive: true });
          const name = path.slice(1).replaceAll("/", "-");
          await page.screenshot({
            path: `${PICTURES}/${name}-${look.locale}.png`,
            fullPage: true,
          });
        }
        const at = `${path} ${look.locale}:`;
        if (wide > look.viewport.width) found.push(`${at} ${wide} pixels wide`);
        found.push(...(await violations(page)).map((one) => `${at} ${one}`));
      }
      await page.context().close();
    }
    expect(found).toEqual([]);
    await admin.context().close();
  });

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const run = (globalThis as unknown as { axe: typeof axe }).axe.run;
      const { violations: found } = await run({ resultTypes: ["violations"] });
      return found.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
    });
  }
});
