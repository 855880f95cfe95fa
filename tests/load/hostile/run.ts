import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { startOriginProcess } from "@egide/testkit/origin/child.ts";
import { openDescriptors, residentBytes } from "@egide/testkit/proc.ts";
import { GoodClient } from "../client/good.ts";
import type { Window } from "../client/latency.ts";
import type { Attack } from "./attack.ts";
import { bombAttacks } from "./bombs.ts";
import { h2Attacks } from "./h2-floods.ts";
import { slowAttacks } from "./slow.ts";

export const attacks: readonly Attack[] = [...slowAttacks, ...h2Attacks, ...bombAttacks];

export interface AttackResult {
  readonly name: string;
  readonly did: string;
  readonly good: Window;
  /** Resident memory of the edge before and at its highest during the attack, in bytes. */
  readonly before: number;
  readonly peak: number;
  readonly descriptorsAfter: number;
  readonly complaints: readonly string[];
}

export interface HostileOptions {
  readonly seconds: number;
  readonly only: string;
  /** Memory that one attack may add, in bytes. */
  readonly memory: number;
  readonly p99: number;
}

/** Runs the attacks one after the other against one edge, while a good visitor goes on asking. */
export async function runHostile(
  options: HostileOptions,
  report: (result: AttackResult) => void,
): Promise<AttackResult[]> {
  const site = await startOriginProcess("site");
  const edge = await EdgeProcess.start({
    originPort: site.port,
    // All of the attackers come from one address here: the cap for one would end the play too early.
    config: { limits: { connectionsPerAddress: 20_000, headerSeconds: 5, rateWindowSeconds: 5 } },
  });
  const good = await GoodClient.start(edge.http);
  const results: AttackResult[] = [];
  try {
    // Warm up: what is compiled and pooled once is not the attack's doing.
    await Bun.sleep(1000);
    await good.window();
    for (const attack of attacks) {
      if (!attack.name.startsWith(options.only)) continue;
      const result = await measure(attack, edge, site.port, good, options);
      results.push(result);
      report(result);
    }
  } finally {
    await good.stop();
    await edge.stop();
    await site.process.stop();
  }
  return results;
}

async function measure(
  attack: Attack,
  edge: EdgeProcess,
  originPort: number,
  good: GoodClient,
  options: HostileOptions,
): Promise<AttackResult> {
  const before = residentBytes(edge.pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentBytes(edge.pid));
  }, 50);
  await good.window();
  const time = AbortSignal.timeout(options.seconds * 1000);
  const did = await attack.run({ http: edge.http, originPort }, time);
  const window = await good.window();
  clearInterval(watch);
  const complaints: string[] = [];
  if (window.count < options.seconds * 20) complaints.push(`only ${window.count} good requests`);
  if (window.failed > 0)
    complaints.push(`${window.failed} good requests failed: ${window.firstFailure}`);
  if (window.p99 >= options.p99)
    complaints.push(`p99 of the good client ${window.p99.toFixed(1)} ms`);
  if (peak - before > options.memory) {
    complaints.push(`memory grew by ${Math.round((peak - before) / 1e6)} MB`);
  }
  const descriptorsAfter = openDescriptors(edge.pid);
  return { name: attack.name, did, good: window, before, peak, descriptorsAfter, complaints };
}
