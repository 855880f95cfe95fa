import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchExpressions } from "./micro/expr.ts";
import type { Peer } from "./peer.ts";
import { peers } from "./peers/peers.ts";
import { median, type Row, ratios, table } from "./report/table.ts";
import { svg } from "./report/svg.ts";
import { Running, type Sample, startOrigin, type Workload } from "./run.ts";
import { edgeWorkloads } from "./suites/edge.ts";
import { runChallenge } from "./challenge/browser.ts";
import { runShield } from "./suites/shield.ts";
import { runBoard } from "./suites/board.ts";
import { runWaf } from "./suites/waf.ts";

const USAGE = `npm run bench -- SUITE [--only TEXT] [--peers a,b] [--rounds N] [--json FILE] [--svg FILE] [--strict]
                            [--rules DIR]

  SUITE     edge; shield: what refused and cleared requests cost beside nginx, HAProxy and a proxy in Go,
            and in the kernel, and what proofs cost the server;
            or waf: the rule engine beside nginx with ModSecurity and Caddy with Coraza
            or challenge: how long a challenge takes in Chromium ($CHROMIUM, else Debian's)
            or expr: the rules language by itself
            or board: pages of a full board, posting, its pages at the edge, PostgreSQL, and what a board
            in PHP can't do better (--threads 100000 --posts 2000000; --only pages, posting, stages, edge,
            postgres or floor); what it fills is kept in .cache/bench
  --only    workloads whose name holds TEXT
  --peers   names of peers; egide and nginx are what the goals compare
  --rounds  measurements of each, interleaved (5; 30 of challenge)
  --json    writes every figure to FILE
  --svg     draws the ratios to FILE
  --rules   waf: folder of the Core Rule Set ($EGIDE_CRS, else Debian's)
  --strict  exits 1 where a goal is missed, the worst printed last

Needs Debian's nginx, nghttp2-client and wrk; haproxy, varnish and caddy take part where installed.`;

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    only: { type: "string" },
    peers: { type: "string" },
    rounds: { type: "string" },
    json: { type: "string" },
    svg: { type: "string" },
    rules: { type: "string" },
    threads: { type: "string" },
    posts: { type: "string" },
    strict: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const rounds = Number(values.rounds ?? "5");
if (positionals[0] === "waf" && !values.help) {
  const met = await runWaf({
    rules: values.rules,
    only: values.only ?? "",
    peers: values.peers?.split(","),
    rounds,
    json: values.json,
  });
  process.exit(values.strict && !met ? 1 : 0);
}
if (positionals[0] === "challenge" && !values.help) {
  const { only = "", json } = values;
  const met = await runChallenge({ rounds: Number(values.rounds ?? "30"), only, json });
  process.exit(values.strict && !met ? 1 : 0);
}
if (positionals[0] === "board" && !values.help) {
  const met = await runBoard({
    threads: Number(values.threads ?? "100000"),
    posts: Number(values.posts ?? "2000000"),
    only: values.only ?? "",
    json: values.json,
  });
  process.exit(values.strict && !met ? 1 : 0);
}
if (positionals[0] === "shield" && !values.help) {
  const met = await runShield({ rounds, json: values.json, only: values.only ?? "" });
  process.exit(values.strict && !met ? 1 : 0);
}
const suites: Record<string, readonly Workload[]> = { edge: edgeWorkloads };
if (positionals[0] === "expr") process.exit(benchExpressions(values.strict));
const suite = suites[positionals[0] ?? ""];
if (suite === undefined || values.help) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}
for (const tool of ["nginx", "h2load", "wrk", "taskset"]) {
  if (Bun.which(tool) !== null) continue;
  console.error(`${tool} is missing: apt-get install nginx nghttp2-client wrk util-linux`);
  process.exit(2);
}

