import { describe, expect, test } from "bun:test";
import { systemClock } from "@egide/std/clock.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { type LoadOptions, loadRuleSet, type RuleSet } from "#rule-set.ts";
import type { Outcome } from "#run/outcome.ts";
import { formatRecord } from "#run/record.ts";
import type { TransactionSettings } from "#run/settings.ts";

interface Asked {
  readonly target?: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly type?: string;
  readonly response?: string;
  readonly responseHeaders?: readonly string[];
  readonly settings?: TransactionSettings;
}

function load(text: string, options: LoadOptions = {}): RuleSet {
  return loadRuleSet([{ name: "test.conf", text }], options);
}

function ask(rules: RuleSet, asked: Asked = {}): Outcome {
  const transaction = rules.begin({ remoteAddress: "192.0.2.1", ...asked.settings });
  transaction.requestLine(asked.method ?? "GET", asked.target ?? "/", "HTTP/1.1");
  const type = asked.type ?? (asked.body === undefined ? "" : "application/x-www-form-urlencoded");
  transaction.requestHeaders([
    "Host",
    "example.org",
    ...(type === "" ? [] : ["Content-Type", type]),
    ...(asked.headers ?? []),
  ]);
  if (asked.body !== undefined) transaction.requestBody(new TextEncoder().encode(asked.body));
  transaction.requestEnd();
  transaction.response(200, "HTTP/1.1", asked.responseHeaders ?? ["Content-Type", "text/html"]);
  if (asked.response !== undefined) transaction.responseBody(asked.response);
  transaction.responseEnd();
  return transaction.finish();
}

const ids = (outcome: Outcome): number[] => outcome.matches.map((match) => match.ruleId);
const run = (text: string, asked: Asked = {}): number[] => {
  const plain = ids(ask(load(text, { prefilter: false }), asked));
  const planned = ids(ask(load(text), asked));
  expect(planned).toEqual(plain);
  return planned;
};

describe("phases and flow", () => {
  test("rules run in their phases, whatever their order in the file", () => {
    const text = [5, 4, 3, 2, 1]
      .map((phase) => `SecAction "id:${phase},phase:${phase},pass"`)
      .join("\n");
    expect(run(text)).toEqual([1, 2, 3, 4, 5]);
  });

  test("deny ends the request's phases, phase 5 still runs, and the engine's mode decides", () => {
    const text =
      'SecRule ARGS:a "@streq x" "id:1,phase:1,deny,status:406,msg:\'no %{MATCHED_VAR}\'"\nSecAction "id:2,phase:2,pass"\nSecAction "id:3,phase:5,pass"';
    const rules = load(text);
    const blocked = ask(rules, { target: "/?a=x" });
    expect(blocked.intervention).toEqual({
      action: "deny",
      status: 406,
      location: undefined,
      ruleId: 1,
      reason: "no x",
    });
    expect(ids(blocked)).toEqual([1, 3]);
    const watched = ask(rules, { target: "/?a=x", settings: { mode: "detect" } });
    expect(watched.intervention).toBeUndefined();
    expect(watched.wouldBlock?.ruleId).toBe(1);
    expect(ids(watched)).toEqual([1, 2, 3]);
    expect(ids(ask(rules, { target: "/?a=x", settings: { mode: "off" } }))).toEqual([]);
  });

  test("skip, skipAfter a marker or an id, allow, redirect", () => {
    expect(
      run('SecAction "id:1,pass,skip:1"\nSecAction "id:2,pass"\nSecAction "id:3,pass"'),
    ).toEqual([1, 3]);
    expect(
      run(
        'SecAction "id:1,pass,skipAfter:M"\nSecAction "id:2,pass"\nSecMarker M\nSecAction "id:3,pass"',
      ),
    ).toEqual([1, 3]);
    expect(
      run('SecAction "id:1,pass,skipAfter:2"\nSecAction "id:2,pass"\nSecAction "id:3,pass"'),
    ).toEqual([1, 3]);
    expect(
      run(
        'SecAction "id:1,phase:1,allow:phase"\nSecAction "id:2,phase:1,pass"\nSecAction "id:3,phase:2,pass"',
      ),
    ).toEqual([1, 3]);
    expect(
      run(
        'SecAction "id:1,phase:1,allow:request"\nSecAction "id:2,phase:2,pass"\nSecAction "id:3,phase:3,pass"',
      ),
    ).toEqual([1, 3]);
    expect(
      run(
        'SecAction "id:1,phase:1,allow"\nSecAction "id:2,phase:2,pass"\nSecAction "id:3,phase:3,pass"\nSecAction "id:4,phase:5,pass"',
      ),
    ).toEqual([1, 4]);
    const redirect = ask(
      load("SecAction \"id:1,redirect:'https://example.com/%{REQUEST_METHOD}'\""),
    );
    expect(redirect.intervention).toMatchObject({
      action: "redirect",
      status: 302,
      location: "https://example.com/GET",
    });
  });

  test("a chain acts when all its rules match, its parts as they match", () => {
    const text =
      'SecRule ARGS:a "@streq 1" "id:1,pass,setvar:tx.first=1,chain"\nSecRule ARGS:b "@streq 2" "setvar:tx.second=1"\nSecRule &TX:first "@eq 1" "id:2,pass"\nSecRule &TX:second "@eq 1" "id:3,pass"';
    expect(run(text, { target: "/?a=1&b=2" })).toEqual([1, 2, 3]);
    expect(run(text, { target: "/?a=1&b=3" })).toEqual([2]);
  });

  test("default actions: block becomes theirs, their transformations come first unless t:none", () => {
    const text =
      'SecDefaultAction "phase:2,deny,log,status:418,t:lowercase"\nSecRule ARGS "@streq abc" "id:1,phase:2,block"\nSecRule ARGS "@streq ABC" "id:2,phase:2,pass,t:none"';
    expect(ask(load(text), { target: "/?a=ABC" }).intervention).toMatchObject({
      ruleId: 1,
      status: 418,
    });
    expect(run(text, { target: "/?a=ABC", settings: { mode: "detect" } })).toEqual([1, 2]);
  });
});

