import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/*
 * Challenges as people meet them: a real edge, a real Chromium, an origin that says what reached it.
 * EGIDE_PICTURES=directory keeps pictures of the pages.
 */

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const PICTURES = process.env["EGIDE_PICTURES"];
const present = existsSync(CHROMIUM);
// oxlint-disable-next-line no-console -- a reader of the run must see what was not tried
if (!present) console.warn(`left out: challenges in a browser (there is no ${CHROMIUM})`);

const INSIDE = "<!doctype html><title>Inside</title><h1>Inside</h1>";

/** The site behind the edge: pages, forms, and what was posted to it. */
const posts: string[] = [];
async function site(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const headers = { "content-type": "text/html", "cache-control": "no-store" };
  if (request.method === "POST") {
    posts.push(await request.text());
    return new Response(`${INSIDE}<p id="got">posted</p>`, { headers });
  }
  if (pathname === "/feed") return new Response("<rss/>", { headers });
  return new Response(`${INSIDE}<p id="path">${pathname}</p>`, { headers });
}

interface Visit {
  readonly context?: Parameters<Browser["newContext"]>[0];
  /** Runs in the page before any script of it. */
  readonly before?: string;
  readonly slowdown?: number;
}

describe.skipIf(!present)("a challenge in Chromium", () => {
  let origin: ReturnType<typeof Bun.serve>;
  let edge: EdgeProcess;
  let browser: Browser;
  let root = "";

  beforeAll(async () => {
    origin = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: site });
    edge = await EdgeProcess.start({
      originPort: origin.port as number,
      zone: { underAttack: "on", challenge: { withoutScript: { seconds: 2, perNetwork: 1000 } } },
      config: { workers: 2 },
    });
    root = `http://127.0.0.1:${edge.http}`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await edge.stop();
    await origin.stop(true);
  });

  async function visit(
    { context: options = {}, before, slowdown }: Visit,
    use: (page: Page, context: BrowserContext) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => void complaints.push(String(error)));
    page.on("console", (message) => {
      const isStatus = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isStatus) complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(root)) {
        complaints.push(`asked ${request.url()}`);
      }
    });
    if (before !== undefined) await page.addInitScript(before);
    if (slowdown !== undefined) {
      const session = await context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    }
    try {
      await use(page, context);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  }

  /** Milliseconds from asking for a page to standing on it. */
  async function pass(page: Page, path = "/page"): Promise<number> {
    const began = performance.now();
    await page.goto(root + path);
    await page.waitForSelector("text=Inside", { timeout: 20_000 });
    return performance.now() - began;
  }

  const cores = (count: number | string): string =>
    `Object.defineProperty(navigator, "hardwareConcurrency", { get: () => ${count} })`;

  test.each([
    { name: "as it is" },
    { name: "with one core", before: cores(1) },
    { name: "with three cores", before: cores(3) },
    { name: "with five cores", before: cores(5) },
    { name: "with a browser that tells no number of cores", before: cores("undefined") },
    { name: "slowed six times", slowdown: 6 },
    { name: "slowed six times, with one core", slowdown: 6, before: cores(1) },
    { name: "without workers", before: "delete window.Worker" },
    {
      name: "with workers that fail",
      before: `window.Worker = class extends EventTarget { constructor() { super(); setTimeout(() => this.dispatchEvent(new Event("error")), 5); } postMessage() {} terminate() {} }`,
    },
    { name: "without workers, slowed six times", slowdown: 6, before: "delete window.Worker" },
    { name: "without locks and channels", before: "delete window.BroadcastChannel" },
  ])(
    "is met $name",
    async (how) => {
      await visit(how, async (page) => {
        const ms = await pass(page);
        console.log(`${how.name}: ${ms.toFixed(0)} ms`);
        expect(await page.textContent("#path")).toBe("/page");
        // No further challenge afterwards.
        expect((await page.goto(`${root}/other`))?.status()).toBe(200);
      });
    },
    40_000,
  );

  test("is met without JavaScript, by waiting", async () => {
    await visit({ context: { javaScriptEnabled: false } }, async (page) => {
      await page.goto(`${root}/page?x=1`);
      await page.waitForSelector("text=Inside", { timeout: 15_000 });
      expect(page.url()).toBe(`${root}/page?x=1`);
    });
  }, 30_000);
});
