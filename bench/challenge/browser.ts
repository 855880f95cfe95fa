import { existsSync } from "node:fs";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { grid } from "../report/table.ts";

/** A kind of visitor, and how long they may wait (95th percentile, milliseconds). */
interface Visitor {
  readonly name: string;
  readonly goal?: number;
  readonly slowdown?: number;
  readonly cores?: number;
  readonly workers?: false;
  readonly script?: false;
}

const VISITORS: readonly Visitor[] = [
  { name: "as it is", goal: 800 },
  { name: "one core", cores: 1 },
  { name: "slowed 6 times", slowdown: 6 },
  { name: "no workers", workers: false },
  { name: "no workers, slowed 6 times", workers: false, slowdown: 6 },
  { name: "no JavaScript", script: false },
];

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const SITE = "<!doctype html><title>Inside</title><h1>Inside</h1>";

const TOGETHER = 6;

/** Parts of a solve, in the order in which they end. */
const PARTS = ["page", "script", "worker", "work", "proof", "again"] as const;
type Part = (typeof PARTS)[number];
type Times = Readonly<Record<Part | "all", number>>;

/**
 * Runs before the page's own script and notes when what happened, on the clock that both documents
 * share. It changes nothing but that.
 */
const WATCH = (workers: boolean): string => `(() => {
  const note = (name) => {
    const seen = JSON.parse(sessionStorage.getItem("bench") ?? "{}");
    seen[name] ??= performance.timeOrigin + performance.now();
    sessionStorage.setItem("bench", JSON.stringify(seen));
  };
  const first = sessionStorage.getItem("bench") === null;
  if (!first) return;
  sessionStorage.setItem("bench", JSON.stringify({ start: performance.timeOrigin }));
  document.addEventListener("DOMContentLoaded", () => {
    const { responseEnd } = performance.getEntriesByType("navigation")[0];
    const seen = JSON.parse(sessionStorage.getItem("bench"));
    sessionStorage.setItem("bench", JSON.stringify({ ...seen, page: performance.timeOrigin + responseEnd }));
    note("script");
  });
  const { fetch: real } = window;
  window.fetch = async (...args) => {
    note("work");
    const answer = await real(...args);
    note("proof");
    return answer;
  };
  ${
    workers
      ? `const Real = window.Worker;
  window.Worker = class extends Real {
    constructor(...args) { super(...args); this.addEventListener("message", () => note("worker"), { once: true }); }
  };`
      : "delete window.Worker;"
  }
})()`;

export interface ChallengeOptions {
  readonly rounds: number;
  readonly only: string;
  readonly json: string | undefined;
}

/**
 * What people wait for a challenge at its default difficulty: from asking for a page to standing on it,
 * in a real Chromium with a fresh context each. Answers whether the goals are met.
 */
