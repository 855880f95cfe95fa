import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { AhoCorasick } from "#operator/aho-corasick.ts";
import { libinjection } from "#operator/libinjection.ts";
import type { Operator, OperatorScope } from "#operator/operator.ts";
import { operators } from "#operator/registry.ts";
import { PatternMemory } from "#regex/facts.ts";
import { Macro } from "#rule/macro.ts";

class Refused extends Error {}
const refuse = (problem: string): never => {
  throw new Refused(problem);
};
const scope: OperatorScope = {
  lookUp: (variable, key) => (variable === "TX" && key === "n" ? "5" : undefined),
  gaveUp: () => undefined,
  locate: (address) => address === "192.0.2.1",
  listed: (zone, value) => zone === "bl.example" && value === "192.0.2.1",
};
const injection = libinjection();

function make(name: string, argument: string): Operator {
  const factory = operators[name];
  if (factory === undefined) throw new Error(`no operator ${name}`);
  return factory(argument, {
    fail: refuse,
    data: (file) =>
      file === "list.data"
        ? "# comment\n foo bar \n\nBaz\r\n"
        : file === "ips.txt"
          ? "10.0.0.0/8 # net\n::1\n"
          : undefined,
    macro: (source) => new Macro(source, refuse),
    injection,
    patterns: new PatternMemory(),
  });
}

