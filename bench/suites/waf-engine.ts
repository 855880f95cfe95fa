/**
 * The rule engine without an edge round it, as a process of its own:
 * `waf-engine.ts RULES SETUP PATTERNS [load]`, where PATTERNS is the file of what loading finds out
 * about patterns (made where there is none), and `load` ends it after loading.
 * Prints one JSON line: what loading takes, what a thousand zones weigh, what a request costs.
 */
import { heapStats } from "bun:jsc";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PatternMemory } from "@egide/waf/regex/facts.ts";
import { loadRuleSet, type RuleFile, type RuleSet } from "@egide/waf/rule-set.ts";
import type { Overlay } from "@egide/waf/run/overlay.ts";
import type { TransactionSettings } from "@egide/waf/run/settings.ts";
import type { RawRequest } from "../load/raw.ts";
import { memoryBytes } from "../process.ts";
import { median } from "../report/table.ts";

export interface EngineFigures {
  /** Loading the rule set once, in a process that has just started: milliseconds by the clock, and of CPU. */
  readonly loadMs: number;
  readonly loadCpuMs: number;
  /** The same for the first time on a machine, when nothing is known of the patterns. */
  readonly firstLoadMs: number;
  /** What the rule set weighs, and what 999 more zones on it add, each warmed by requests. */
  readonly ruleSetBytes: number;
  readonly zonesBytes: number;
  /** Microseconds of CPU a transaction, by workload. */
  readonly cost: Readonly<Record<string, number>>;
  /** Matches where none should be, and faults. */
  readonly wrong: number;
}

const ZONES = 1000;
const ROUNDS = 7;

const engineRules = `
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application(?:/soap\\+|/)|text/)xml" \\
  "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+\\+)?json" \\
  "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
`;

const [directory = "", setup = "", patternFile = "", only = ""] = process.argv.slice(2);
const read = (path: string): RuleFile => ({ name: path, text: readFileSync(path, "latin1") });
const names = readdirSync(directory).sort();
const files = names
  .filter((name) => name.endsWith(".conf") && !name.startsWith("crs-setup"))
  .map((name) => read(join(directory, name)));
const data = names
  .filter((name) => name.endsWith(".data"))
  .map((name) => read(join(directory, name)));

let wrong = 0;

/** Live bytes of the heap, and what the process takes up. */
function settle(): { heap: number; process: number } {
  for (let i = 0; i < 3; i++) Bun.gc(true);
  return { heap: heapStats().heapSize, process: memoryBytes([process.pid]) };
}

/** One request and its response through all phases. */
function run(rules: RuleSet, request: RawRequest, settings: TransactionSettings): void {
  const transaction = rules.begin({ remoteAddress: "127.0.0.1", ...settings });
  transaction.requestLine(request.method, request.target, "HTTP/1.1");
  const { body } = request;
  const length = body === "" ? [] : ["Content-Length", String(body.length)];
  transaction.requestHeaders([...request.headers, ...length]);
  if (body !== "") transaction.requestBody(body);
  transaction.requestEnd();
  const html = request.method === "GET";
  transaction.response(200, "HTTP/1.1", ["Content-Type", html ? "text/html" : "text/plain"]);
  transaction.responseBody(
    !html ? "accepted\n" : request.target.startsWith("/page") ? page : small,
  );
  transaction.responseEnd();
  const { matches, fault } = transaction.finish();
  if (matches.length > 0 || fault !== undefined) wrong++;
}

/** A zone's own settings: levels, thresholds, and what it excludes. */
function zone(rules: RuleSet, index: number): TransactionSettings {
  const first = 941_100 + (index % 90) * 10;
  let overlay: Overlay = rules.overlay.withoutRules({ kind: "id", ranges: [[first, first]] });
  overlay = overlay.withoutTargets({ kind: "id", ranges: [[942_000, 942_999]] }, [
    { variable: "ARGS", selector: { kind: "name", lower: `field${index}` }, count: false },
  ]);
  const level = String(1 + (index % 2));
  return {
    overlay,
    variables: {
      blocking_paranoia_level: level,
      detection_paranoia_level: level,
      inbound_anomaly_score_threshold: String(5 + (index % 10)),
    },
  };
}

const isFirst = !existsSync(patternFile);
const before = settle();
const started = performance.now();
const cpuBefore = process.cpuUsage();
const patterns = new PatternMemory(isFirst ? "" : readFileSync(patternFile, "utf8"));
const rules = loadRuleSet([{ name: "engine.conf", text: engineRules }, read(setup), ...files], {
  data,
  patterns,
});
const loadMs = performance.now() - started;
const used = process.cpuUsage(cpuBefore);
const loaded = settle();
if (isFirst && patternFile !== "") writeFileSync(patternFile, patterns.text());
if (only === "load") {
  console.log(JSON.stringify({ firstLoadMs: loadMs }));
  process.exit(0);
}

// Only now, so that nothing of the requests, nor of what it takes to make them, counts as loading.
const { htmlPage, wafWorkloads } = await import("./waf-requests.ts");
const small = htmlPage(1024);
const page = htmlPage(102_400);
const ready = settle();
const visits = wafWorkloads.slice(0, 2).flatMap(({ requests }) => requests.slice(0, 500));
for (const request of visits) run(rules, request, zone(rules, 0));
const one = settle();
const requestBytes = ready.heap - loaded.heap;
const zones: TransactionSettings[] = [];
for (let i = 1; i < ZONES; i++) {
  const settings = zone(rules, i);
  zones.push(settings);
  for (let k = 0; k < 2; k++)
    run(rules, visits[(i * 2 + k * 500) % visits.length] as RawRequest, settings);
}
const all = settle();
wrong = 0;

const cost: Record<string, number> = {};
for (const { name, requests } of wafWorkloads) {
  const rounds: number[] = [];
  const count = Math.min(requests.length, 1500);
  const own = zones[9] as TransactionSettings;
  for (let round = 0; round <= ROUNDS; round++) {
    const from = process.cpuUsage();
    for (let i = 0; i < count; i++)
      run(rules, requests[(round * count + i) % requests.length] as RawRequest, own);
    const { user, system } = process.cpuUsage(from);
    if (round > 0) rounds.push((user + system) / count);
  }
  cost[name] = median(rounds);
}

const figures: Omit<EngineFigures, "firstLoadMs"> = {
  loadMs,
  loadCpuMs: (used.user + used.system) / 1000,
  ruleSetBytes: one.heap - requestBytes - before.heap,
  zonesBytes: all.heap - one.heap,
  cost,
  wrong,
};
console.log(JSON.stringify(figures));
