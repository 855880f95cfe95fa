import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBotRanges, writeBotRanges } from "#bots/file.ts";
import { fetchRanges } from "#bots/update.ts";

const LIST = JSON.stringify({
  creationTime: "2026-10-01T00:00:00",
  prefixes: [{ ipv4Prefix: "192.0.2.0/24" }, { ipv6Prefix: "2001:db8::/48" }],
});

test("lists are fetched, and what fails leaves what was known", async () => {
  const before = { CCBot: { source: "x", date: "2020-01-01", prefixes: ["198.51.100.0/24"] } };
  const { ranges, failures } = await fetchRanges(before, async (url) => {
    if (url.includes("commoncrawl")) throw new Error("no answer");
    return url.includes("gptbot") ? '{"prefixes":[{"ipv4Prefix":"0.0.0.0/1"}]}' : LIST;
  });
  expect(ranges["Applebot"]).toMatchObject({
    date: "2026-10-01",
    prefixes: ["192.0.2.0/24", "2001:db8::/48"],
  });
  expect(ranges["CCBot"]).toEqual(before.CCBot);
  expect(failures.map(({ name }) => name)).toEqual(["GPTBot", "CCBot"]);
});

test("a file that is no such list is left out, and said", () => {
  const state = mkdtempSync(join(tmpdir(), "egide-bots-"));
  const warned: string[] = [];
  const warn = (message: string): void => void warned.push(message);
  expect(readBotRanges(state, warn)).toEqual({});
  const ranges = { CCBot: { source: "x", date: "2026-01-01", prefixes: ["192.0.2.0/24"] } };
  writeBotRanges(state, ranges);
  expect(readBotRanges(state, warn)).toEqual(ranges);
  expect(warned).toEqual([]);
  writeFileSync(
    join(state, "bots.json"),
    '{"CCBot":{"source":"","date":"","prefixes":["nonsense"]}}',
  );
  expect(readBotRanges(state, warn)).toEqual({});
  expect(warned.length).toBe(1);
  rmSync(state, { recursive: true });
});
