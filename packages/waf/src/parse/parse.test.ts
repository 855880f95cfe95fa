import { describe, expect, test } from "bun:test";
import { RuleError } from "#parse/position.ts";
import { loadRuleSet } from "#rule-set.ts";

function refused(text: string): string {
  try {
    loadRuleSet([{ name: "a.conf", text }]);
  } catch (error) {
    if (error instanceof RuleError)
      return `${error.position.line}:${error.position.column} ${error.problem}`;
    throw error;
  }
  return "loaded";
}

describe("errors name their place", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["directive", "SecFoo On", "1:1 unknown directive SecFoo"],
    ["directive on a later line", "# x\n\nSecFoo On", "3:1 unknown directive SecFoo"],
    ["variable", 'SecRule ARGS|FOO "@rx a" "id:1"', "1:14 unknown variable FOO"],
    ["operator", 'SecRule ARGS "@foo a" "id:1"', "1:15 unknown operator @foo"],
    ["action", 'SecRule ARGS "@rx a" "id:1,\\\n  foo"', "2:3 unknown action foo"],
    ["transformation", 'SecAction "id:1,t:foo"', "1:17 unknown transformation foo"],
    ["ctl", 'SecAction "id:1,ctl:foo=On"', "1:17 unknown ctl option foo"],
    [
      "pattern",
      'SecRule ARGS "@rx a(b" "id:1"',
      "1:19 in the regular expression, at character 2: group without end",
    ],
    [
      "selector's pattern",
      'SecRule ARGS:/(/ "@rx a" "id:1"',
      "1:9 in the regular expression, at character 1: group without end",
    ],
    ["macro", "SecAction \"id:1,msg:'%{foo.x}'\"", "1:17 unknown variable in %{foo.x}"],
    ["quote", 'SecRule ARGS "@rx a', "1:14 quote without end"],
    ["no id", 'SecRule ARGS "@rx a" "deny"', "1:1 the rule has no id"],
    [
      "id twice",
      'SecAction "id:1"\nSecAction "id:1"',
      "2:1 the id 1 is taken by the rule at a.conf:1",
    ],
    ["open chain", 'SecRule ARGS "@rx a" "id:1,chain"', "1:1 the chain has no next rule"],
    [
      "chained id",
      'SecRule ARGS "@rx a" "id:1,chain"\nSecRule ARGS "@rx b" "id:2"',
      "2:1 only the first rule of a chain has an id",
    ],
    [
      "chained deny",
      'SecRule ARGS "@rx a" "id:1,chain"\nSecRule ARGS "@rx b" "deny"',
      "2:1 only the first rule of a chain has a disruptive action",
    ],
    ["phase", 'SecAction "id:1,phase:9"', '1:17 "9" is no phase'],
    [
      "scalar selector",
      'SecRule REQUEST_URI:x "@rx a" "id:1"',
      "1:9 REQUEST_URI has no parts to select",
    ],
    [
      "xpath",
      'SecRule XML:/a/b "@rx a" "id:1"',
      "1:9 of XPath only XML:/* and XML://@* are supported",
    ],
    ["setting", "SecRuleEngine Maybe", '1:15 "Maybe" is none of on, off, detectiononly'],
    [
      "missing file",
      'SecRule ARGS "@pmFromFile x.data" "id:1"',
      "1:27 the data file x.data is missing",
    ],
    ["too many words", 'SecRule ARGS "@rx a" "id:1" more', "1:29 SecRule takes 3 arguments"],
    ["value of a bare action", 'SecAction "id:1,deny:5"', "1:17 deny takes no value"],
    [
      "setvar",
      'SecAction "id:1,setvar:foo=1"',
      '1:17 "foo" names no collection that can be written',
    ],
    ["include", "Include other.conf", "1:9 the file other.conf was not handed in"],
    ["marks", 'SecRule !&ARGS "@rx a" "id:1"', "1:9 the marks !& can't be combined"],
  ];
  for (const [name, text, wanted] of cases) test(name, () => expect(refused(text)).toBe(wanted));
});

describe("what loads", () => {
  test("a backslash alone", () => {
    expect(refused("\\\n\nSecMarker A\n\\")).toBe("loaded");
  });

  test("continuations, comments, CRLF, single quotes, quotes in quotes", () => {
    const rules = loadRuleSet([
      {
        name: "a.conf",
        text: "# a comment \\\r\nSecRule ARGS|!ARGS:'a'|&TX:x|ARGS:/^a\\/b|c$/ '@rx \"x' \\\r\n \"id:1,\\\r\n  msg:'it\\'s, fine',deny\"\nSecMarker END\nSecRuleRemoveById 99",
      },
    ]);
    const rule = rules.rules.get(1);
    expect(rule?.msg?.source).toBe("it's, fine");
    expect(rule?.targets.include).toHaveLength(3);
    expect(rule?.targets.exclude).toHaveLength(1);
  });
});
