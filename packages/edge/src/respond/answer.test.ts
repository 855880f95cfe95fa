import { describe, expect, test } from "bun:test";
import { orderSchema } from "@egide/contract/order.ts";
import { respondPolicySchema } from "@egide/contract/policy/respond.ts";
import { AppError } from "@egide/std/error.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import { answerFailure, answerVerdict } from "#respond/answer.ts";
import type { OwnReply } from "#respond/reply.ts";
import { Dress } from "#respond/dress.ts";
import { statusOf } from "#respond/status.ts";
import { Tarpit } from "#respond/tarpit.ts";
import type { Verdict } from "#verdict.ts";

const BROWSER = ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"];
const order = orderSchema.parse({
  id: "o-1",
  zone: "example.org",
  measure: "block",
  legal: { demandedBy: "Court of <Rennes>", blockedBy: "https://operator.example/" },
  publicReason: { en: "A judgment & its reasons.", fr: "Un jugement et ses motifs." },
  starts: "2026-01-01T00:00:00Z",
  issuer: "desk",
  reference: "RG 26/00042",
});

function reply(policy: Parameters<typeof respondPolicySchema.parse>[0] = {}) {
  const finished: string[] = [];
  let status = -1;
  const own: OwnReply = {
    began: (sent) => void (status = sent),
    dress: new Dress(respondPolicySchema.parse(policy)),
    requestId: "req-1",
    host: "example.org",
    time: Date.UTC(2026, 5, 1, 12),
    finished: (outcome) => {
      expect(status).not.toBe(-1); // the log is written now, with the status
      finished.push(outcome);
    },
  };
  return { own, finished, status: () => status };
}

/** Styles of a page, as its policy must name them. */
function stylesIn(page: string): string[] {
  return [...page.matchAll(/<style>(.*?)<\/style>/gs)].map(
    ([, style = ""]) => `'sha256-${new Bun.CryptoHasher("sha256").update(style).digest("base64")}'`,
  );
}

const tarpit = new Tarpit(new FakeClock());
type Answered = Exclude<Verdict, { kind: "allow" } | { kind: "challenge" }>;
const denied: Answered = { kind: "deny", status: 403, code: "rule.x", headers: [], order: null };

function answer(verdict: Answered, init: FakeExchangeInit = {}, withOrder = false, url = "") {
  const exchange = new FakeExchange(init);
  const { own, finished, status } = reply();
  answerVerdict(exchange, verdict, own, withOrder ? order : null, url, tarpit);
  expect(finished).toEqual(["complete"]);
  return { exchange, status: status() };
}

