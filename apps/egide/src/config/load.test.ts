import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { loadConfigText } from "#config/load.ts";
import { renderProblem } from "#config/problem.ts";
import { editDistance, nearest } from "#config/suggest.ts";

const PLAIN = { bold: same, red: same, dim: same, green: same };
function same(text: string): string {
  return text;
}

function complaints(text: string, env: Record<string, string> = {}): string {
  const loaded = loadConfigText("egide.yaml", text, env);
  if (loaded.ok) return "";
  return loaded.problems.map((problem) => renderProblem(problem, PLAIN)).join("\n");
}

const GOOD = `zones:
  - hosts: [example.org]
    origin: http://127.0.0.1:3000
`;

describe("egide.yaml", () => {
  test("three lines serve", () => {
    const loaded = loadConfigText("egide.yaml", GOOD, {});
    expect(loaded.ok && loaded.config.zones[0]?.origin.origins[0]?.url).toBe(
      "http://127.0.0.1:3000",
    );
  });

  test("an unknown key is shown with what was meant", () => {
    expect(complaints(GOOD.replace("origin:", "orgin:"))).toBe(`egide.yaml:2:5: "origin" is missing
  2 |   - hosts: [example.org]
    |     ^^^^^
egide.yaml:3:5: unknown key "orgin"
  3 |     orgin: http://127.0.0.1:3000
    |     ^^^^^ did you mean "origin"?`);
  });

  test("a wrong value is underlined, a missing scheme is recognised", () => {
    expect(complaints(GOOD.replace("http://", ""))).toBe(
      `egide.yaml:3:13: an origin is http://host:port, https://host:port or unix:/path
  3 |     origin: 127.0.0.1:3000
    |             ^^^^^^^^^^^^^^ did you mean "http://127.0.0.1:3000"?`,
    );
  });

  test("all mistakes come at once, deep ones too", () => {
    const text = `${GOOD}limits:
  headerSeconds: soon
  headerByte: 5
listen:
  http: [80, localhost]
`;
    const out = complaints(text);
    expect(out).toContain('egide.yaml:5:18: must be a number, is "soon"');
    expect(out).toContain('egide.yaml:6:3: unknown key "headerByte"');
    expect(out).toContain('did you mean "headerBytes"?');
    expect(out).toContain("egide.yaml:8:14: not an address to listen on");
  });

  test("text that is no YAML says where it stops being YAML", () => {
    expect(complaints("zones: [\n  {hosts: [a]")).toMatch(/^egide\.yaml:2:/);
    expect(complaints("zones: 1\nzones: 2")).toMatch(/^egide\.yaml:2:1: Map keys must be unique/);
  });

  test("an empty file lacks zones", () => {
    expect(complaints("")).toContain('"zones" is missing');
  });

  test("aliases that unfold without end are refused", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let i = 0; i < 8; i++) {
      const from = String.fromCharCode(97 + i);
      const to = String.fromCharCode(98 + i);
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(", ")}]`);
    }
    expect(complaints(bomb.join("\n"))).toContain("alias");
  });

  test("whatever the text, there is an answer and every place is inside the text", () => {
    const lines = fc.constantFrom(
      "zones:",
      "  - hosts: [a.example]",
      "    origin: http://b",
      "  x: 1",
      "listen: 3",
      "\t- :",
      "limits: {a: {b: [1]}}",
      "    respond: {hsts: yes}",
      "    origin: {origins: [{}]}",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(lines, fc.string()), { maxLength: 8 }), (rows) => {
        const text = rows.join("\n");
        const loaded = loadConfigText("f", text, {});
        if (loaded.ok) return;
        expect(loaded.problems.length).toBeGreaterThan(0);
        for (const problem of loaded.problems) {
          expect(problem.line ?? 1).toBeLessThanOrEqual(text.split(/\r?\n/).length);
          renderProblem(problem, PLAIN);
        }
      }),
    );
  });
});

describe("environment", () => {
  test("a variable overrides the file", () => {
    const env = { EGIDE_LIMITS_HEADER_SECONDS: "3", EGIDE_LISTEN_HTTP: "[127.0.0.1:0]", HOME: "/" };
    const loaded = loadConfigText("egide.yaml", GOOD, env);
    expect(loaded.ok && loaded.config.limits.headerSeconds).toBe(3);
    expect(loaded.ok && loaded.config.listen.http).toEqual(["127.0.0.1:0"]);
  });

  test("an error names the variable, not a line of the file", () => {
    expect(complaints(GOOD, { EGIDE_LIMITS_HEADER_SECONDS: "x" })).toBe(
      'EGIDE_LIMITS_HEADER_SECONDS: must be a number, is "x"',
    );
    expect(complaints(GOOD, { EGIDE_LIMIT_HEADER_SECONDS: "3" })).toBe(
      "EGIDE_LIMIT_HEADER_SECONDS: no setting has this name\n" +
        "  did you mean EGIDE_LIMITS_HEADER_SECONDS?",
    );
  });
});

describe("suggestions", () => {
  test.each([
    ["orgin", "origin"],
    ["hsots", "hosts"],
    ["Zones", "zones"],
    ["completely", null],
    ["x", null],
  ])("%s means %p", (word, meant) => {
    expect(nearest(word, ["origin", "hosts", "zones", "listen"])).toBe(meant);
  });

  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
  test("the distance is symmetric, zero for the same alone, and bounded", () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 8 }), (a, b, bound) => {
        const distance = editDistance(a, b, bound);
        expect(distance).toBe(editDistance(b, a, bound));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBe(Math.min(bound, editDistance(a, b, 100)));
      }),
    );
  });
});