describe("variables and values", () => {
  test("each match of the last rule counts, macros and arithmetic too", () => {
    const text =
      'SecAction "id:1,pass,nolog,setvar:tx.step=2,setvar:tx.sum=1"\nSecRule ARGS "@rx ^x" "id:2,pass,setvar:tx.sum=+%{tx.step}"\nSecRule TX:sum "@eq 5" "id:3,pass,setvar:tx.sum=-9"\nSecRule TX:sum "@eq 0" "id:4,pass,setvar:!tx.sum"\nSecRule &TX:sum "@eq 0" "id:5,pass"';
    expect(run(text, { target: "/?a=x1&b=x2&c=y" })).toEqual([2, 2, 3, 4, 5]);
  });

  test("capture fills TX.0 to 9 and empties the rest", () => {
    const text =
      'SecRule ARGS:a "@rx (\\d)(\\d)?" "id:1,pass,capture,logdata:\'%{TX.0}/%{TX.1}/%{TX.2}\'"\nSecRule ARGS:b "@rx (.)" "id:2,pass,capture,logdata:\'%{TX.1}/%{TX.2}\'"';
    const outcome = ask(load(text), { target: "/?a=12&b=z" });
    expect(outcome.matches.map((match) => match.data)).toEqual(["12/1/2", "z/"]);
  });

  test("selectors: names without case, patterns, exclusions, counts", () => {
    const text =
      'SecRule ARGS:/^a/|!ARGS:AB "@rx ." "id:1,pass"\nSecRule REQUEST_HEADERS:x-TEST "@streq v" "id:2,phase:1,pass"\nSecRule &ARGS:a "@eq 2" "id:3,pass"\nSecRule &ARGS:zz "@eq 0" "id:4,pass"';
    expect(run(text, { target: "/?a=1&ab=2&b=3&A=4", headers: ["X-Test", "v"] })).toEqual([
      2, 1, 1, 3, 4,
    ]);
  });

  test("multiMatch judges every stage, and acts on each", () => {
    const text = 'SecRule ARGS "@rx [%<]" "id:1,pass,multiMatch,t:none,t:urlDecodeUni,t:lowercase"';
    expect(run(text, { target: "/?a=%2541%3c" })).toEqual([1, 1, 1]);
  });

  test("the request as variables", () => {
    const text = `SecRule REQUEST_URI "@streq /d%20r/f.php?x=1" "id:1,pass"
SecRule REQUEST_FILENAME "@streq /d r/f.php" "id:2,pass"
SecRule REQUEST_BASENAME "@streq f.php" "id:3,pass"
SecRule REQUEST_URI_RAW "@endsWith #frag" "id:4,pass"
SecRule QUERY_STRING "@streq x=1" "id:5,pass"
SecRule REQUEST_LINE "@beginsWith GET http://h/" "id:6,pass"
SecRule REQUEST_COOKIES:b "@streq 2" "id:7,pass"
SecRule REQUEST_COOKIES_NAMES "@streq a" "id:8,pass"
SecRule MATCHED_VAR_NAME "@streq x" "id:9,pass"
SecRule ARGS_COMBINED_SIZE "@eq 2" "id:10,pass"
SecRule REMOTE_ADDR "@ipMatch 192.0.2.0/24" "id:11,pass"`;
    expect(
      run(text, { target: "http://h/d%20r/f.php?x=1#frag", headers: ["Cookie", "a=1; b=2"] }),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 11]);
  });

  test("MATCHED_VARS are those of the chain so far", () => {
    const text =
      'SecRule ARGS:a|ARGS:b "@rx ." "id:1,pass,chain"\nSecRule MATCHED_VARS "@streq 2" "chain"\nSecRule MATCHED_VARS_NAMES "@contains ARGS:b" ""';
    // Both what the first rule matched and what the second did.
    expect(run(text, { target: "/?a=1&b=2" })).toEqual([1, 1]);
  });
});

