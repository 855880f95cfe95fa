import { describe, expect, test } from "bun:test";
import type { HashEntry } from "#match/list/entry.ts";
import { type ListFormat, readList, writeList } from "#match/list/exchange.ts";
import { HashMatcher } from "#match/list/matcher.ts";

const PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
const NEAR = "f8f8f0cee0f4a84f06370a2a038f63f0b36e26d596621e1d33e6b39c4e9c9b22";
const MD5 = "0123456789abcdef0123456789abcdef";
const SHA = `${MD5}${MD5}`;

const ENTRIES: readonly HashEntry[] = [
  { signal: "pdq", value: PDQ, tags: ["neutral, test", "b"], withdrawn: false },
  { signal: "md5", value: MD5, tags: [], withdrawn: false },
  { signal: "sha256", value: SHA, tags: [], withdrawn: false },
];

describe("lists of hashes", () => {
  for (const format of ["threat-updates", "bank", "csv", "lines"] as const satisfies ListFormat[]) {
    test(`come back from ${format}`, () => {
      const read = readList(writeList(ENTRIES, format, 0));
      expect(read.format).toBe(format);
      const tagged = format === "csv" || format === "threat-updates";
      expect(read.entries).toEqual(
        tagged ? [...ENTRIES] : ENTRIES.map((entry) => ({ ...entry, tags: [] })),
      );
    });
  }

  test("a page of ThreatExchange: tombstones, and kinds that are not compared here", () => {
    const read = readList(
      JSON.stringify({
        data: [
          { id: "1", indicator: PDQ.toUpperCase(), type: "HASH_PDQ", should_delete: false },
          { id: "2", indicator: MD5, type: "HASH_MD5", should_delete: true, tags: ["x"] },
          { id: "3", indicator: "https://example.org/", type: "URI", should_delete: false },
        ],
        paging: { cursors: { after: "abc" } },
      }),
    );
    expect(read.passedOver).toBe(1);
    expect(read.entries.map(({ value, withdrawn }) => [value, withdrawn])).toEqual([
      [PDQ, false],
      [MD5, true],
    ]);
  });

  test("signals as a bank of HMA takes them, and a signal file with comments", () => {
    expect(readList(`{"pdq": "${PDQ}", "video_md5": "${MD5}"}`).entries).toHaveLength(2);
    expect(readList(`# ours\r\npdq ${PDQ}\r\n\r\nurl https://a.example/\r\n`)).toMatchObject({
      entries: [{ signal: "pdq" }],
      passedOver: 1,
    });
  });

  for (const [what, text, code] of [
    ["a short hash", "pdq abc", "match.list_entry"],
    ["a hash of another kind", `pdq ${MD5}`, "match.list_entry"],
    ["a line without a kind", PDQ, "match.list_entry"],
    ["broken JSON", '{"data": [', "match.list_format"],
    ["a number for a record", "[1]", "match.list_entry"],
    ["CSV without types", "indicator,tags\nx,y", "match.list_format"],
  ] as const) {
    test(`${what} refuses the whole list`, () => {
      expect(() => readList(text)).toThrow(code);
    });
  }

  test("matches by bytes and by look; low quality by bytes alone", () => {
    const matcher = new HashMatcher();
    matcher.add({ id: 1, list: 9, signal: "pdq", value: PDQ });
    matcher.add({ id: 2, list: 9, signal: "md5", value: MD5 });
    matcher.add({ id: 3, list: 8, signal: "sha256", value: SHA });
    matcher.add({ id: 4, list: 8, signal: "md5", value: MD5 });
    const ask = (quality: number) =>
      matcher
        .matches({ md5: [MD5], sha256: ["0".repeat(64), SHA], pdq: { hash: NEAR, quality } })
        .map(({ known, distance }) => [known.id, distance]);
    expect(ask(80)).toEqual([
      [2, 0],
      [4, 0],
      [3, 0],
      [1, 2],
    ]);
    expect(ask(20)).toHaveLength(3);
    for (const id of [1, 2, 3, 4]) matcher.remove(id);
    expect(ask(80)).toEqual([]);
    expect(matcher.size).toBe(0);
  });
});
