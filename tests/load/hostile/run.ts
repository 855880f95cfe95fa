import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { startOriginProcess } from "@egide/testkit/origin/child.ts";
import { openDescriptors, residentBytes } from "@egide/testkit/proc.ts";
import { GoodClient } from "../client/good.ts";
import type { Window } from "../client/latency.ts";
import { type Attack, aborted } from "./attack.ts";
import { bombAttacks } from "./bombs.ts";
import { h2Attacks } from "./h2-floods.ts";
import { openingAttacks } from "./openings.ts";
import { slowAttacks } from "./slow.ts";

/** What the machine gives without any attack: the figure to hold the others against. */
const calm: Attack = {
  name: "calm",
  about: "nobody attacks",
  async run(_victim, signal) {
    await aborted(signal);
    return "nothing";
  },
};

const attacks: readonly Attack[] = [
  calm,
  ...slowAttacks,
  ...h2Attacks,
  ...openingAttacks,
  ...bombAttacks,
];

/** Longer than the edge lets a dead connection live under these limits. */
const QUIET_MS = 15_000;

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
  /** Those whose names begin so; "": all. */
  readonly only: readonly string[];
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
  // Bodies that nobody reads come from an origin that makes them in constant memory.
  const bulk = await startOriginProcess("bulk");
  const edge = await EdgeProcess.start({
    originPort: site.port,
    tls: true,
    // All of the attackers come from one address here: the cap for one would end the play too early.
    config: { limits: { connectionsPerAddress: 20_000, headerSeconds: 5, rateWindowSeconds: 5 } },
    zones: [
      {
        hosts: ["bulk.test"],
        origin: {
          origins: [{ url: `http://127.0.0.1:${bulk.port}` }],
          maxInFlight: 20_000,
        },
      },
    ],
    zone: {
      origin: { origins: [{ url: `http://127.0.0.1:${site.port}` }], maxInFlight: 20_000 },
    },
  });
  const good = await GoodClient.start(edge.http);
  const results: AttackResult[] = [];
  try {
    // Warm up: what is compiled and pooled once is not the attack's doing.
    await Bun.sleep(1000);
    await good.window();
    const quiet = openDescriptors(edge.pid) + 32;
    for (const attack of attacks) {
      if (!options.only.some((name) => attack.name.startsWith(name))) continue;
      await untilQuiet(edge, quiet);
      const result = await measure(attack, edge, site.port, good, options);
      results.push(result);
      report(result);
    }
  } finally {
    await good.stop();
    await edge.stop();
    await site.process.stop();
    await bulk.process.stop();
  }
  return results;
}

/** Lets the edge see that the last attackers are gone, so that no attack is blamed for another. */
async function untilQuiet(edge: EdgeProcess, descriptors: number): Promise<void> {
  const deadline = performance.now() + QUIET_MS;
  while (openDescriptors(edge.pid) > descriptors && performance.now() < deadline) {
    await Bun.sleep(50);
  }
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
  const did = await attack.run({ http: edge.http, https: edge.https, originPort }, time);
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
