import type { EngineFigures } from "../suites/waf-engine.ts";
import type { WafWorkload } from "../suites/waf-requests.ts";
import { grid } from "./table.ts";

/** Medians of one workload, by peer. */
export interface WafRow {
  readonly workload: string;
  readonly cost: Readonly<Record<string, number>>;
  readonly perSecond: Readonly<Record<string, number>>;
  readonly p99: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
}

/** A goal and what came of it; `met` is undefined where it could not be measured. */
export interface Judged {
  readonly what: string;
  readonly value: number | undefined;
  readonly unit: string;
  readonly goal: string;
  readonly met: boolean | undefined;
}

export function judge(
  rows: readonly WafRow[],
  workloads: readonly WafWorkload[],
  engine: EngineFigures | undefined,
): Judged[] {
  const out: Judged[] = [];
  const atLeast = (what: string, value: number | undefined, goal: number, unit: string): void =>
    void out.push({
      what,
      value,
      unit,
      goal: `≥ ${goal}`,
      met: value === undefined ? undefined : value >= goal,
    });
  const atMost = (what: string, value: number | undefined, goal: number, unit: string): void =>
    void out.push({
      what,
      value,
      unit,
      goal: `≤ ${goal}`,
      met: value === undefined ? undefined : value <= goal,
    });
  for (const row of rows) {
    const workload = workloads.find(({ name }) => name === row.workload);
    const own = row.cost["egide"];
    const off = row.cost["egide off"];
    if (workload === undefined || own === undefined) continue;
    for (const peer of ["modsecurity", "coraza"]) {
      const cost = row.cost[peer];
      if (cost !== undefined)
        atLeast(`${row.workload}: cheaper than ${peer}`, cost / own, workload.goal, "×");
    }
    if (off === undefined) continue;
    if (workload.added !== undefined)
      atMost(`${row.workload}: the engine adds`, own - off, workload.added, "µs");
    if (workload.kept !== undefined)
      atLeast(`${row.workload}: share of its own rate kept`, off / own, workload.kept, "");
  }
  for (const row of rows) {
    const failed = Object.entries(row.failed).filter(([, count]) => count > 0);
    for (const [peer, count] of failed) atMost(`${row.workload}: ${peer} failed`, count, 0, "");
  }
  if (engine !== undefined) {
    for (const { name, added } of workloads) {
      if (added !== undefined) atMost(`${name}: engine alone`, engine.cost[name], added, "µs");
    }
    atMost("rule set loads in", engine.loadMs, 300, "ms");
    atMost("and for the first time on a machine in", engine.firstLoadMs, 300, "ms");
    atMost(
      "1,000 zones on one rule set",
      (engine.ruleSetBytes + engine.zonesBytes) / 1e6,
      100,
      "MB",
    );
    atMost("of which the other 999 zones", engine.zonesBytes / 1e6, 100, "MB");
    if (engine.wrong > 0) atMost("honest requests with a match", engine.wrong, 0, "");
  }
  return out;
}

export function printWorkloads(rows: readonly WafRow[]): string {
  const names = Object.keys(rows[0]?.cost ?? {});
  if (names.length === 0) return "";
  return grid([
    ["workload, µs of CPU a request", ...names],
    ...rows.map((row) => [
      row.workload,
      ...names.map(
        (name) =>
          `${figure(row.cost[name])} (${Math.round(row.perSecond[name] ?? 0)}/s, p99 ${figure((row.p99[name] ?? 0) / 1000)} ms)`,
      ),
    ]),
  ]);
}

export function printJudged(judged: readonly Judged[]): string {
  return grid([
    ["goal", "measured", "wanted", ""],
    ...judged.map(({ what, value, unit, goal, met }) => [
      what,
      `${figure(value)} ${unit}`.trim(),
      `${goal} ${unit}`.trim(),
      met === undefined ? "not measured" : met ? "met" : "MISSED",
    ]),
  ]);
}

function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
