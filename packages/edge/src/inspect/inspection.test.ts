import { type LogPolicy, logPolicySchema } from "@egide/contract/policy/log.ts";
import { type WafPolicy, wafSchema } from "@egide/contract/policy/waf.ts";
import type { AppError } from "@egide/std/error.ts";
import { systemClock } from "@egide/std/clock.ts";
import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import { CidrSet } from "@egide/std/ip.ts";
import type { RuleFile } from "@egide/waf/rule-set.ts";
import type { Facts } from "#facts.ts";
import { identify } from "#identify/identify.ts";
import { ZoneTable } from "#identify/zones.ts";
import { type Inspected, Inspection } from "#inspect/inspection.ts";
import { Inspector } from "#inspect/inspector.ts";
import type { ZoneWaf } from "#inspect/zone/zone-waf.ts";
import type { ByteSource, OriginResponse } from "#stream.ts";
import type { Verdict } from "#verdict.ts";
import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { FakeSource } from "@egide/testkit/fake-source.ts";

type WafInput = Partial<WafPolicy>;
type LogInput = Partial<LogPolicy>;

/** What a zone says, as far as the engine reads it. */
function zone(waf: WafInput, log: LogInput = {}) {
  return { id: "z", waf: wafSchema.parse(waf), log: logPolicySchema.parse(log) };
}

interface Told {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An inspector whose own rule set is the test's, and that keeps what it reports. */
function inspectorOf(own: readonly RuleFile[], samples = "/nonexistent") {
  const told: Told[] = [];
  const inspector = new Inspector({
    clock: systemClock,
    places: { installed: "/nonexistent", system: "/nonexistent", systemSetup: "/nonexistent" },
    stock: { own, ready: () => [{ rules: [7] }] },
    samples,
    patterns: null,
    worker: 0,
    random: () => 0,
    writeAddress: (address, how) => (how === "whole" ? address : ""),
    report: (level, message, fields) => told.push({ level, message, fields }),
  });
  return { inspector, told };
}

/** The engine of one zone with these rules (and the settings around them). */
function wafOf(rules: string, waf: WafInput = {}, log: LogInput = {}): ZoneWaf {
  const { inspector, told } = inspectorOf([{ name: "test.conf", text: rules }]);
  const made = inspector.prepare([zone({ mode: "block", rules: "own", ...waf }, log)]).get("z");
  inspector.close();
  if (made === undefined) throw new Error(JSON.stringify(told));
  return made;
}

function factsOf(init: FakeExchangeInit): Facts<unknown> {
  const directory = {
    zones: new ZoneTable<unknown>(),
    zoneId: () => "",
    gate: () => {
      throw new Error("no zone");
    },
    trustedProxies: new CidrSet([]),
    geo: null,
  };
  return identify(new FakeExchange(init), "r-1", 0, 0, directory).facts;
}

/** Plays the pipeline to one inspection, and keeps what it is told. */
class Host implements Inspected {
  body: ByteSource | null | undefined;
  response: OriginResponse | null = null;
  verdict: Verdict | null = null;
  error: AppError | null = null;
  readonly broken: unknown[] = [];
  readonly facts: Facts<unknown>;
  readonly inspection: Inspection;

  constructor(waf: ZoneWaf, init: FakeExchangeInit) {
    this.facts = factsOf(init);
    this.inspection = new Inspection(this.facts, waf, this, (error) => this.broken.push(error));
  }

  passed(body: ByteSource | null): void {
    this.body = body;
  }

  released(response: OriginResponse): void {
    this.response = response;
  }

  judged(verdict: Verdict): void {
    this.verdict = verdict;
  }

  fail(error: AppError): void {
    this.error = error;
  }