describe("control", () => {
  test("ctl takes rules and targets out for this transaction only", () => {
    const text =
      'SecRule ARGS:off "@streq 1" "id:1,phase:1,pass,nolog,ctl:ruleRemoveById=10-11,ctl:ruleRemoveTargetByTag=t1;ARGS:x"\nSecRule ARGS:x "@streq v" "id:10,pass"\nSecRule ARGS "@streq v" "id:12,pass,tag:t1"';
    const rules = load(text);
    expect(ids(ask(rules, { target: "/?x=v&off=1" }))).toEqual([]);
    expect(ids(ask(rules, { target: "/?x=v" }))).toEqual([10, 12]);
    expect(run(text, { target: "/?x=v&off=1&y=v" })).toEqual([12]);
  });

  test("directives that change what was loaded", () => {
    const base =
      'SecRule ARGS "@streq v" "id:1,pass,tag:a/b,msg:\'hello\'"\nSecRule ARGS "@streq v" "id:2,pass,tag:c"\n';
    const with_ = (more: string): number[] => run(base + more, { target: "/?x=v" });
    expect(with_("")).toEqual([1, 2]);
    expect(with_("SecRuleRemoveById 1")).toEqual([2]);
    expect(with_("SecRuleRemoveByTag ^a/")).toEqual([2]);
    expect(with_("SecRuleRemoveByMsg ell")).toEqual([2]);
    expect(with_('SecRuleUpdateTargetById 2 "!ARGS:x"')).toEqual([1]);
    expect(with_('SecRuleUpdateTargetByTag c "!ARGS:/^x$/"')).toEqual([1]);
    expect(with_('SecRuleUpdateTargetById 2 "REQUEST_URI" "ARGS"')).toEqual([1]);
    expect(
      ask(load(`${base}SecRuleUpdateActionById 1 "deny,status:409"`), { target: "/?x=v" })
        .intervention?.status,
    ).toBe(409);
  });

  test("a zone's overlay leaves the shared rule set alone", () => {
    const rules = load('SecRule ARGS "@streq v" "id:1,pass"\nSecRule ARGS "@streq v" "id:2,pass"');
    const overlay = rules.overlay
      .withoutRules({ kind: "id", ranges: [[1, 1]] })
      .withoutTargets({ kind: "id", ranges: [[2, 2]] }, [
        { variable: "ARGS", selector: { kind: "name", lower: "x" }, count: false },
      ]);
    expect(ids(ask(rules, { target: "/?x=v&y=v", settings: { overlay } }))).toEqual([2]);
    expect(ids(ask(rules, { target: "/?x=v&y=v" }))).toEqual([1, 1, 2, 2]);
  });

  test("variables set from outside are there before any rule", () => {
    expect(
      run('SecRule TX:LEVEL "@eq 3" "id:1,phase:1,pass"', {
        settings: { variables: { level: "3" } },
      }),
    ).toEqual([1]);
  });
});

