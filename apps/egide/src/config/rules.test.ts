import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfigText } from "#config/load.ts";

const directory = mkdtempSync(join(tmpdir(), "egide-rules-"));
afterAll(() => rmSync(directory, { recursive: true }));

function load(rules: string, lists = "") {
  const text = `${lists}zones:
  - hosts: [example.org]
    origin: http://127.0.0.1:3000
    rules:
${rules}`;
  return loadConfigText("egide.yaml", text, {}, directory);
}

function problems(rules: string, lists = "") {
  const loaded = load(rules, lists);
  return loaded.ok ? [] : loaded.problems;
}

describe("rules in the configuration", () => {
  test("a mistake in an expression is pointed at where it stands", () => {
    const [problem] = problems(
      '      - { id: a, action: block, expression: ssl and http.hots eq "x" }\n',
    );
    const excerpt = problem?.excerpt ?? "";
    expect(problem?.message).toContain("no field `http.hots`");
    expect(problem?.suggestion).toContain("http.host");
    expect([problem?.line, problem?.column]).toEqual([5, excerpt.indexOf("http.hots") + 1]);
    expect(problem?.length).toBe("http.hots".length);
  });

  test("in a block of lines it is pointed at with its own line and column", () => {
    const [problem] = problems(`      - id: a
        action: block
        expression: >-
          ssl and
          http.hots eq "x"
`);
    expect(problem?.message).toContain("line 1, column 9 of the expression");
  });

  test("every rule is read, not only the first that is wrong", () => {
    const found = problems(`      - { id: a, action: block, expression: nothing }
      - { id: b, action: log, expression: ssl, enabled: false }
      - { id: c, action: redirect, expression: ssl, to: { expression: "5 5" } }
      - { id: d, action: log, expression: len(5), enabled: false }
`);
    expect(found.map(({ line }) => line)).toEqual([5, 7, 8]);
  });

  test("rate limits are read as well, answers in the key included", () => {
    const [problem, other] = problems(`      []
    rateLimits:
      - { id: a, action: block, limit: 1, period: 1, expression: http.hots eq "x" }
      - { id: b, action: block, limit: 1, period: 1, characteristics: [{ expression: http.response.code }] }
`);
    expect([problem?.line, problem?.message]).toEqual([7, expect.stringContaining("http.hots")]);
    expect(other?.message).toContain("not known before the answer");
  });

  test("lists come from the file and from beside it", () => {
    writeFileSync(join(directory, "office.txt"), "192.0.2.0/24 # Rennes\n\n2001:db8::/32\n");
    const lists = "lists: { office: { kind: ip, file: office.txt, items: [198.51.100.1] } }\n";
    const loaded = load("      - { id: a, action: allow, expression: ip.src in $office }\n", lists);
    const items = ["198.51.100.1", "192.0.2.0/24", "2001:db8::/32"];
    expect(loaded.ok && loaded.config.lists["office"]?.items).toEqual(items);
  });

  test("a list that can't be read, or holds what is none of its kind", () => {
    const gone = "lists: { office: { kind: ip, file: gone.txt } }\n";
    expect(problems("      []\n", gone)[0]?.message).toContain("ENOENT");
    const bad = "lists: { office: { kind: ip, items: [192.0.2.1, rennes] } }\n";
    const [problem] = problems("      []\n", bad);
    expect([problem?.message, problem?.line]).toEqual([
      '"rennes" is no address, block or range',
      1,
    ]);
  });

  test("a list that nobody wrote", () => {
    const [problem] = problems("      - { id: a, action: allow, expression: ip.src in $ofice }\n");
    expect(problem?.message).toContain("no list `$ofice`");
  });
});