  broke(error: unknown): void {
    this.broken.push(error);
  }
}

const rules = String.raw`
SecRule ARGS "@contains evil" "id:1,phase:2,deny,status:403,log,msg:'evil: %{MATCHED_VAR}',tag:'attack-x'"
SecRule REQUEST_HEADERS:User-Agent "@contains scanner" "id:2,phase:1,deny,status:418,log"
SecRule RESPONSE_HEADERS:X-Leak "@rx ." "id:3,phase:3,deny,log"
SecRule RESPONSE_BODY "@contains leak" "id:4,phase:4,deny,log"
SecRule REQUEST_METHOD "@streq BREW" "id:5,phase:1,deny,log"
SecRule REQUEST_PROTOCOL "@streq HTTP/9.9" "id:6,phase:1,deny,log"
SecRule ARGS "@contains seven" "id:7,phase:2,deny,log"
`;
const waf = wafOf(rules);

const form = (body: FakeSource, bodyLength = -1) => ({
  method: "POST",
  headers: ["Content-Type", "application/x-www-form-urlencoded"],
  body,
  bodyLength,
});

function answer(more: Partial<OriginResponse> = {}): OriginResponse {
  return {
    status: 200,
    reason: "",
    headers: ["Content-Type", "text/html"],
    bodyLength: -1,
    body: new FakeSource(),
    tunnel: null,
    ...more,
  };
}

/** A request that passed, for its response. */
function passed(zone = waf): Host {
  const host = new Host(zone, {});
  host.inspection.request();
  expect(host.body).toBeNull();
  return host;
}

describe("a request", () => {
  test("without a body is decided at once", () => {
    expect(passed().verdict).toBeNull();
    const bad = new Host(waf, { target: "/?q=evil" });
    bad.inspection.request();
    expect(bad.body).toBeUndefined();
    expect(bad.verdict).toMatchObject({ kind: "deny", status: 403, code: "waf.blocked" });
    bad.inspection.finish();
    expect(bad.facts.waf).toMatchObject({
      action: "blocked",
      matches: [{ rule: 1, phase: 2, variable: "ARGS:q", tags: ["attack-x"], excerpt: "evil" }],
    });
  });

  test("is seen as the visitor sent it, whatever it is rewritten to", () => {
    const zone = wafOf(rules, { exclusions: [{ path: "/free", rules: [1] }] });
    const verdictOf = (target: string, forward: string): Verdict | null => {
      const host = new Host(zone, { target });
      host.facts.forward = forward;
      host.inspection.request();
      return host.verdict;
    };
    expect(verdictOf("/?q=evil", "/free?q=calm")).toMatchObject({ status: 403 });
    expect(verdictOf("/free?q=evil", "/?q=evil")).toBeNull();
    expect(verdictOf("/?q=calm", "/?q=evil")).toBeNull();
  });

  test("is refused for its head before any of its body is read", () => {
    const source = new FakeSource();
    const host = new Host(waf, { ...form(source), headers: ["User-Agent", "scanner"] });
    host.inspection.request();
    expect(host.verdict).toMatchObject({ status: 418 });
    expect(source.sink).toBeNull();
  });

  test("goes on once its body is judged, and not before", () => {
    const source = new FakeSource();
    const host = new Host(waf, form(source));
    host.inspection.request();
    source.data("a=b&c");
    expect(host.body).toBeUndefined();
    source.data("=d");
    source.end();
    let text = "";
    host.body?.pipe({ data: (chunk) => (text += Buffer.from(chunk)), end() {}, fail() {} });
    expect(text).toBe("a=b&c=d");
  });

  test("is blocked for what its body holds, over however many chunks", () => {
    const source = new FakeSource();
    const host = new Host(waf, form(source));
    host.inspection.request();
    for (const chunk of ["a=", "ev", "il"]) source.data(chunk);
    source.end();
    expect(host.verdict).toMatchObject({ status: 403 });
    expect(host.body).toBeUndefined();
  });

  test("with a body past the limit is judged by its beginning, or refused", () => {
    const partial = new FakeSource();
    const host = new Host(wafOf(rules, { bodyLimit: 4 }), form(partial));
    host.inspection.request();
    partial.data("a=bcdevil");
    expect(partial.paused).toBe(true);
    expect(host.body).toBeDefined();

    const strict = wafOf(rules, { bodyLimit: 4, onLimit: "reject" });
    const announced = new Host(strict, form(new FakeSource(), 9));
    announced.inspection.request();
    expect(announced.verdict).toMatchObject({ status: 413, code: "waf.body_limit" });
    const source = new FakeSource();
    const found = new Host(strict, form(source));
    found.inspection.request();
    source.data("a=bcd");
    expect(found.verdict).toMatchObject({ status: 413 });
    expect(source.cancelled).toBe(true);
  });

  test("that streams both ways is not held", () => {
    const source = new FakeSource();
    const host = new Host(waf, {
      ...form(source),
      headers: ["Content-Type", "application/grpc+proto"],
    });
    host.inspection.request();
    expect(host.body).toBe(source);
  });

  test("is only written down in detection", () => {
    const host = new Host(wafOf(rules, { mode: "detect" }), { target: "/?q=evil" });
    host.inspection.request();
    expect(host.body).toBeNull();
    host.inspection.finish();
    expect(host.facts.waf).toMatchObject({ action: "detected", matches: [{ rule: 1 }] });
  });

  test("that the protocol refuses is shown to the rules as it came", () => {
    const headers = ["Host", "x"];
    const seen = { line: "BREW /?q=evil HTTP/9.9", method: "BREW", target: "/?q=evil" };
    const host = new Host(wafOf(rules, { mode: "detect" }), {});
    Object.assign(host.facts.exchange.head, { seen: { ...seen, protocol: "HTTP/9.9", headers } });
    host.inspection.witness();
    host.inspection.finish();
    expect(host.facts.waf?.matches.map((match) => match.rule)).toEqual([5, 6, 1]);
    expect(host.verdict).toBeNull();
  });
});

describe("exclusions", () => {
  const judged = (exclusions: readonly unknown[], target: string): unknown => {
    const host = new Host(wafOf(rules, { exclusions: exclusions as never }), { target });
    host.inspection.request();
    return host.verdict === null ? "passed" : "blocked";
  };

  test.each([
    ["an id", { rules: [1] }],
    ["a range of ids", { rules: ["1-3"] }],
    ["a tag", { tags: ["attack-x"] }],
    ["a path", { path: "/a/*" }],
    ["an argument", { arguments: ["Q"] }],
    ["an argument's pattern", { arguments: ["/^q/"] }],
    ["a target", { targets: ["ARGS:q"] }],
    ["an id for an argument on a path", { rules: [1], arguments: ["q"], path: "/a/*" }],
  ])("take out %s", (_name, exclusion) => {
    expect(judged([exclusion], "/a/b?q=evil")).toBe("passed");
  });

  test.each([
    ["another id", { rules: [2] }],
    ["a part of a tag", { tags: ["attack"] }],
    ["another path", { path: "/b/*" }],
    ["another argument", { arguments: ["r"] }],
  ])("leave the rest: %s", (_name, exclusion) => {
    expect(judged([exclusion], "/a/b?q=evil")).toBe("blocked");
  });

  test("on a path hold for no other spelling of another one", () => {
    expect(judged([{ path: "/a/*" }], "/a/../b?q=evil")).toBe("blocked");
    expect(judged([{ path: "/a/*" }], "/a/%2e%2e/b?q=evil")).toBe("blocked");
  });

  test("come as ready lists too", () => {
    expect(judged(["wordpress"], "/?q=seven")).toBe("passed");
    expect(judged([], "/?q=seven")).toBe("blocked");
  });

  test("that name what does not exist are told, and the fail mode decides", () => {
    expect(judged([{ targets: ["NOSUCH:q"] }], "/")).toBe("blocked");
  });
});

describe("a response", () => {
  test("is refused for its head", () => {
    const host = passed();
    const body = new FakeSource();
    host.inspection.response(answer({ headers: ["X-Leak", "1"], body }));
    expect(host.verdict).toMatchObject({ kind: "deny", code: "waf.blocked" });
    expect(body.cancelled).toBe(true);
  });

  test("of known length is held until it is judged", () => {
    const host = passed();
    const body = new FakeSource();
    host.inspection.response(answer({ body, bodyLength: 8 }));
    body.data("a le");
    expect(host.response).toBeNull();
    body.data("akxx");
    body.end();
    expect(host.verdict).toMatchObject({ kind: "deny" });
    expect(host.response).toBeNull();
  });

  test("is sent whole where nothing is found", () => {
    const host = passed();
    const body = new FakeSource();
    host.inspection.response(answer({ body, bodyLength: 4 }));
    body.data("fine");
    body.end();
    let text = "";
    host.response?.body?.pipe({ data: (c) => (text += Buffer.from(c)), end() {}, fail() {} });
    expect(text).toBe("fine");
  });

  test("is read through its content coding", () => {
    const host = passed();
    const body = new FakeSource();
    const packed = gzipSync("a leak");
    const headers = ["Content-Type", "text/html", "Content-Encoding", "gzip"];
    host.inspection.response(answer({ headers, body, bodyLength: packed.length }));
    body.data(packed);
    body.end();
    expect(host.verdict).toMatchObject({ kind: "deny" });
  });

  test("packed to grow past all bounds is passed on without having grown", () => {
    const host = passed();
    const body = new FakeSource();
    const packed = gzipSync(Buffer.alloc(50_000_000));
    const headers = ["Content-Type", "text/html", "Content-Encoding", "gzip"];
    host.inspection.response(answer({ headers, body, bodyLength: packed.length }));
    body.data(packed);
    body.end();
    expect(host.response).not.toBeNull();
  });

  test.each([
    ["of unknown length", answer()],
    ["of server-sent events", answer({ headers: ["Content-Type", "text/event-stream"] })],
    ["of gRPC", answer({ headers: ["Content-Type", "application/grpc"] })],
    ["of another type", answer({ headers: ["Content-Type", "image/png"], bodyLength: 9 })],
    ["without a body", answer({ body: null, bodyLength: 0 })],
  ])("%s is never held", (_name, response) => {
    const host = passed();
    host.inspection.response(response);
    expect(host.response).not.toBeNull();
  });

  test("that streams is read along, and what is found is written down", () => {
    const host = passed();
    const body = new FakeSource();
    host.inspection.response(answer({ body }));
    const chunks: string[] = [];
    host.response?.body?.pipe({
      data: (chunk) => chunks.push(Buffer.from(chunk).toString()),
      end: () => host.inspection.finish(),
      fail() {},
    });
    body.data("a le");
    expect(chunks).toEqual(["a le"]);
    body.data("ak");
    body.end();
    expect(host.facts.waf).toMatchObject({ action: "detected", matches: [{ rule: 4 }] });
    expect(host.verdict).toBeNull();
  });

  test("is never held in detection", () => {
    const host = passed(wafOf(rules, { mode: "detect" }));
    host.inspection.response(answer({ bodyLength: 8 }));
    expect(host.response).not.toBeNull();
  });
});

describe("what can't be judged", () => {
  // A back-reference needs the engine that counts its steps, and these are too many.
  const endless = String.raw`SecRule ARGS "@rx ^(a+)+\1b$" "id:9,phase:2,deny,log"`;
  const target = `/?q=${"a".repeat(3000)}`;

  test("is refused where the zone fails closed", () => {
    const host = new Host(wafOf(endless, { failMode: "closed" }), { target });
    host.inspection.request();
    expect(host.verdict).toMatchObject({ kind: "unavailable", status: 503 });
    host.inspection.finish();
    expect(host.facts.waf).toMatchObject({ action: "failed", unfinished: [9] });
  });

  test("passes where it fails open, and is written down", () => {
    const host = new Host(wafOf(endless, { failMode: "open" }), { target });
    host.inspection.request();
    expect(host.body).toBeNull();
    host.inspection.finish();
    expect(host.facts.waf).toMatchObject({ action: "failed", unfinished: [9] });
  });

  test.each([
    ["closed", "unavailable"],
    ["open", undefined],
  ] as const)("an exception is told, and fails %s", (failMode, kind) => {
    const broken = wafOf(rules, { failMode });
    broken.begin = () => {
      throw new Error("a fault of the engine");
    };
    const host = new Host(broken, {});
    host.inspection.request();
    expect(host.verdict?.kind).toBe(kind as never);
    expect(host.broken).toHaveLength(1);
    host.inspection.finish();
    expect(host.facts.waf).toMatchObject({ action: "failed" });
  });
});

test("a request that is no part of the sample is not looked at", () => {
  // The tests' dice always show 0: below every share but none.
  const host = new Host(wafOf(rules, { sample: 0 }), { target: "/?q=evil" });
  host.inspection.request();
  host.inspection.finish();
  expect(host.body).toBeNull();
  expect(host.facts.waf).toBeNull();
});