describe("bodies", () => {
  test("form, JSON by ctl, and REQUEST_BODY only where asked for", () => {
    const text =
      'SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"\nSecRule REQUEST_HEADERS:Content-Type "@contains plain" "id:2,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"\nSecRule ARGS_POST:a "@streq 1" "id:3,pass"\nSecRule ARGS:json.a "@streq 1" "id:4,pass"\nSecRule REQUEST_BODY "@contains a" "id:5,pass"';
    expect(run(text, { body: "a=1" })).toEqual([3, 5]);
    expect(run(text, { body: '{"a":1}', type: "application/json" })).toEqual([4]);
    expect(run(text, { body: "a=1", type: "text/plain" })).toEqual([5]);
  });

  test("a broken body raises REQBODY_ERROR", () => {
    const text =
      'SecAction "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"\nSecRule REQBODY_ERROR "!@eq 0" "id:2,pass,msg:\'%{REQBODY_ERROR_MSG}\'"';
    const outcome = ask(load(text), { body: "<a>", type: "text/xml" });
    expect(outcome.matches[0]?.message).toBe("XML: element a without end at byte 3");
  });

  test("past the limit: refused, or looked at in part", () => {
    const rules = (action: string): RuleSet =>
      load(
        `SecRequestBodyLimit 8\nSecRequestBodyLimitAction ${action}\nSecRule ARGS "@contains 9" "id:1,pass"\nSecRule INBOUND_DATA_ERROR "@eq 1" "id:2,pass"`,
      );
    expect(ask(rules("Reject"), { body: "a=12345678" }).intervention?.status).toBe(413);
    expect(ids(ask(rules("ProcessPartial"), { body: "a=12345679" }))).toEqual([2]);
    expect(ids(ask(rules("ProcessPartial"), { body: "a=9" }))).toEqual([1]);
  });

  test("responses: by media type, within the limit", () => {
    const text =
      'SecResponseBodyAccess On\nSecResponseBodyLimit 12\nSecResponseBodyLimitAction ProcessPartial\nSecRule RESPONSE_BODY "@contains secret" "id:1,phase:4,pass"\nSecRule RESPONSE_HEADERS:X "@streq y" "id:2,phase:3,pass"\nSecRule OUTBOUND_DATA_ERROR "@eq 1" "id:3,phase:4,pass"';
    expect(run(text, { response: "a secret" })).toEqual([1]);
    expect(
      run(text, { response: "a secret", responseHeaders: ["Content-Type", "image/png", "X", "y"] }),
    ).toEqual([2]);
    expect(run(text, { response: "0123456789 secret" })).toEqual([3]);
  });
});

describe("stored collections", () => {
  test("live across transactions, by key, until they expire", () => {
    const clock = new FakeClock();
    const rules = load(
      'SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.count=+1,expirevar:ip.count=60"\nSecRule IP:count "@ge 2" "id:2,phase:1,pass"',
      { clock },
    );
    const from = (remoteAddress: string): number[] =>
      ids(ask(rules, { settings: { remoteAddress } }));
    expect(from("192.0.2.1")).toEqual([]);
    expect(from("192.0.2.2")).toEqual([]);
    expect(from("192.0.2.1")).toEqual([2]);
    clock.advance(61_000);
    expect(from("192.0.2.1")).toEqual([]);
  });

  test("deprecatevar lowers a counter with time", () => {
    const clock = new FakeClock();
    const rules = load(
      'SecAction "id:1,phase:1,pass,nolog,initcol:ip=x"\nSecRule &IP:n "@eq 0" "id:2,phase:1,pass,nolog,setvar:ip.n=10"\nSecAction "id:3,phase:1,pass,nolog,deprecatevar:ip.n=4/60"\nSecRule IP:n "@le 6" "id:4,phase:1,pass"',
      { clock },
    );
    expect(ids(ask(rules))).toEqual([]);
    clock.advance(61_000);
    expect(ids(ask(rules))).toEqual([4]);
  });
});

