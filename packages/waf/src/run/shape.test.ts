import { describe, expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { libinjection } from "#operator/libinjection.ts";
import { parseFile } from "#parse/directive.ts";
import { makePlan, type Plan } from "#plan/plan.ts";
import { loadRuleSet } from "#rule-set.ts";
import { Facts, nowhere } from "#run/facts.ts";
import { QuietPaths } from "#run/quiet.ts";
import { Shapes } from "#run/shape.ts";
import { MemoryStore } from "#run/stored.ts";
import { RuleBuilder } from "#rule/builder.ts";

function request(method: string, ...headers: string[]): Facts {
  const facts = new Facts("", nowhere);
  facts.setLine(method, "/", "HTTP/1.1", undefined);
  facts.requestHeaders = headers;
  return facts;
}

describe("shapes", () => {
  test("are kept once they come back, whatever the values", () => {
    const shapes = new Shapes(new FakeClock());
    const ask = (value: string) => shapes.of(request("GET", "Host", value, "Accept", "*/*"));
    expect(ask("a")).toBeUndefined();
    expect(ask("b")).toBeUndefined();
    const shape = ask("c");
    expect(shape).toBeDefined();
    expect(ask("d")).toBe(shape as never);
    expect(shape?.facts.requestHeaders).toEqual(["Host", "", "Accept", ""]);
    for (const other of [
      request("POST", "Host", "a", "Accept", "b"),
      request("GET", "Accept", "b", "Host", "a"),
    ])
      expect(shapes.of(other)).toBeUndefined();
  });

  test("names with line ends in them are not taken for others", () => {
    const shapes = new Shapes(new FakeClock());
    const one = request("GET", "a\nb", "", "c", "");
    const other = request("GET", "a", "", "b\nc", "");
    for (let i = 0; i < 5; i++) shapes.of(one);
    expect(shapes.of(one)).toBeDefined();
    expect(shapes.of(other)).toBeUndefined();
    expect(shapes.of(request("GET\nHTTP/1.1", "a", "")) ?? "none").toBe("none");
  });

  test("a request of too many or too long names has none", () => {
    const shapes = new Shapes(new FakeClock());
    const many = request("GET", ...Array.from({ length: 200 }, (_, i) => `x${i}`));
    const long = request("GET", "x".repeat(5000), "");
    for (let i = 0; i < 5; i++)
      for (const one of [many, long]) expect(shapes.of(one)).toBeUndefined();
  });

  test("made-up names buy few, and take none from browsers that come back", () => {
    const clock = new FakeClock();
    const shapes = new Shapes(clock);
    const browser = request("GET", "Host", "a", "Accept", "*/*");
    for (let i = 0; i < 3; i++) shapes.of(browser);
    const shape = shapes.of(browser);
    expect(shape).toBeDefined();
    let kept = 0;
    for (let second = 0; second < 120; second++) {
      for (let i = 0; i < 300; i++) {
        const made = request("GET", "Host", "a", `X-${second}-${i}`, "1");
        for (let times = 0; times < 3; times++) if (shapes.of(made) !== undefined) kept++;
      }
      clock.advance(1000);
      if (second % 10 === 0) expect(shapes.of(browser)).toBe(shape as never);
    }
    expect(kept).toBeLessThan(32 + 120 * 4);
  });

  test("a browser that is new in the midst of them is soon known", () => {
    const clock = new FakeClock();
    const shapes = new Shapes(clock);
    const browser = request("GET", "Host", "a", "Accept", "*/*");
    let visits = 0;
    for (let known = false; !known && visits < 100; visits++) {
      for (let i = 0; i < 30; i++)
        for (let times = 0; times < 3; times++) shapes.of(request("GET", `X-${visits}-${i}`, "1"));
      clock.advance(1000);
      known = shapes.of(browser) !== undefined;
    }
    expect(visits).toBeLessThan(20);
  });
});

function planOf(text: string): Plan {
  const builder = new RuleBuilder({ injection: libinjection(), data: () => undefined });
  for (const directive of parseFile("a.conf", text)) builder.add(directive);
  const steps = makePlan(builder.finish());
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test("shapes are played some times a second, however many zones there are", () => {
  const clock = new FakeClock();
  const plan = planOf('SecAction "id:1,phase:1,pass,nolog"');
  const paths = new QuietPaths(plan, clock, new MemoryStore(clock));
  const { overlay } = loadRuleSet([]);
  const shaped = new Set<unknown>();
  const zones = Array.from({ length: 50 }, (_, i) => ({ level: String(i) }));
  const visit = () => {
    for (const zone of zones)
      for (let i = 0; i < 20; i++) {
        const { snapshot } = paths.start(zone, overlay, request("GET", `X-${i}`, "1"));
        if (snapshot.byShape) shaped.add(snapshot);
      }
  };
  visit();
  expect(shaped.size).toBe(64);
  clock.advance(1000);
  visit();
  expect(shaped.size).toBe(72);
});

describe("what is played by a request's shape", () => {
  const rules = loadRuleSet([
    {
      name: "shape.conf",
      text: String.raw`
SecRuleEngine On
SecAction "id:1,phase:1,nolog,pass,setvar:tx.refused=/x-bad/ /x-worse/"
SecRule REQUEST_HEADERS_NAMES "@rx ^.*$" "id:2,phase:1,deny,status:400,capture,t:none,t:lowercase,msg:'%{MATCHED_VAR}',setvar:'tx.name_%{tx.0}=/%{tx.0}/',chain"
  SecRule TX:/^name_/ "@within %{tx.refused}" "setvar:tx.score=+5"
SecRule &REQUEST_HEADERS:Host "@gt 1" "id:3,phase:1,deny,status:421"
SecRule TX:0 "@rx ^(?:last|[a-z-]*b)$" "id:4,phase:1,pass,log,msg:'caught %{TX.0}'"
SecRule ARGS:name "@rx ." "id:5,phase:2,pass,nolog,setvar:'tx.name_x=/x-bad/'"
SecRule TX:/^name_x/ "@streq /x-bad/" "id:6,phase:2,pass,log,msg:'%{MATCHED_VAR_NAME}'"
`,
    },
  ]);
  const ask = (target: string, ...headers: string[]) => {
    const transaction = rules.begin();
    transaction.requestLine("GET", target, "HTTP/1.1");
    transaction.requestHeaders(headers);
    transaction.requestEnd();
    const { intervention, matches } = transaction.finish();
    return [intervention?.ruleId, ...matches.map(({ ruleId, message }) => `${ruleId} ${message}`)];
  };

  test("is the same the first time and the twentieth", () => {
    for (let i = 0; i < 20; i++) {
      expect(ask("/", "Host", "a", "Accept", String(i))).toEqual([undefined]);
      expect(ask("/", "Host", "a", "X-Bad", String(i))[0]).toBe(2);
      expect(ask("/", "Host", "a", "Host", "b")[0]).toBe(3);
      // What was caught last is seen by a rule that catches nothing itself.
      expect(ask("/", "Host", "a", "x-b", "")).toEqual([undefined, "4 caught x-b"]);
      expect(ask("/?name=1", "Host", "a")).toEqual([undefined, "6 TX:name_x"]);
      expect(ask("/", "Host", "a")).toEqual([undefined]);
    }
  });
});