export async function runChallenge({ rounds, only, json }: ChallengeOptions): Promise<boolean> {
  if (!existsSync(CHROMIUM)) {
    console.log(`left out: there is no ${CHROMIUM}`);
    return false;
  }
  const headers = { "content-type": "text/html", "cache-control": "no-store" };
  const origin = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(SITE, { headers }),
  });
  const edge = await EdgeProcess.start({
    originPort: origin.port as number,
    zone: { underAttack: "on", challenge: { withoutScript: { perNetwork: 1000 } } },
    config: { workers: 1 },
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const times = new Map<string, Times[]>();
  try {
    const root = `http://127.0.0.1:${edge.http}`;
    const faults = await violations(browser, root);
    console.log(`Chromium ${browser.version()}; axe: ${faults.length} violations`);
    for (const fault of faults) console.log(`  ${fault}`);
    for (const visitor of VISITORS.filter(({ name }) => name.includes(only))) {
      const list: Times[] = [];
      // Who only waits may do so with others; the rest take turns, after one that is not counted.
      const together = visitor.script === false ? TOGETHER : 1;
      if (together === 1) await solve(browser, root, visitor);
      while (list.length < rounds) {
        const count = Math.min(together, rounds - list.length);
        const solves = Array.from({ length: count }, () => solve(browser, root, visitor));
        list.push(...(await Promise.all(solves)));
      }
      times.set(visitor.name, list);
      console.error(`${visitor.name}: ${rounds} challenges met`);
    }
    if (json !== undefined) await Bun.write(json, JSON.stringify(Object.fromEntries(times)));
    return report(times) && faults.length === 0;
  } finally {
    await browser.close();
    await edge.stop();
    await origin.stop(true);
  }
}

/** One visitor, from asking for a page to its document's being there. */
async function solve(browser: Browser, root: string, visitor: Visitor): Promise<Times> {
  const context = await browser.newContext({ javaScriptEnabled: visitor.script !== false });
  try {
    const page = await context.newPage();
    if (visitor.script === false) return await wait(page, root);
    await page.addInitScript(WATCH(visitor.workers !== false));
    await hold(context, page, visitor);
    // Nothing runs in the page to look for the end: that would take time from its work.
    const through = page.waitForResponse(
      (answer) => answer.ok() && answer.url() === `${root}/page`,
    );
    await page.goto(`${root}/page`, { waitUntil: "commit" });
    await (await through).finished();
    await page.waitForLoadState("load");
    const end = await page.evaluate<number>(
      `performance.timeOrigin + performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`,
    );
    const seen = await page.evaluate<Record<string, number>>(
      `JSON.parse(sessionStorage.getItem("bench"))`,
    );
    return parts({ ...seen, again: end });
  } finally {
    await context.close();
  }
}

async function hold(context: BrowserContext, page: Page, visitor: Visitor): Promise<void> {
  const session = await context.newCDPSession(page);
  if (visitor.slowdown !== undefined)
    await session.send("Emulation.setCPUThrottlingRate", { rate: visitor.slowdown });
  if (visitor.cores !== undefined)
    await session.send("Emulation.setHardwareConcurrencyOverride", {
      hardwareConcurrency: visitor.cores,
    });
}

async function wait(page: Page, root: string): Promise<Times> {
  const began = performance.now();
  await page.goto(`${root}/page`, { waitUntil: "commit" });
  await page.waitForSelector("text=Inside", { timeout: 30_000 });
  const all = performance.now() - began;
  return { page: 0, script: 0, worker: 0, work: 0, proof: 0, again: 0, all };
}

/** Milliseconds of each part, and of all together. */
function parts(seen: Record<string, number>): Times {
  const start = seen["start"] ?? Number.NaN;
  const out: Record<string, number> = { all: (seen["again"] ?? Number.NaN) - start };
  let before = start;
  for (const part of PARTS) {
    const end = seen[part] ?? before;
    out[part] = end - before;
    before = end;
  }
  return out as Times;
}

/** What axe finds in the page as people see it while it works. */
async function violations(browser: Browser, root: string): Promise<string[]> {
  const found: string[] = [];
  for (const locale of ["en", "fr-FR"]) {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    // Workers that never say a word: the page stays.
    await page.addInitScript(
      "window.Worker = class { addEventListener() {} postMessage() {} terminate() {} };",
    );
    await page.goto(`${root}/page`);
    await page.waitForSelector("[role=status]:not(:empty)");
    await page.evaluate(axe.source);
    const ids = await page.evaluate(async () => {
      const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
      const { violations: list } = await run({ resultTypes: ["violations"] });
      return list.map(({ id }) => id);
    });
    found.push(...ids.map((id) => `${locale}: ${id}`));
    await context.close();
  }
  return found;
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function report(times: ReadonlyMap<string, readonly Times[]>): boolean {
  const figure = (value: number): string => (value === 0 ? "–" : value.toFixed(0));
  const lines = [...times].map(([name, list]) => {
    const of = (part: Part | "all", share: number): string =>
      figure(
        at(
          list.map((one) => one[part]),
          share,
        ),
      );
    return [
      name,
      String(list.length),
      of("all", 0.5),
      of("all", 0.95),
      ...PARTS.map((part) => of(part, 0.5)),
    ];
  });
  console.log("\nMilliseconds from asking for a page to standing on it");
  console.log(grid([["visitor", "solves", "median", "p95", ...PARTS], ...lines]));
  let met = true;
  for (const { name, goal } of VISITORS) {
    const list = times.get(name);
    if (goal === undefined || list === undefined) continue;
    const p95 = at(
      list.map(({ all }) => all),
      0.95,
    );
    const is = p95 < goal;
    met &&= is;
    console.log(`${is ? "met" : "missed"}: ${name}: p95 ${p95.toFixed(0)} ms, goal < ${goal} ms`);
  }
  return met;
}
