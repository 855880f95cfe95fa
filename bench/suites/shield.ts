import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Peer } from "../peer.ts";
import { cpuMicros, family } from "../process.ts";
import { shieldPeers } from "../peers/shield.ts";
import { grid, median } from "../report/table.ts";
import { Running, startOrigin } from "../run.ts";

export interface ShieldOptions {
  readonly rounds: number;
  readonly json: string | undefined;
}

/** What visitors are refused by, in user space. */
const REFUSALS = [
  { name: "refused by a rule (403)", path: "/refused", requests: 30_000 },
  { name: "refused by a rate limit (429)", path: "/limited", requests: 30_000 },
  { name: "shown a challenge page", path: "/challenged", requests: 10_000 },
] as const;
const DROPPED = "hung up on, a connection each";
const DROPPED_COUNT = 2000;
/** An address of this machine that Égide has banned. */
const BANNED = "127.0.0.2";
const SYN_COUNT = 200_000;
/** How often cheaper a drop in the kernel is to be than nginx's cheapest refusal. */
const KERNEL_GOAL = 20;

type Costs = Map<string, Map<string, number[]>>;

/**
 * What one refused request costs, in CPU seconds for 100,000. Peers by their own processes' CPU time
 * (what the kernel does for them while the load sends is not in it, to their advantage); the kernel's
 * drop by the difference of two floods (bench/shield/kernel.ts). Answers whether the goals are met.
 */
export async function runShield({ rounds, json }: ShieldOptions): Promise<boolean> {
  const present: Peer[] = [];
  for (const peer of shieldPeers) {
    const version = await peer.version();
    console.log(
      version === null
        ? `left out: ${peer.name} (${peer.name} is not installed)`
        : `${peer.name}: ${version}`,
    );
    if (version !== null) present.push(peer);
  }
  console.log(
    "left out: Anubis (its Go module could not be had; docs/adr/0131 says what is missing)",
  );
  const costs: Costs = new Map();
  await refuse(present, rounds, costs);
  const kernel = await inKernel(rounds);
  return report(costs, kernel, present, json);
}

