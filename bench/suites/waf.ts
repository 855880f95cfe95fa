import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeRequests } from "../load/raw.ts";
import type { Peer } from "../peer.ts";
import { ruleFolder, type RuleFolder, wafPeers } from "../peers/waf.ts";
import { median } from "../report/table.ts";
import { type Judged, judge, printJudged, printWorkloads, type WafRow } from "../report/waf.ts";
import { firstLine, Running, type Sample, startOrigin } from "../run.ts";
import type { EngineFigures } from "./waf-engine.ts";
import { type WafWorkload, wafWorkloads } from "./waf-requests.ts";

export interface WafOptions {
  /** Folder of the Core Rule Set; else $EGIDE_CRS, else Debian's. */
  readonly rules: string | undefined;
  readonly only: string;
  readonly peers: readonly string[] | undefined;
  readonly rounds: number;
  readonly json: string | undefined;
}

/** Seconds of load in one measurement: enough for the slowest peer to answer some dozens of times. */
const SECONDS = 3;
/**
 * Of a workload's first load, which is not counted, and of the first load of all: rule sets are loaded,
 * and the runtime compiles code for its first ten thousand requests (docs/adr/0201).
 */
const WARM_SECONDS = 8;
const FIRST_SECONDS = 20;
const DEBIAN = "/usr/share/modsecurity-crs/rules";

/** Runs the suite; false where a goal is missed. */
export async function runWaf(options: WafOptions): Promise<boolean> {
  const rules = options.rules ?? process.env["EGIDE_CRS"] ?? DEBIAN;
  if (!existsSync(rules)) {
    console.error(`no rules in ${rules}: apt-get install modsecurity-crs, or --rules DIR`);
    process.exit(2);
  }
  const crs = ruleFolder(rules);
  const workloads = wafWorkloads.filter(({ name }) => name.includes(options.only));
  const rows = await againstPeers(crs, workloads, options);
  console.log(printWorkloads(rows));
  const wantsEngine = options.peers === undefined || options.peers.includes("engine");
  const engine = wantsEngine ? await measureEngine(crs) : undefined;
  const judged = judge(rows, workloads, engine);
  console.log(printJudged(judged));
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ rows, engine, judged }, null, 2)}\n`);
  return judged.every((one: Judged) => one.met !== false);
}

async function againstPeers(
  crs: RuleFolder,
  workloads: readonly WafWorkload[],
  options: WafOptions,
): Promise<WafRow[]> {
  const present: Peer[] = [];
  for (const peer of wafPeers(crs)) {
    if (options.peers !== undefined && !options.peers.includes(peer.name)) continue;
    const version = await peer.version();
    console.log(version === null ? `left out: ${peer.name}` : `${peer.name}: ${version}`);
    if (version !== null) present.push(peer);
  }
  const folder = mkdtempSync(join(tmpdir(), "egide-bench-"));
  const origin = await startOrigin();
  const running: Running[] = [];
  const rows: WafRow[] = [];
  try {
    for (const peer of present) running.push(await Running.start(peer, origin.port, "", ""));
    for (const [index, workload] of workloads.entries()) {
      const file = join(folder, "requests");
      writeRequests(file, workload.requests);
      const samples = new Map<string, Sample[]>(running.map(({ name }) => [name, []]));
      // The first round warms and is not counted.
      for (let round = 0; round <= options.rounds; round++) {
        for (const peer of running) {
          const sample = await peer.measure({
            kind: "raw",
            name: workload.name,
            goal: 0,
            file,
            seconds: round > 0 ? SECONDS : index === 0 ? FIRST_SECONDS : WARM_SECONDS,
          });
          if (round > 0) samples.get(peer.name)?.push(sample);
        }
        console.error(`${workload.name}: round ${round} of ${options.rounds}`);
      }
      rows.push(rowOf(workload.name, samples));
    }
  } finally {
    await Promise.all(running.map((peer) => peer.stop()));
    origin.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

function rowOf(workload: string, samples: ReadonlyMap<string, readonly Sample[]>): WafRow {
  const by = (pick: (sample: Sample) => number): Record<string, number> =>
    Object.fromEntries([...samples].map(([name, list]) => [name, median(list.map(pick))]));
  return {
    workload,
    cost: by((sample) => sample.cost),
    perSecond: by((sample) => sample.perSecond),
    p99: by((sample) => sample.p99),
    failed: Object.fromEntries(
      [...samples].map(([name, list]) => [name, list.reduce((sum, { failed }) => sum + failed, 0)]),
    ),
  };
}

/** The engine alone, in a process of its own on the proxies' core. */
async function measureEngine(crs: RuleFolder): Promise<EngineFigures> {
  const folder = mkdtempSync(join(tmpdir(), "egide-bench-"));
  try {
    const patterns = join(folder, "patterns");
    const first = await runEngine(crs, patterns, "load");
    return { ...(await runEngine(crs, patterns)), ...first } as EngineFigures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runEngine(
  crs: RuleFolder,
  ...more: readonly string[]
): Promise<Partial<EngineFigures>> {
  const child = Bun.spawn(
    [
      "taskset",
      "-c",
      "0",
      process.execPath,
      join(import.meta.dirname, "waf-engine.ts"),
      crs.rules,
      crs.setup,
      ...more,
    ],
    { stdout: "pipe", stderr: "inherit" },
  );
  const line = await firstLine(child.stdout);
  await child.exited;
  return JSON.parse(line) as Partial<EngineFigures>;
}
