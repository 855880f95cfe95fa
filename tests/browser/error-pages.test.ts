import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { orderSchema } from "@egide/contract/order.ts";
import { respondPolicySchema } from "@egide/contract/policy/respond.ts";
import { answerVerdict, redirect } from "@egide/edge/respond/answer.ts";
import type { OwnReply } from "@egide/edge/respond/reply.ts";
import { Dress } from "@egide/edge/respond/dress.ts";
import { PASS_PATH, Passes } from "@egide/edge/respond/pass.ts";
import { Tarpit } from "@egide/edge/respond/tarpit.ts";
import type { Verdict } from "@egide/edge/verdict.ts";
import { systemClock } from "@egide/std/clock.ts";
import { FakeExchange } from "@egide/testkit/fake-exchange.ts";
import type { Browser, Page } from "playwright-core";
import { hasChromium, launch, type Options, overflow, violations, visitOf } from "./browser.ts";

const present = hasChromium("pages in a browser");

const STATUSES = [
  400, 403, 404, 405, 408, 410, 413, 414, 417, 421, 429, 431, 451, 500, 502, 503, 504, 505, 508,
];
const order = orderSchema.parse({
  id: "o-1",
  zone: "zone",
  measure: "interstitial",
  legal: { demandedBy: "Court of Appeal", blockedBy: "https://operator.example/" },
  publicReason: { en: "People may find this upsetting.", fr: "Ceci peut heurter." },
  starts: "2026-01-01T00:00:00Z",
  issuer: "desk",
  reference: "D-42",
});
const policy = respondPolicySchema.parse({ errorPages: { contact: "mailto:a@site.example" } });
const dress = new Dress(policy);
const passes = new Passes(new Uint8Array(32).fill(3));

/** The edge's own answers behind a socket: what a front would make of an exchange. */
function serve(request: Request): Response {
  const url = new URL(request.url);
  const exchange = new FakeExchange({
    scheme: "http",
    target: url.pathname + url.search,
    method: request.method,
    headers: [...request.headers].flat(),
  });
  const reply: OwnReply = {
    dress,
    requestId: "k3j9x0q2a70000004f2z",
    host: "a-site-with-a-rather-long-name.example.org",
    time: Date.now(),
    began: () => undefined,
    finished: () => undefined,
  };
  answer(exchange, url, reply);
  const response = new Response(exchange.written, { status: exchange.status });
  for (let i = 0; i < exchange.headers.length; i += 2) {
    response.headers.append(exchange.headers[i] as string, exchange.headers[i + 1] as string);
  }
  return response;
}

function answer(exchange: FakeExchange, url: URL, reply: OwnReply): void {
  const { target, method } = exchange.head;
  const now = Date.now();
  if (url.pathname === PASS_PATH && method === "POST") {
    const granted = passes.redeem("zone", "visitor", target, false, now);
    const extra = granted === null ? [] : ["Set-Cookie", granted.setCookie];
    redirect(exchange, 303, granted?.location ?? "/", extra, reply);
    return;
  }
  const status = Number(url.pathname.slice(1));
  if (Number.isNaN(status)) {
    const { headers } = exchange.head;
    const cookies = headers[headers.indexOf("cookie") + 1];
    if (passes.holds(cookies, "zone", "o-1", false, now)) {
      exchange.start(200, "", ["Content-Type", "text/html"], 14);
      exchange.write(Buffer.from("<h1>Inside</h1>".slice(0, 14)));
      exchange.end(null);
      return;
    }
    const link = passes.link("zone", "o-1", "visitor", target, now);
    const verdict = { kind: "interstitial", code: "order.interstitial", order: "o-1" } as const;
    answerVerdict(exchange, verdict, reply, order, link, tarpit);
    return;
  }
  answerVerdict(exchange, verdictFor(status), reply, status === 451 ? order : null, "", tarpit);
}

const tarpit = new Tarpit(systemClock);

function verdictFor(status: number): Exclude<Verdict, { kind: "allow" } | { kind: "challenge" }> {
  const code = `test.status_${status}`;
  if (status === 500 || status === 502 || status === 503 || status === 504) {
    return { kind: "unavailable", status, code, retryAfter: 30 };
  }
  return { kind: "deny", status, code, headers: [], order: null };
}

describe.skipIf(!present)("pages in a browser", () => {
  let server: ReturnType<typeof Bun.serve>;
  let browser: Browser;
  beforeAll(async () => {
    server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: serve });
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.stop(true);
  });

  function open(path: string, options: Options, use: (page: Page) => Promise<void>): Promise<void> {
    return visitOf(browser, server.url.href, options, async (page) => {
      await page.goto(new URL(path, server.url).href);
      await use(page);
    });
  }

  const english = { locale: "en", colorScheme: "light" as const };
  const french = { locale: "fr-FR", colorScheme: "dark" as const };
  // The pages differ by their words alone: each is seen once, the most elaborate both ways.
  const everywhere = [451, 502, ...STATUSES].map((status, i) => ({
    path: `/${status}`,
    ...(i % 2 === 0 ? english : french),
  }));
  const warning = [
    { path: "/page", ...english },
    { path: "/page", ...french },
  ];

  test.each([...everywhere, ...warning])(
    "$path in $locale and $colorScheme can be used by everyone, also on a phone",
    async ({ path, ...options }) => {
      const viewport = { width: 320, height: 640 };
      await open(path, { ...options, viewport }, async (page) => {
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
        expect(await page.getAttribute("html", "lang")).toBe(options.locale.slice(0, 2));
        const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
        expect(background).toBe(
          options.colorScheme === "dark" ? "rgb(16, 19, 23)" : "rgb(244, 245, 247)",
        );
      });
    },
    30_000,
  );

  test("a warning is passed with one click and without script", async () => {
    await open("/page?x=1", { javaScriptEnabled: false }, async (page) => {
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/page?x=1");
      await page.waitForSelector("text=Inside");
    });
  }, 30_000);
});