async function refuse(present: readonly Peer[], rounds: number, costs: Costs): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "egide-bench-shield-"));
  const origin = await startOrigin();
  const running: [Peer, Running][] = [];
  try {
    for (const peer of present)
      running.push([peer, await Running.start(peer, origin.port, "", "")]);
    for (const [peer, run] of running) await peer.prepared?.(run.folder);
    for (let round = 0; round <= rounds; round++) {
      for (const { name, path, requests } of REFUSALS) {
        for (const [peer, run] of running) {
          if (path === "/challenged" && peer.name !== "egide") continue;
          const workload = { kind: "http", tls: false, http2: false, refused: true } as const;
          const sample = await run.measure({ ...workload, name, goal: 1, path, requests });
          if (sample.failed > 1)
            throw new Error(`${peer.name}: ${sample.failed} not refused (${name})`);
          if (round > 0) note(costs, name, peer.name, sample.cost);
        }
      }
      for (const [peer, run] of running) {
        const cost = await dropped(run, peer.name === "egide");
        if (round > 0) note(costs, DROPPED, peer.name, cost);
      }
      console.error(`refused: round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.all(running.map(([, run]) => run.stop()));
    origin.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function dropped(run: Running, isBanned: boolean): Promise<number> {
  const pids = family(run.pid);
  const before = cpuMicros(pids);
  const file = join(import.meta.dirname, "../shield/dropped.ts");
  const from = isBanned ? BANNED : "127.0.0.3";
  const argv = [
    "taskset",
    "-c",
    "1",
    process.execPath,
    file,
    String(run.port),
    String(DROPPED_COUNT),
    from,
    "/dropped",
  ];
  const child = Bun.spawn(argv, { stdout: "pipe", timeout: 60_000 });
  const { requests } = JSON.parse(await new Response(child.stdout).text()) as { requests: number };
  return (cpuMicros(pids) - before) / Math.max(1, requests);
}

/** Null where it can't be measured, with the reason told. */
async function inKernel(rounds: number): Promise<Record<string, number> | null> {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  const missing = ["nft", "ip", "unshare", "nsenter"].find(
    (tool) => Bun.which(tool, { PATH: path }) === null,
  );
  const file = join(import.meta.dirname, "../shield/kernel.ts");
  const argv = ["unshare", "-n", process.execPath, file, String(SYN_COUNT), String(rounds)];
  const child =
    missing === undefined
      ? Bun.spawn(argv, {
          stdout: "pipe",
          stderr: "pipe",
          env: { ...process.env, PATH: path },
          timeout: 240_000,
        })
      : null;
  if (child === null || (await child.exited) !== 0) {
    const why =
      missing === undefined
        ? await new Response(child?.stderr).text()
        : `${missing} is not installed`;
    console.log(`left out: the kernel (${why.trim().split("\n").at(-1)})`);
    return null;
  }
  const figures = JSON.parse(await new Response(child.stdout).text()) as Record<string, number[]>;
  const sender = median(figures["sender"] ?? []);
  const cost = (name: string): number => Math.max(0, median(figures[name] ?? []) - sender);
  return { prerouting: cost("prerouting"), ingress: cost("ingress"), listener: cost("listener") };
}

function note(costs: Costs, workload: string, peer: string, cost: number): void {
  const byPeer = costs.get(workload) ?? new Map<string, number[]>();
  costs.set(workload, byPeer);
  byPeer.set(peer, [...(byPeer.get(peer) ?? []), cost]);
}

function report(
  costs: Costs,
  kernel: Record<string, number> | null,
  present: readonly Peer[],
  json: string | undefined,
): boolean {
  const names = present.map(({ name }) => name);
  // Microseconds each are tenths of a second for 100,000.
  const cell = (value: number | undefined): string =>
    value === undefined ? "–" : (value / 10).toFixed(3);
  const of = (workload: string, peer: string): number | undefined => {
    const list = costs.get(workload)?.get(peer);
    return list === undefined ? undefined : median(list);
  };
  const rows = [...costs.keys()].map((name) => [
    name,
    ...names.map((peer) => cell(of(name, peer))),
  ]);
  if (kernel !== null) {
    for (const [hook, cost] of Object.entries(kernel)) {
      const what =
        hook === "listener" ? "a SYN that reaches the listener" : `a SYN dropped at ${hook}`;
      rows.push([what, ...names.map((peer) => (peer === "egide" ? cell(cost) : "–"))]);
    }
  }
  console.log("\nCPU seconds for 100,000 refused requests (medians)");
  console.log(grid([["how", ...names], ...rows]));
  const goals: [string, boolean][] = [];
  for (const name of costs.keys()) {
    const [own, theirs] = [of(name, "egide"), of(name, "nginx")];
    if (own === undefined || theirs === undefined) continue;
    goals.push([`${name}: ${(own / theirs).toFixed(2)} × nginx, goal ≤ 1`, own <= theirs]);
  }
  const cheapest = Math.min(
    ...[...costs.keys()].map((name) => of(name, "nginx") ?? Number.POSITIVE_INFINITY),
  );
  if (kernel !== null && Number.isFinite(cheapest)) {
    for (const hook of ["prerouting", "ingress"]) {
      const times = cheapest / (kernel[hook] ?? Number.NaN);
      goals.push([
        `kernel at ${hook}: ${times.toFixed(1)} × cheaper than nginx's cheapest, goal ≥ ${KERNEL_GOAL}`,
        times >= KERNEL_GOAL,
      ]);
    }
  }
  const hangUp = of(DROPPED, "nginx");
  if (kernel !== null && hangUp !== undefined) {
    const times = hangUp / (kernel["prerouting"] ?? Number.NaN);
    console.log(
      `kernel at prerouting: ${times.toFixed(1)} × cheaper than nginx's 444 on a new connection`,
    );
  }
  for (const [text, met] of goals) console.log(`${met ? "met" : "missed"}: ${text}`);
  if (json !== undefined) {
    const figures = Object.fromEntries(
      [...costs].map(([name, by]) => [name, Object.fromEntries(by)]),
    );
    writeFileSync(json, `${JSON.stringify({ figures, kernel }, null, 2)}\n`);
  }
  return goals.every(([, met]) => met);
}