const workloads = suite.filter(({ name }) => name.includes(values.only ?? ""));
const wanted = values.peers?.split(",");
const present: Peer[] = [];
for (const peer of peers) {
  if (wanted !== undefined && !wanted.includes(peer.name)) continue;
  const version = await peer.version();
  if (version === null) console.log(`left out: ${peer.name} is not installed`);
  else {
    console.log(`${peer.name}: ${version}`);
    present.push(peer);
  }
}

const folder = mkdtempSync(join(tmpdir(), "egide-bench-"));
const certificate = join(folder, "cert.pem");
const key = join(folder, "key.pem");
const openssl =
  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench.test";
const outputs = [
  "-addext",
  "subjectAltName=DNS:bench.test,IP:127.0.0.1",
  "-keyout",
  key,
  "-out",
  certificate,
];
Bun.spawnSync(openssl.split(" ").concat(outputs));
const origin = await startOrigin();
const samples = new Map<string, Sample[]>();
try {
  for (const workload of workloads) await measure(workload);
} finally {
  origin.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Rounds go round the peers, so that all of them see the same weather. */
async function measure(workload: Workload): Promise<void> {
  const able = present.filter((peer) => isAble(peer, workload));
  // Memory is counted from a fresh start; the first round of the others warms and is not counted.
  const fresh = workload.kind === "idle" || workload.kind === "stalled";
  const running: Running[] = [];
  try {
    if (!fresh) for (const peer of able) running.push(await start(peer));
    for (let round = fresh ? 1 : 0; round <= rounds; round++) {
      for (const [i, peer] of able.entries()) {
        const run = running[i] ?? (await start(peer));
        const sample = await run.measure(workload);
        if (round > 0) push(samples, `${workload.name}\n${peer.name}`, sample);
        if (fresh) await run.stop();
      }
      console.error(`${workload.name}: round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.all(running.map((run) => run.stop()));
  }
}

function start(peer: Peer): Promise<Running> {
  return Running.start(peer, origin.port, certificate, key);
}

function isAble(peer: Peer, workload: Workload): boolean {
  const tls =
    workload.kind === "connections" ||
    workload.kind === "idle" ||
    (workload.kind === "http" && workload.tls);
  const cached = workload.kind === "http" && workload.path.startsWith("/cached/");
  return (peer.tls || !tls) && (peer.cache || !cached);
}

function push<K, V>(map: Map<K, V[]>, at: K, value: V): void {
  const list = map.get(at);
  if (list === undefined) map.set(at, [value]);
  else list.push(value);
}

function rowOf(workload: Workload): Row {
  const by = (pick: (sample: Sample) => number): Record<string, number> => {
    const out: Record<string, number> = {};
    for (const { name } of present) {
      const list = samples.get(`${workload.name}\n${name}`);
      if (list !== undefined) out[name] = median(list.map(pick));
    }
    return out;
  };
  const memory = workload.kind === "idle" || workload.kind === "stalled";
  return {
    workload: workload.name,
    unit: memory ? "KB/conn" : "µs CPU",
    goal: workload.goal,
    cost: by((sample) => (memory ? sample.cost / 1024 : sample.cost)),
    perSecond: by((sample) => sample.perSecond),
    p99: by((sample) => sample.p99),
    failed: by((sample) => sample.failed),
  };
}

const rows = workloads.map(rowOf);
const names = present.map((peer) => peer.name);
console.log(table(rows, names));
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ rounds, rows, samples: Object.fromEntries(samples) }, null, 2)}\n`,
  );
}
if (values.svg !== undefined) {
  writeFileSync(
    values.svg,
    svg(rows, names, "CPU or memory as a multiple of nginx's, less is better"),
  );
}
const missed = rows
  .filter((row) => !(ratios(row).nginx <= row.goal))
  .toSorted((a, b) => ratios(a).nginx / a.goal - ratios(b).nginx / b.goal);
for (const row of missed) {
  console.log(`missed: ${row.workload}: ${ratios(row).nginx.toFixed(2)} × nginx, goal ${row.goal}`);
}
if (values.strict && missed.length > 0) process.exitCode = 1;
