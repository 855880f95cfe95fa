import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import { appoint } from "@egide/board/moderation/service/staff.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { type Clock, systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launch, type Options, tealPicture, visitOf } from "./browser.ts";

const PASSWORD = "correct horse battery";

interface Set {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  /** Addresses of exits of Tor. */
  readonly torExits?: readonly string[];
}

/** The whole board behind a real port, an admin `root` and a global moderator `gloria`, and a browser. */
export class WholeBoard {
  readonly app: BoardApp;
  readonly root: string;
  /** A picture of one colour, made by the browser's own encoder. */
  readonly picture: Uint8Array<ArrayBuffer>;
  /** For what a test keeps on the disk. */
  readonly folder: string;
  readonly #server: Bun.Server<undefined>;
  readonly #browser: Browser;
  #people = 0;

  private constructor(
    app: BoardApp,
    server: Bun.Server<undefined>,
    browser: Browser,
    made: { readonly picture: Uint8Array<ArrayBuffer>; readonly folder: string },
  ) {
    this.app = app;
    this.#server = server;
    this.root = `http://localhost:${server.port}`;
    this.#browser = browser;
    this.picture = made.picture;
    this.folder = made.folder;
  }

  static async start(set: Set = {}): Promise<WholeBoard> {
    const folder = mkdtempSync(join(tmpdir(), "egide-whole-board-"));
    let app: BoardApp | null = null;
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch: (request, self) =>
        app?.fetch(request, self.requestIP(request)?.address ?? "") ??
        new Response("not yet", { status: 503 }),
    });
    const root = `http://localhost:${server.port}`;
    const torExits = join(folder, "tor-exits.json");
    const { torExits: addresses = [] } = set;
    await Bun.write(torExits, JSON.stringify({ source: "test", date: "2026-11-22", addresses }));
    app = await startBoard({
      database: `sqlite:${join(folder, "board.db")}`,
      media: join(folder, "media"),
      secret: new Uint8Array(32).fill(7),
      torExits,
      settings: instanceSettingsSchema.parse({
        url: root,
        boardCreation: "open",
        ...set.settings,
      }),
      origins: [root],
      trusted: new CidrSet(["127.0.0.1"]),
      clock: set.clock ?? systemClock,
      edge: null,
      report: (error) => {
        throw error;
      },
    });
    for (const [name, role] of [
      ["gloria", "global-moderator"],
      ["root", "admin"],
    ] as const) {
      const { id: accountId } = await app.accounts.create(name, PASSWORD);
      await appoint(app.moderation, null, { accountId, name, grant: { role, boardId: null } });
    }
    const browser = await launch();
    const picture = await tealPicture(browser);
    return new WholeBoard(app, server, browser, { picture, folder });
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#server.stop(true);
    await this.app.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Somebody with a browser and an address of their own. */
  async somebody(options: Options = {}): Promise<Page> {
    this.#people += 1;
    const extraHTTPHeaders = { "x-forwarded-for": `198.51.${this.#people % 250}.7` };
    const context = await this.#browser.newContext({ locale: "en", ...options, extraHTTPHeaders });
    context.setDefaultTimeout(15_000);
    return context.newPage();
  }

  /** Somebody whose browser may complain of nothing, and ask nobody else. */
  visit(
    options: Options,
    use: (page: Page, context: BrowserContext) => Promise<void>,
  ): Promise<void> {
    return visitOf(this.#browser, this.root, { locale: "en", ...options }, use);
  }

  async signIn(page: Page, name: string): Promise<void> {
    await page.goto(`${this.root}/account/sign-in?next=/staff/queue`);
    await page.fill("[name=username]", name);
    await page.fill("[name=password]", PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(`${this.root}/staff/queue`);
  }

  /** Makes an account, and a board that it owns. */
  async ownBoard(page: Page, uri: string, title: string): Promise<void> {
    await page.goto(`${this.root}/account/register`);
    await page.fill("[name=username]", `owner_${uri}`);
    await page.fill("[name=password]", PASSWORD);
    await page.getByRole("button", { name: "Create an account" }).click();
    await page.waitForURL(`${this.root}/account`);
    await this.makeBoard(page, uri, title);
  }

  async makeBoard(page: Page, uri: string, title: string): Promise<void> {
    await page.goto(`${this.root}/create`);
    await page.fill("#uri", uri);
    await page.fill("#title", title);
    await page.click("text=Create the board");
    await page.waitForURL(`${this.root}/${uri}/`);
  }

  async write(page: Page, text: string, more: { subject?: string; file?: boolean } = {}) {
    const form = page.locator("#reply");
    if ((await form.getAttribute("open")) === null) await form.locator("summary").first().click();
    if (more.subject !== undefined) await form.locator("[name=subject]").fill(more.subject);
    await form.locator("[name=text]").fill(text);
    if (more.file === true) {
      const buffer = Buffer.from(this.picture);
      await form
        .locator("[name=files]")
        .setInputFiles({ name: "teal.png", mimeType: "image/png", buffer });
    }
    await form.getByRole("button", { name: "Post", exact: true }).click();
  }
}
