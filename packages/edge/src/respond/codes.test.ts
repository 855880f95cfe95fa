import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { AppError } from "@egide/std/error.ts";
import { Glob } from "bun";
import { statusOf } from "#respond/status.ts";
import { gatewayStatus } from "#upstream/failure.ts";

const root = new URL("../../../../", import.meta.url).pathname;
const page = readFileSync(`${root}docs/reference/errors.md`, "utf8");
const listed = new Set([...page.matchAll(/^\| `([a-z0-9]+\.[a-z0-9_.-]+)` +\|/gm)].map(first));
const spaces = new Set([...page.matchAll(/^## `([a-z0-9]+)\.`/gm)].map(first));

function first(match: RegExpMatchArray): string {
  return match[1] as string;
}

/** Every code that the sources write down: plainly, or as a table behind a prefix. */
function* codesIn(source: string): Generator<string> {
  // Names of texts and of columns, and beginnings of codes, look like codes.
  const plain =
    /(?<!\b(?:t|where|startsWith)\(|\bwhereRef\([^()\n]*)"(([a-z][a-z0-9]*)\.[a-z0-9_-]+)"/g;
  for (const [, code, space] of source.matchAll(plain)) {
    if (spaces.has(space as string) && !code?.endsWith(".json")) yield code as string;
  }
  for (const match of source.matchAll(/\bcode: "([a-z][a-z0-9]*\.[a-z0-9_.-]+)"/g)) {
    yield first(match);
  }
  const prefix = source.match(/code: `([a-z0-9]+)\.\$\{fault\}`/)?.[1];
  const table = source.match(/^const (?:DETAILS|KINDS): .*? = \{\n([\s\S]*?)^\};/m)?.[1];
  if (prefix === undefined || table === undefined) return;
  for (const [, fault] of table.matchAll(/^ {2}(\w+):/gm)) yield `${prefix}.${fault}`;
}

const written = new Map<string, string>();
for (const path of new Glob("{packages,apps}/*/src/**/*.{ts,tsx}").scanSync(root)) {
  if (/\.test\.tsx?$|\/(?:fake|test)-[^/]*$|^packages\/testkit\/|\/testing\//.test(path)) continue;
  // Texts have names that look like codes.
  if (/\/message\/|\/page\/view\//.test(path)) continue;
  for (const code of codesIn(readFileSync(root + path, "utf8"))) written.set(code, path);
}

describe("docs/reference/errors.md", () => {
  test("was compared with the sources at all", () => {
    expect(written.has("http1.cl_and_te")).toBe(true);
    expect(written.has("http2.pseudo_order")).toBe(true);
    expect(written.has("order.legal")).toBe(true);
    expect(written.size).toBeGreaterThan(100);
  });

  test("lists every code (add a row to its table)", () => {
    const missing = [...written].filter(([code]) => !listed.has(code));
    expect(missing.map(([code, path]) => `${code} in ${path}`)).toEqual([]);
  });

  test("tells the status that a failure is answered with", () => {
    const rows = [...page.matchAll(/^\| `((?:origin|client)\.[a-z0-9_]+)` +\| (\d{3}) +\|/gm)];
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) {
      const code = first(row);
      const source = code.startsWith("origin.") ? "origin" : "client";
      const error = new AppError({ code, source, retry: false, publicMessage: "" });
      expect([code, statusOf(error)]).toEqual([code, Number(row[2])]);
      if (source === "origin") {
        expect([code, gatewayStatus(code) as number]).toEqual([code, statusOf(error)]);
      }
    }
  });
});
