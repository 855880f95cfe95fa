import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "#log/logger.ts";
import { MitigationFile } from "#mitigation/file.ts";

const state = mkdtempSync(join(tmpdir(), "egide-learned-"));
const path = join(state, "mitigation.json");
afterAll(() => rmSync(state, { recursive: true }));

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const NOTHING = { zones: {}, visitors: [] };
const CONTENT = {
  zones: {
    z: {
      hours: Array.from({ length: 24 }, (_, hour) => hour),
      rate: 12.5,
      variance: 3,
      served: 80,
      work: 100,
      latency: 9,
      inFlight: 1,
      ceiling: 30,
      learned: 1e6,
      pages: 10,
      assets: 50,
      readers: 100,
      withCookies: 99,
      shared: 0,
      moved: 1,
      loaders: 60,
      loadersWithCookies: 58,
      gap: 4000,
      gaps: 70,
      kept: [{ weight: 1, known: true, resource: "/", features: { path: "/" } }],
    },
  },
  visitors: [
    [-5, 20],
    [7, 40],
  ] as [number, number][],
};

function open() {
  const lines: string[] = [];
  const logger = createLogger({
    isTerminal: false,
    level: "info",
    write: (line) => lines.push(line),
    colour: false,
  });
  return { file: new MitigationFile(state, logger), lines };
}

test("what is written is read again, by nobody else, and nothing is left beside it", () => {
  const { file, lines } = open();
  expect(file.read(NOW)).toEqual(NOTHING);
  file.write(CONTENT, NOW);
  expect(open().file.read(NOW + DAY)).toEqual(CONTENT);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(state)).toEqual(["mitigation.json"]);
  expect(lines).toEqual([]);
});

test("what is older than a week says nothing of today", () => {
  open().file.write(CONTENT, NOW);
  expect(open().file.read(NOW + 8 * DAY)).toEqual(NOTHING);
  expect(open().file.read(NOW - 8 * DAY)).toEqual(NOTHING);
});

test("whatever can't be read is left aside with a line in the log", () => {
  open().file.write(CONTENT, NOW);
  const whole = readFileSync(path, "utf8");
  const { z } = CONTENT.zones;
  for (const text of [
    "",
    "null",
    whole.slice(0, whole.length / 2),
    whole.replace('"format":1', '"format":2'),
    whole.replace("12.5", "-1"),
    JSON.stringify({ format: 1, wall: NOW, visitors: [], zones: { z: { ...z, hours: [1] } } }),
    JSON.stringify({ format: 1, wall: NOW, visitors: [[0.5, 1]], zones: {} }),
  ]) {
    writeFileSync(path, text);
    const { file, lines } = open();
    expect(file.read(NOW)).toEqual(NOTHING);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("it is learned anew");
  }
});

test("a disk that takes nothing costs a line in the log", () => {
  const lines: string[] = [];
  const logger = createLogger({
    isTerminal: false,
    level: "info",
    write: (line) => lines.push(line),
    colour: false,
  });
  new MitigationFile(join(state, "nowhere"), logger).write(CONTENT, NOW);
  expect(lines).toHaveLength(1);
});