const table: Readonly<Record<string, readonly (readonly [string, string, boolean])[]>> = {
  beginswith: [
    ["ab", "abc", true],
    ["b", "abc", false],
  ],
  contains: [
    ["b", "abc", true],
    ["", "abc", true],
    ["B", "abc", false],
    ["%{tx.n}", "x5", true],
  ],
  containsword: [
    ["ab", "x ab y", true],
    ["ab", "xab ab", true],
    ["ab", "xab", false],
  ],
  detectsqli: [
    ["", "1' or '1'='1", true],
    ["", "sleep(20)", true],
    ["", "x' and 5=6", true],
    ["", "a /* b /* c", true],
    ["", "It's a nice day, isn't it?", false],
    ["", "rock 'n' roll and blues", false],
    ["", "1' or 1", true],
    ["", "'='", true],
    ["", "user (1)", false],
    ["", "don't = won't", false],
    ["", "plain", false],
    // A number that a word of SQL has grown on to.
    ["", "1union select 1,2,3", true],
    ["", "-1UNION/**/ALL SELECT null,null--", true],
    ["", "7order by 10--", true],
    ["", "1and 1=(select count(*) from t)", true],
    ["", "2nd order by phone", false],
    ["", "1and only", false],
    // Conditions behind a number, negated ones, and constants that are words.
    ["", "1 like 1=1--", true],
    ["", "-1) rlike 'a'#", true],
    ["", "1 like sleep(5);", true],
    ["", "1 is not null", true],
    ["", "' or not 1=2", true],
    ["", "x' and true", true],
    ["", "' div '1'='1", true],
    ["", "1 is the best", false],
    ["", "5 like 3 others", false],
    ["", "true or not", false],
    ["", "sleep (8 hours)", false],
    ["", "3' or 4'", false],
    ["", '5" or 6" long', false],
    ["", "the '60s or '70s", false],
    // Comments that stand for spaces, quotes that are doubled, and words without a space between.
    ["", "x'/**/or/**/1=1", true],
    ["", "1'/*a*/or/*b*/1=1", true],
    ["", "'||true", true],
    ["", "A'''OR 1", true],
    ["", "' * from = 1 or '9", true],
    ["", "it''s fine or not", false],
    ["", "src/**/or/**/test", false],
    // Statements, and casts of what a call gave.
    ["", "select * from users", true],
    ["", "SELECT MIN(NAME) FROM sysobjects", true],
    ["", "select id, name from users where id=json_extract('{}', '$.a')", true],
    ["", "select * from user where x not between '1' and '2'", true],
    ["", "function(foo)::text", true],
    ["", "lo_get(16400) :: bool", true],
    ["", "Please select a colour from the list where it says so", false],
    ["", "select from the menu", false],
    ["", "std::min(a, b)::type", false],
    ["", "(see below) :: words", false],
  ],
  detectxss: [
    ["", "<script>alert(1)</script>", true],
    ["", "<p onwhatever=x>", true],
    ["", "a = b", false],
    ["", "2 < 3 and on = off", false],
    ["", "<x style=a>", true],
    ["", "<svg>", true],
    ["", '"><SVG:svg', true],
    ["", "<xml id=x>", true],
    ["", "<xsl:import", true],
    ["", "<xmlish>", false],
    ["", "an svg = a picture", false],
    ["", "I'd style = x", false],
  ],
  endswith: [
    ["bc", "abc", true],
    ["b", "abc", false],
  ],
  eq: [
    ["5", "5", true],
    ["0", "abc", true],
    ["5", "5x", true],
    ["%{tx.n}", "5", true],
    ["5", "6", false],
  ],
  ge: [
    ["5", "5", true],
    ["5", "4", false],
  ],
  geolookup: [
    ["", "192.0.2.1", true],
    ["", "192.0.2.2", false],
  ],
  gt: [
    ["5", "6", true],
    ["5", "5", false],
    ["5", "-1", false],
  ],
  ipmatch: [
    ["10.0.0.0/8,::1", "10.1.2.3", true],
    ["10.0.0.0/8,::1", "::1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "no", false],
    ["0.0.0.0/0", "1.2.3.4", true],
  ],
  ipmatchfromfile: [
    ["ips.txt", "10.0.0.1", true],
    ["ips.txt", "12.0.0.1", false],
  ],
  le: [
    ["5", "5", true],
    ["5", "6", false],
  ],
  lt: [
    ["5", "4", true],
    ["5", "5", false],
  ],
  nomatch: [["", "x", false]],
  pm: [
    ["foo |62 61|r", "a BAR", true],
    ["foo bar", "fo ba", false],
  ],
  pmfromfile: [
    ["list.data", "x FOO BAR y", true],
    ["list.data", "foo", false],
    ["list.data", "comment", false],
  ],
  rbl: [
    ["bl.example", "192.0.2.1", true],
    ["bl.example", "192.0.2.2", false],
  ],
  rx: [
    ["^a.c$", "a\nc", true],
    ["^%{tx.n}$", "5", true],
    ["^%{tx.n}$", "6", false],
  ],
  streq: [
    ["ab", "ab", true],
    ["ab", "AB", false],
  ],
  strmatch: [["b", "abc", true]],
  unconditionalmatch: [["", "", true]],
  validatebyterange: [
    ["32-126", "abc", false],
    ["32-126", "a\n", true],
    ["1,2", "\x01\x02", false],
  ],
  validateurlencoding: [
    ["", "%41", false],
    ["", "%4", true],
    ["", "%zz", true],
  ],
  validateutf8encoding: [
    ["", "\xc3\xa9", false],
    ["", "\xc0\xaf", true],
    ["", "\xed\xa0\x80", true],
    ["", "\xff", true],
  ],
  within: [
    ["alpha beta", "beta", true],
    ["alpha", "", true],
    ["alpha", "ALPHA", false],
  ],
};
const aliases = new Set(["ipmatchf", "pmf"]);

describe("operators", () => {
  for (const [name, cases] of Object.entries(table)) {
    test(name, () => {
      for (const [argument, value, wanted] of cases) {
        expect([argument, value, make(name, argument).test(value, scope)]).toEqual([
          argument,
          value,
          wanted,
        ]);
      }
    });
  }

  test("asking about several values at once says no more than asking one by one", () => {
    const values = ["hello world", "1' or '1'='1", "1union select 2", "a-b", "plain", "it's x"];
    for (const one of values) {
      for (const other of values) {
        if (injection.noSqli?.([one, other]) !== true) continue;
        expect(injection.sqli(one)).toBeUndefined();
        expect(injection.sqli(other)).toBeUndefined();
      }
    }
    expect(injection.noSqli?.(["hello world", "a-b", "it's x"])).toBe(true);
  });

  test("each is in the table or an alias", () => {
    expect(Object.keys(operators).filter((name) => !(name in table) && !aliases.has(name))).toEqual(
      [],
    );
  });

  test("bad arguments are refused", () => {
    for (const [name, argument] of [
      ["eq", "x"],
      ["ipmatch", "10.0.0.0/99"],
      ["pm", " "],
      ["pmfromfile", "none.data"],
      ["validatebyterange", "5-1"],
      ["validatebyterange", "x"],
      ["rx", "("],
      ["rbl", ""],
      ["streq", "%{nothing}"],
    ] as const) {
      expect(() => make(name, argument)).toThrow(Refused);
    }
  });

  test("what is captured", () => {
    expect(make("pm", "foo bar").captures?.("a BAR", scope)).toEqual(["bar"]);
    expect(make("rx", "(b)(c)?").captures?.("ab", scope)).toEqual(["b", "b", undefined]);
    expect(make("detectsqli", "").captures?.("1' or '1'='1", scope)[0]).toBe("s&sos");
  });

  test("a long value is looked at in windows", () => {
    expect(injection.sqli(`${"x".repeat(9000)}' or '1'='1`)).toBeDefined();
    expect(injection.xss(`${"x".repeat(9000)}<script>alert(1)</script>`)).toBe(true);
  });
});

describe("libinjection's shortcuts lose nothing", () => {
  test("letters, digits and _ alone are never SQL injection", () => {
    const word = fc.string({
      unit: fc.constantFrom(..."0123456789abcdexXnulselctUNION_".split("")),
      maxLength: 24,
    });
    fc.assert(
      fc.property(word, (value) => injection.sqli(value) === undefined),
      { numRuns: 300 },
    );
  });
});

describe("AhoCorasick", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "A", "c"), maxLength: 12 });
  test("finds a phrase where indexOf does", () => {
    fc.assert(
      fc.property(
        fc.array(
          letters.filter((one) => one !== ""),
          { minLength: 1, maxLength: 6 },
        ),
        letters,
        (phrases, value) => {
          const found = new AhoCorasick(phrases).find(value);
          const wanted = phrases.some((one) => value.toLowerCase().includes(one.toLowerCase()));
          expect(found >= 0).toBe(wanted);
          if (found >= 0)
            expect(value.toLowerCase()).toContain((phrases[found] as string).toLowerCase());
        },
      ),
    );
  });

  test("a large set, kept as a hash table, finds the same", () => {
    const phrases = Array.from(
      { length: 6000 },
      (_, i) => `phrase-${(i * 7919).toString(36)}-${"xyz".repeat(i % 20)}-${i}`,
    );
    const automaton = new AhoCorasick(phrases);
    for (const i of [0, 17, 4711, 5999]) {
      expect(phrases[automaton.find(`before ${(phrases[i] as string).toUpperCase()} after`)]).toBe(
        phrases[i] as string,
      );
    }
    expect(automaton.find("phrase-nothing")).toBe(-1);
  });
});
