import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logPolicySchema } from "@egide/contract/policy/log.ts";
import { recordedRequestSchema } from "@egide/contract/recorded-request.ts";
import { wafLogSchema } from "@egide/contract/request-log.ts";
import { systemClock } from "@egide/std/clock.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { FakeExchange } from "@egide/testkit/fake-exchange.ts";
import { loadRuleSet } from "@egide/waf/rule-set.ts";
import type { Facts } from "#facts.ts";
import { audit } from "#inspect/record/audit.ts";
import { RequestSample } from "#inspect/record/sample.ts";
import { SampleFile } from "#inspect/record/sample-file.ts";
import { SecretNames } from "#inspect/record/secret.ts";

const SECRET = "hunter2secretvalue";

/** Rules that match, and quote, everything that could hold a secret. */
const nosy = loadRuleSet([
  {
    name: "nosy.conf",
    text: String.raw`
SecRule ARGS|ARGS_GET|ARGS_POST|REQUEST_HEADERS|REQUEST_COOKIES|REQUEST_BODY|QUERY_STRING|REQUEST_URI|REQUEST_URI_RAW|REQUEST_LINE "@rx (hunter.*)" \
  "id:1,phase:2,pass,log,capture,msg:'found %{MATCHED_VAR} %{TX.1}',logdata:'%{MATCHED_VAR_NAME}: %{MATCHED_VAR} %{TX.0}'"
SecRule RESPONSE_HEADERS "@rx hunter" "id:2,phase:3,pass,log,logdata:'%{MATCHED_VAR}'"
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:3,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_METHOD "@unconditionalMatch" "id:4,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"`,
  },
]);

function recordOf(target: string, headers: readonly string[], body = "", redact: string[] = []) {
  const transaction = nosy.begin({ mode: "detect" });
  transaction.requestLine("POST", target, "HTTP/1.1");
  transaction.requestHeaders(headers);
  if (body !== "") transaction.requestBody(body);
  transaction.requestEnd();
  transaction.response(200, "HTTP/1.1", ["Set-Cookie", `a=${SECRET}`]);
  transaction.responseEnd();
  const outcome = transaction.finish();
  expect(outcome.matches.length).toBeGreaterThan(0);
  return audit(outcome, "detected", { secrets: new SecretNames(redact), excerpts: true });
}

const form = ["Content-Type", "application/x-www-form-urlencoded"];
const json = ["Content-Type", "application/json"];

describe("no record of a match holds", () => {
  test.each<[string, string, readonly string[], string, string[]]>([
    ["a password in the query", `/?password=${SECRET}`, [], "", []],
    ["a password by another name", `/?new_passwd=${SECRET}`, [], "", []],
    ["a member", `/?user[password]=${SECRET}`, [], "", []],
    ["a password in a form", "/", form, `login=x&pwd=${SECRET}`, []],
    ["a token in a form", "/", form, `csrf_token=${SECRET}`, []],
    ["a password in JSON", "/", json, `{"user":{"password":"${SECRET}"}}`, []],
    ["a cookie", "/", ["Cookie", `theme=${SECRET}`], "", []],
    ["a session cookie", "/", ["Cookie", `a=b; PHPSESSID=${SECRET}`], "", []],
    ["Authorization", "/", ["Authorization", `Bearer ${SECRET}`], "", []],
    ["Proxy-Authorization", "/", ["Proxy-Authorization", `Basic ${SECRET}`], "", []],
    ["a key in a field", "/", ["X-Api-Key", SECRET], "", []],
    ["what the zone calls secret", `/?nickname=${SECRET}`, [], "", ["nickname"]],
  ])("%s", (_name, target, headers, body, redact) => {
    const written = JSON.stringify(recordOf(target, headers, body, redact).matches);
    if (redact.length === 0) expect(written).not.toContain(SECRET);
    else {
      const named = recordOf(target, headers, body, redact).matches.filter((match) =>
        match.variable.toLowerCase().endsWith(":nickname"),
      );
      expect(named.length).toBeGreaterThan(0);
      expect(JSON.stringify(named)).not.toContain(SECRET);
    }
  });

  test("anything of what was sent, where the zone keeps queries out of its log", () => {
    const transaction = nosy.begin({ mode: "detect" });
    transaction.requestLine("GET", "/?q=hunter1", "HTTP/1.1");
    transaction.requestHeaders([]);
    transaction.requestEnd();
    const outcome = transaction.finish();
    const rules = { secrets: new SecretNames([]), excerpts: false };
    expect(JSON.stringify(audit(outcome, "detected", rules))).not.toContain("hunter1");
  });
});

