import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/* What all tests in a real Chromium share. PICTURES=directory keeps pictures of the pages. */

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const PICTURES = process.env["PICTURES"];

/** Whether there is a browser; says so where there is none, so that a reader of the run sees it. */
export function hasChromium(what: string): boolean {
  const present = existsSync(CHROMIUM);
  // oxlint-disable-next-line no-console -- a reader of the run must see what was not tried
  if (!present) console.warn(`left out: ${what} (there is no ${CHROMIUM})`);
  return present;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

export type Options = NonNullable<Parameters<Browser["newContext"]>[0]>;

/** A picture of one colour, made by the browser's own encoder. */
export async function tealPicture(browser: Browser): Promise<Uint8Array<ArrayBuffer>> {
  const page = await browser.newPage();
  await page.setContent("<body style='background:teal'>");
  const picture = new Uint8Array(await page.screenshot());
  await page.close();
  return picture;
}

/** Uses a browser of its own; complains of errors of pages, and of requests to anybody but `root`. */
export async function visitOf(
  browser: Browser,
  root: string,
  options: Options,
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
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(root)) complaints.push(`asked ${url}`);
  });
  try {
    await use(page, context);
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  } finally {
    await context.close();
  }
}

/** What axe finds at fault with a page. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: typeof axe }).axe.run;
    const { violations: found } = await run({ resultTypes: ["violations"] });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
  });
}

/** By how many pixels a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)");
}

/** Keeps a picture of a page, where somebody asks for pictures. */
export async function keep(page: Page, name: string, fullPage = false): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
}