describe("records", () => {
  const text =
    "SecRule ARGS|REQUEST_COOKIES|REQUEST_HEADERS|REQUEST_BODY \"@contains hunter2\" \"id:1,pass,severity:CRITICAL,tag:a,ver:v1,msg:'m',logdata:'Matched %{MATCHED_VAR} in %{MATCHED_VAR_NAME}'\"";
  test("hold no password, cookie or authorization, wherever it stands", () => {
    const outcome = ask(load(text), {
      target: "/?password=hunter2",
      headers: [
        "Cookie",
        "sid=hunter2hunter2",
        "Authorization",
        "Basic hunter2",
        "Referer",
        "http://h/?password=hunter2",
      ],
      body: "passwd=hunter2&x=1",
    });
    expect(outcome.matches.length).toBeGreaterThanOrEqual(6);
    expect(JSON.stringify(outcome.matches)).not.toContain("hunter2");
    expect(outcome.matches.map((match) => match.variable)).toContain("ARGS:password");
  });
  test("sanitise actions hide what they name", () => {
    const outcome = ask(load(`SecAction "id:9,phase:1,pass,nolog,sanitiseArg:note"\n${text}`), {
      target: "/?note=hunter2",
    });
    expect(JSON.stringify(outcome.matches)).not.toContain("hunter2");
  });
  test("and show the rest, also as a line", () => {
    const [match] = ask(load(text), { target: "/?note=hunter2%22%0a" }).matches;
    expect(match).toMatchObject({
      ruleId: 1,
      variable: "ARGS:note",
      excerpt: 'hunter2"\n',
      severity: 2,
      tags: ["a"],
      version: "v1",
      line: 1,
    });
    expect(formatRecord(match as never)).toBe(
      'Warning. Matched at ARGS:note. [file "test.conf"] [line "1"] [id "1"] [msg "m"] [data "Matched hunter2\\"\\x0a in ARGS:note"] [severity "CRITICAL"] [ver "v1"] [tag "a"]',
    );
  });
});

describe("nothing gets out", () => {
  test("a fault inside becomes what the fail mode says", () => {
    const rules = load('SecRule REMOTE_ADDR "@geoLookup" "id:1,phase:1,pass"');
    const locate = (): never => {
      throw new Error("boom");
    };
    const closed = ask(rules, { settings: { locate } });
    expect(closed.intervention?.status).toBe(503);
    expect(closed.fault).toBeInstanceOf(Error);
    expect(ask(rules, { settings: { locate, failMode: "open" } }).intervention).toBeUndefined();
  });

  test("a pattern that gives up is reported and judged by the fail mode", () => {
    const rules = load(
      'SecRule ARGS "@rx (a+)+\\1$" "id:1,pass"\nSecRule TX:MSC_PCRE_LIMITS_EXCEEDED "@eq 1" "id:2,pass"',
    );
    const target = `/?a=${"a".repeat(5000)}b`;
    expect(ask(rules, { target })).toMatchObject({
      unfinished: [1],
      intervention: { status: 503 },
    });
    expect(ids(ask(rules, { target, settings: { failMode: "open" } }))).toEqual([2]);
  });

  test("a budget ends a transaction that takes too long", () => {
    let now = 0;
    // Every look at the clock finds that 10 ms have passed.
    const clock = { ...systemClock, monotonic: () => (now += 10) };
    const text = Array.from(
      { length: 40 },
      (_, i) => `SecRule ARGS "@rx ^[a-z]*[^a-z]{${i + 1}}$" "id:${i + 1},pass"`,
    );
    const rules = load(`${text.join("\n")}\nSecRule ARGS "@rx ^a" "id:99,phase:5,pass"`, { clock });
    const asked = { body: `a=${"a".repeat(70_000)}`, settings: { budgetMs: 100 } };
    const closed = ask(rules, asked);
    expect(closed.unfinished).toEqual([0]);
    expect(closed.intervention).toMatchObject({ status: 503, ruleId: 0 });
    expect(
      ask(rules, { ...asked, settings: { budgetMs: 100, failMode: "open" } }).intervention,
    ).toBeUndefined();
    expect(ask(rules, { ...asked, settings: { budgetMs: 100_000 } }).unfinished).toEqual([]);
  });
});