test("what is no secret can be read", () => {
  const { matches } = recordOf("/?q=hunter1", []);
  const match = matches.find(({ variable }) => variable === "ARGS:q");
  expect(match).toMatchObject({ rule: 1, excerpt: "hunter1", message: "found hunter1 hunter1" });
});

test("a request whose time was up fits the log: 0 stands for all of its rules", () => {
  let now = 0;
  const clock = { ...systemClock, monotonic: () => (now += 100) };
  const text = 'SecRule ARGS "@rx ^[a-z]*[^a-z]$" "id:1,phase:2,pass"';
  const rules = loadRuleSet([{ name: "slow.conf", text }], { clock });
  const transaction = rules.begin({ budgetMs: 50 });
  transaction.requestLine("POST", `/?a=${"a".repeat(70_000)}`, "HTTP/1.1");
  transaction.requestHeaders([]);
  transaction.requestEnd();
  const secrets = new SecretNames([]);
  const record = audit(transaction.finish(), "failed", { secrets, excerpts: true });
  expect(record.unfinished).toEqual([0]);
  expect(wafLogSchema.safeParse(record).success).toBe(true);
});

describe("the sample of requests", () => {
  const facts = (init: ConstructorParameters<typeof FakeExchange>[0]): Facts<unknown> =>
    ({
      exchange: new FakeExchange(init),
      time: 1_700_000_000_000,
      zoneId: "z",
      requestId: "r",
      client: "192.0.2.7",
      country: "",
      status: 200,
      clearance: null,
      bot: null,
    }) as unknown as Facts<unknown>;
  const waf = audit(nosy.begin().finish(), "none", {
    secrets: new SecretNames([]),
    excerpts: true,
  });

  function keep(init: ConstructorParameters<typeof FakeExchange>[0], body: string, log = {}) {
    const lines: string[] = [];
    const file = { append: (line: string) => lines.push(line) } as unknown as SampleFile;
    const rules = {
      share: 1,
      log: logPolicySchema.parse(log),
      random: () => 0,
      writeAddress: () => "192.0.2.0/24",
    };
    new RequestSample(rules, file).add(facts(init), waf, body, body.length);
    return recordedRequestSchema.parse(JSON.parse(lines[0] as string));
  }

  test("holds what rules look at, and no secret", () => {
    const record = keep(
      {
        method: "POST",
        target: `/a?q=1&token=${SECRET}`,
        headers: [
          ...form,
          "Cookie",
          `a=${SECRET}; b=${SECRET}`,
          "Authorization",
          SECRET,
          "X-Forwarded-For",
          "192.0.2.7",
          "Referer",
          `https://x.example/?password=${SECRET}`,
        ],
      },
      `text=hello&password=${SECRET}`,
    );
    expect(JSON.stringify(record)).not.toContain(SECRET);
    expect(JSON.stringify(record)).not.toContain("192.0.2.7");
    expect(record).toMatchObject({ target: "/a?q=1&token=*", body: "text=hello&password=*" });
    expect(record.headers).toContain("a=*; b=*");
  });

  test("keeps JSON without its secrets, and no body of another kind", () => {
    const body = JSON.stringify({
      a: [{ apiKey: SECRET }],
      b: { password: { c: SECRET } },
      d: "é",
    });
    const { body: kept } = keep({ headers: json }, body);
    expect(kept).not.toContain(SECRET);
    expect(JSON.parse(kept as string)).toMatchObject({ d: "é" });
    expect(keep({ headers: json }, `{"password":"${SECRET}"`).body).toBeNull();
    expect(keep({ headers: ["Content-Type", "multipart/form-data"] }, SECRET).body).toBeNull();
  });

  test("keeps no query and no body where the zone's log has none", () => {
    const record = keep({ target: "/a?q=1", headers: form }, "a=b", { query: false });
    expect(record).toMatchObject({ target: "/a", body: null });
  });

  test("stays within its size, and the oldest go first", async () => {
    const directory = mkdtempSync(join(tmpdir(), "egide-sample-"));
    const path = join(directory, "z.0.jsonl");
    const file = new SampleFile(path, 1000, new FakeClock());
    for (let i = 0; i < 50; i++) {
      file.append(`${i} ${"x".repeat(90)}`);
      await file.flush();
    }
    const [older, newer] = [readFileSync(file.older, "utf8"), readFileSync(path, "utf8")];
    expect(older.length + newer.length).toBeLessThanOrEqual(1000);
    expect(newer).toContain("49 ");
    expect(newer + older).not.toContain("10 x");
    await file.remove();
    expect(() => readFileSync(path)).toThrow();
    rmSync(directory, { recursive: true, force: true });
  });

  test("costs lines and no more where nothing can be written", async () => {
    const file = new SampleFile("/proc/nowhere/z.jsonl", 1000, new FakeClock());
    file.append("x");
    await file.flush();
  });
});
