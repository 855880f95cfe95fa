import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { factsVersion, PatternMemory } from "#regex/facts.ts";
import { loadRuleSet } from "#rule-set.ts";

/** What decides what is found out about a pattern. */
const sources = ["ast", "classes", "literals", "needs", "parse", "quantifier", "regex"];

const rules = String.raw`
SecRuleEngine On
SecRule ARGS "@rx (?i)union\s+select" "id:1,phase:2,deny"
SecRule ARGS "@rx ^(\d+)-(\d+)$" "id:2,phase:2,deny,capture,logdata:'%{TX.2}'"
SecRule ARGS "@rx (a+)\1z" "id:3,phase:2,deny"
`;
const load = (patterns: PatternMemory, text = rules) =>
  loadRuleSet([{ name: "a.conf", text }], { patterns });

/** The rules that match an argument, with their data. */
function matches(patterns: PatternMemory, value: string): string[] {
  const transaction = load(patterns).begin({ mode: "detect" });
  transaction.requestLine("GET", `/?a=${value}`, "HTTP/1.1");
  transaction.requestHeaders([]);
  transaction.requestEnd();
  return transaction.finish().matches.map(({ ruleId, data }) => `${ruleId} ${data}`);
}

describe("pattern memory", () => {
  test("its version is the digest of the sources that find out", () => {
    const hash = createHash("sha256");
    for (const name of sources)
      hash.update(readFileSync(join(import.meta.dirname, `${name}.ts`), "utf8"));
    expect(factsVersion).toBe(hash.digest("hex").slice(0, 16));
  });

  test("rules that are loaded from it match the same", () => {
    const first = new PatternMemory();
    load(first);
    expect(first.grew).toBeTrue();
    for (const value of ["1+UNION+select+2", "12-34", "aaaz", "calm"]) {
      const again = new PatternMemory(first.text());
      expect(matches(again, value)).toEqual(matches(new PatternMemory(), value));
      expect(again.grew).toBeFalse();
    }
    expect(matches(new PatternMemory(first.text()), "12-34")).toEqual(["2 34"]);
  });

  test("text that was damaged or comes from another version is not believed", () => {
    const memory = new PatternMemory();
    load(memory);
    const text = memory.text();
    const damaged = [
      text.replace("union", "onion"),
      text.slice(0, -1),
      text.replace(factsVersion, "0"),
      "egide-patterns",
      "\n[]",
    ];
    for (const one of damaged)
      expect(new PatternMemory(one).find(String.raw`(?i)union\s+select`)).toBeUndefined();
  });

  test("forgets what is no longer asked for", () => {
    const memory = new PatternMemory();
    load(memory);
    const next = new PatternMemory(memory.text());
    load(next, 'SecRule ARGS "@rx ^a$" "id:1,phase:2,deny"');
    expect(next.text()).not.toContain("union");
    expect(next.text()).toContain("^a$");
  });
});
