import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orderSchema } from "@egide/contract/order.ts";
import { requestLogSchema, wafLogSchema } from "@egide/contract/request-log.ts";
import { Glob } from "bun";
import { parse as parseYaml } from "yaml";
import { readSettings } from "#board/settings.ts";
import { parse } from "#cli/parse.ts";
import { rootCommand } from "#cli/run.ts";
import { loadConfigText } from "#config/load.ts";
import { callsIn, linksIn, type Page, readPage } from "#reference/testing/page.ts";

const ROOT = new URL("../../../../", import.meta.url).pathname;
const pages = new Map<string, Page>();
for (const pattern of ["*.md", "docs/**/*.md"]) {
  for (const path of new Glob(pattern).scanSync(ROOT)) {
    pages.set(path, readPage(readFileSync(ROOT + path, "utf8")));
  }
}
/** Decisions tell what was so once. */
const current = [...pages].filter(([path]) => !path.startsWith("docs/adr/"));

/** Where examples are read, with the files that they name. */
const folder = mkdtempSync(join(tmpdir(), "egide-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "office.txt"), "192.0.2.7\n");
for (const name of ["country.mmdb", "asn.mmdb"]) writeFileSync(join(folder, name), "");

test("pages, blocks and calls were found at all", () => {
  expect(pages.size).toBeGreaterThan(100);
  const calls = current.flatMap(([, page]) => callsIn(page).typed);
  expect(calls.length).toBeGreaterThan(40);
  expect(calls).toContainEqual(["ban", "list"]);
  const yaml = current.flatMap(([, page]) => page.blocks.filter(isYaml));
  expect(yaml.length).toBeGreaterThan(20);
});

test("docs/reference/log.md names every field of a record", () => {
  const { prose = "" } = pages.get("docs/reference/log.md") ?? {};
  const names = [...Object.keys(requestLogSchema.shape), ...Object.keys(wafLogSchema.shape)];
  expect(names.filter((name) => !prose.includes(`\`${name}\``))).toEqual([]);
});

describe.each([...pages])("%s", (path, page) => {
  test("leads to what is there", () => {
    const dead = linksIn(page).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const { pathname, hash } = new URL(link, `file:///${path}`);
      const to = decodeURIComponent(pathname.slice(1));
      if (!existsSync(join(ROOT, to))) return true;
      return hash !== "" && pages.get(to)?.anchors.has(decodeURIComponent(hash.slice(1))) === false;
    });
    expect(dead).toEqual([]);
  });
});

describe.each(current)("%s", (_, page) => {
  const { typed, named } = callsIn(page);

  test("calls commands with options that they have", () => {
    const wrong = [...typed, ...named].flatMap((words) => {
      const parsed = parse(rootCommand, words);
      if (parsed.kind !== "wrong") return [];
      // A command that is only named need not be whole.
      const isOnlyNamed = named.includes(words) && parsed.message.endsWith("is missing");
      return isOnlyNamed ? [] : [`egide ${words.join(" ")}: ${parsed.message}`];
    });
    expect(wrong).toEqual([]);
  });

  test("names scripts of package.json", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: object;
    };
    const text = [page.prose, ...page.blocks.map((block) => block.text)].join("\n");
    const unknown = [...text.matchAll(/\bnpm run ([a-z:]+)/g)].filter(
      ([, name = ""]) => !(name in scripts),
    );
    expect(unknown).toEqual([]);
  });

  test("has settings in its examples that can be read", async () => {
    for (const { language, text } of page.blocks) {
      if (isYaml({ language, text })) expect(problemsOf(text)).toEqual([]);
      if (language === "json") {
        writeFileSync(join(folder, "board.json"), text.replaceAll(/<[^">]*>/g, "A".repeat(43)));
        await readSettings("board.json", folder);
      }
    }
  });
});

/** Without what stands for something that only the reader knows. */
function isYaml({ language, text }: { readonly language: string; readonly text: string }): boolean {
  return language === "yaml" && !/^[^#]*…/m.test(text);
}

/** What is wrong with an example: of a configuration, of a part of one or of a zone, or of an order. */
function problemsOf(text: string): readonly string[] {
  if (/^measure:/m.test(text)) {
    const parsed = orderSchema.safeParse(parseYaml(text));
    return parsed.error?.issues.map(({ message }) => message) ?? [];
  }
  const here = text.replaceAll("/var/lib/geo", folder);
  const site = "hosts: [example.org]\n    origin: http://127.0.0.1:3000\n";
  const inZone = here.replaceAll(/^(?=.)/gm, "    ");
  const wholes = /^zones:/m.test(here)
    ? [here]
    : [`${here}\nzones:\n  - ${site}`, `zones:\n  - ${site}${inZone}`];
  const read = wholes.map((whole) => loadConfigText("example", whole, {}, folder));
  if (read.some(({ ok }) => ok)) return [];
  return read.flatMap((one) => (one.ok ? [] : one.problems.map(({ message }) => message)));
}