describe("a refusal", () => {
  test("is short text for programs, with what to quote", () => {
    const { exchange, status } = answer(denied);
    expect(status).toBe(403);
    expect(exchange.header("content-type")).toBe("text/plain; charset=utf-8");
    expect(exchange.text).toContain("403 Access refused");
    expect(exchange.text).toContain("rule.x req-1 2026-06-01T12:00:00Z");
    expect(exchange.text.length).toBeLessThan(300);
    expect(exchange.header("cache-control")).toBe("no-store");
    expect(exchange.header("vary")).toBe("Accept, Accept-Language");
    expect(exchange.header("x-request-id")).toBe("req-1");
  });

  test("is a page for people, in their language, without script and from nowhere else", () => {
    const { exchange } = answer(denied, { headers: [...BROWSER, "Accept-Language", "fr-CH, en"] });
    const page = exchange.text;
    expect(exchange.header("content-language")).toBe("fr");
    expect(page).toContain('<html lang="fr">');
    expect(page).toContain("Accès refusé");
    expect(page).not.toContain("<script");
    expect(page).not.toContain("{{");
    expect(page).not.toMatch(/(?:src|href)="(?!data:,)/);
    const csp = exchange.header("content-security-policy");
    expect(csp).toContain("default-src 'none'");
    expect(stylesIn(page)).toHaveLength(1);
    for (const hash of stylesIn(page)) expect(csp).toContain(hash);
  });

  test("is a problem for programs that ask for JSON", () => {
    const { exchange } = answer(denied, { headers: ["Accept", "application/json"] });
    expect(exchange.header("content-type")).toBe("application/problem+json");
    expect(JSON.parse(exchange.text)).toMatchObject({
      type: "about:blank",
      title: "Access refused",
      status: 403,
      code: "rule.x",
      source: "operator",
      retry: false,
      requestId: "req-1",
    });
  });

  test("by an order tells reason, reference and who demanded it, escaped", () => {
    const legal: Answered = {
      kind: "deny",
      status: 451,
      code: "order.legal",
      headers: ["Link", '<https://operator.example/>; rel="blocked-by"'],
      order: "o-1",
    };
    const { exchange } = answer(legal, { headers: BROWSER }, true);
    expect(exchange.status).toBe(451);
    expect(exchange.header("link")).toBe('<https://operator.example/>; rel="blocked-by"');
    expect(exchange.text).toContain("A judgment &amp; its reasons.");
    expect(exchange.text).toContain("Court of &lt;Rennes&gt;");
    expect(exchange.text).toContain("RG 26/00042");
    expect(exchange.text).toContain("Not available for legal reasons");
    expect(answer(legal, {}, true).exchange.text).toContain("Court of <Rennes>");
  });

  test("of what a front could not carry says what was wrong with it", () => {
    const refusal = { status: 400, code: "http1.obs_fold", detail: "A field is folded." };
    const verdict: Answered = { ...denied, status: 400, code: "http1.obs_fold" };
    const { exchange } = answer(verdict, { refusal, headers: ["Accept", "application/json"] });
    expect(JSON.parse(exchange.text)).toMatchObject({
      detail: "A field is folded.",
      source: "client",
    });
  });

  test("keeps its promise of when to come back", () => {
    const limited: Answered = { ...denied, status: 429, headers: ["Retry-After", "30"] };
    const { exchange } = answer(limited, { headers: BROWSER });
    expect(exchange.header("retry-after")).toBe("30");
    expect(exchange.text).toContain("30 seconds");
  });

  test("has no body for HEAD, and the length that GET has", () => {
    const get = answer(denied).exchange;
    const head = answer(denied, { method: "HEAD" }).exchange;
    expect(head.written).toHaveLength(0);
    expect(head.length).toBe(get.length);
  });
});

test("a drop says nothing", () => {
  const { exchange, status } = answer({ kind: "drop", code: "rule.drop" });
  expect([exchange.state, status, exchange.bytesOut]).toEqual(["dropped", 0, 0]);
});

test("a redirect is a redirect", () => {
  const location = "https://example.org/a?b";
  const { exchange } = answer({ kind: "redirect", status: 308, location, code: "edge.to_https" });
  expect([exchange.status, exchange.header("location"), exchange.length]).toEqual([
    308,
    location,
    0,
  ]);
});

test("a warning can be passed with one click and no script", () => {
  const verdict: Answered = { kind: "interstitial", code: "order.interstitial", order: "o-1" };
  const { exchange } = answer(verdict, { headers: BROWSER }, true, "/pass?a=1&b=2");
  expect(exchange.text).toContain('<form method="post" action="/pass?a=1&amp;b=2">');
  expect(exchange.text).toContain("Before you continue");
  const csp = exchange.header("content-security-policy");
  expect(csp).toContain("form-action 'self'");
  expect(stylesIn(exchange.text)).toHaveLength(2);
  for (const hash of stylesIn(exchange.text)) expect(csp).toContain(hash);
});

test("what is unavailable is nobody's rule", () => {
  const verdict: Answered = {
    kind: "unavailable",
    status: 503,
    code: "edge.rules_failed",
    retryAfter: 5,
  };
  const { exchange } = answer(verdict, { headers: ["Accept", "application/json"] });
  expect(JSON.parse(exchange.text)).toMatchObject({ source: "edge", retry: true, retryAfter: 5 });
  expect(exchange.header("retry-after")).toBe("5");
});

describe("a failure", () => {
  const failure = (code: string, source: AppError["source"], retry = false, after?: number) =>
    new AppError({
      code,
      source,
      retry,
      publicMessage: "It did not work.",
      ...(after === undefined ? {} : { retryAfter: after }),
    });

  test.each([
    [failure("origin.connect_timeout", "origin"), 504],
    [failure("origin.refused", "origin"), 502],
    [failure("origin.busy", "origin", true, 3), 503],
    [failure("client.body_timeout", "client"), 408],
    [failure("client.body_too_large", "client"), 413],
    [failure("client.aborted", "client"), 400],
    [failure("edge.broken", "edge"), 500],
    [failure("edge.full", "edge", true), 503],
    [failure("operator.config", "operator"), 500],
  ])("%s", (error, status) => {
    expect(statusOf(error)).toBe(status);
  });

  test("says whose fault it is", () => {
    const exchange = new FakeExchange({ headers: BROWSER });
    answerFailure(exchange, failure("origin.refused", "origin"), reply().own);
    expect(exchange.status).toBe(502);
    expect(exchange.text).toContain('<li class="f"><b>example.org</b>');
    expect(exchange.text).not.toContain("It did not work.");
    const own = new FakeExchange({ headers: BROWSER });
    answerFailure(own, failure("client.body_timeout", "client"), reply().own);
    expect(own.text).toContain("It did not work.");
  });
});

describe("a zone's own template", () => {
  const template =
    '<h1 title="{{site}}">{{title}}</h1>{{#fr}}Bonjour{{/fr}}{{^fr}}Hello{{/fr}} {{host}}';

  test("is used, escaped, in both languages", () => {
    const { own } = reply({ errorPages: { template, siteName: 'A "b" <c>' } });
    const exchange = new FakeExchange({ headers: [...BROWSER, "Accept-Language", "fr"] });
    answerVerdict(exchange, denied, { ...own, host: "<x>" }, null, "", tarpit);
    expect(exchange.text).toBe(
      '<h1 title="A &quot;b&quot; &lt;c&gt;">Accès refusé</h1>Bonjour &lt;x&gt;',
    );
    expect(exchange.header("content-security-policy")).toContain("'unsafe-inline'");
    expect(exchange.header("content-security-policy")).not.toContain("script");
  });

  test("never replaces the form of a warning", () => {
    const { own } = reply({ errorPages: { template } });
    const exchange = new FakeExchange({ headers: BROWSER });
    const verdict: Answered = { kind: "interstitial", code: "order.interstitial", order: "o-1" };
    answerVerdict(exchange, verdict, own, order, "/pass", tarpit);
    expect(exchange.text).toContain("<form");
  });
});

describe("a tarpit", () => {
  const held: Answered = { kind: "tarpit", rule: "r", seconds: 20, code: "rule.r" };
  const enter = (most = 10) => {
    const clock = new FakeClock();
    const exchange = new FakeExchange({});
    const { own, finished, status } = reply();
    answerVerdict(exchange, held, own, null, "", new Tarpit(clock, most));
    return { clock, exchange, finished, status };
  };

  test("says nothing for its time, then hangs up", () => {
    const { clock, exchange, finished, status } = enter();
    clock.advance(19_999);
    expect([exchange.state === "dropped", finished]).toEqual([false, []]);
    clock.advance(1);
    expect([exchange.state === "dropped", finished, status()]).toEqual([true, ["complete"], 0]);
  });

  test("holds no more than it may", () => {
    const { exchange, finished } = enter(0);
    expect([exchange.state === "dropped", finished]).toEqual([true, ["complete"]]);
  });

  test("lets go of who leaves", () => {
    const tarpit = new Tarpit(new FakeClock());
    const exchange = new FakeExchange({});
    let outcome = "";
    const own = { ...reply().own, finished: (how: string) => void (outcome = how) };
    answerVerdict(exchange, held, own, null, "", tarpit);
    expect(tarpit.held).toBe(1);
    exchange.onAbort?.();
    expect([tarpit.held, outcome, exchange.state === "dropped"]).toEqual([0, "aborted", false]);
  });
});
