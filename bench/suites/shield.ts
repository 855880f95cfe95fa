import { join } from "node:path";
import { verifyRates } from "../challenge/verify.ts";
import { type ShieldPeer, shieldPeers } from "../peers/shield.ts";
import { cpuMicros, family, softirqMicros } from "../process.ts";
import { reportShield, type ShieldFigures } from "../report/shield.ts";
import { Running, startOrigin } from "../run.ts";

export interface ShieldOptions {
  readonly rounds: number;
  readonly json: string | undefined;
  readonly only: string;
}

interface Attempt {
  readonly name: string;
  readonly kind: "kept" | "new";
  readonly path: string;
  readonly count: number;
  /** How the status begins; "-": nothing may be answered. */
  readonly status: string;
  /** Third number of the addresses that it comes from. */
  readonly network: number;
  readonly only?: readonly string[];
}

const REFUSERS = ["egide", "nginx", "haproxy"];
const ATTEMPTS: readonly Attempt[] = [
  {
    name: "refused by a rule (403)",
    kind: "kept",
    path: "/refused",
    count: 40_000,
    status: "403",
    network: 0,
    only: REFUSERS,
  },
  {
    name: "refused by a rate limit (429)",
    kind: "kept",
    path: "/limited",
    count: 40_000,
    status: "429",
    network: 0,
    only: REFUSERS,
  },
  {
    name: "shown a challenge page",
    kind: "kept",
    path: "/challenged",
    count: 20_000,
    status: "403",
    network: 0,
    only: ["egide"],
  },
  {
    name: "refused by a rule (403)",
    kind: "new",
    path: "/refused",
    count: 10_000,
    status: "403",
    network: 0,
    only: REFUSERS,
  },
  {
    name: "hung up on",
    kind: "new",
    path: "/dropped",
    count: 10_000,
    status: "-",
    network: 3,
    only: REFUSERS,
  },
  {
    name: "cleared, 1 KB of the origin",
    kind: "kept",
    path: "/1k",
    count: 30_000,
    status: "200",
    network: 0,
    only: ["egide", "go"],
  },
];
const SYN_COUNT = 300_000;
/** Of the attempts of one round, those that may end otherwise: a limit lets the first one through. */
const STRAY = 0.02;

/**
 * What one refused request costs. Peers run on one core, the client on the other. Two figures each: the
 * CPU time of the peer's own processes, which leaves out what the kernel does for them while the client
 * sends; and that of the client and the kernel's threads besides, which is all that the attempt takes
 * of the machine. The kernel's drop by the difference of two floods, and whole (bench/shield/kernel.ts).
 */
export async function runShield({ rounds, json, only }: ShieldOptions): Promise<boolean> {
  const present: ShieldPeer[] = [];
  for (const peer of shieldPeers) {
    const version = await peer.version();
    if (version === null) console.log(`left out: ${peer.name} (${peer.name} is not installed)`);
    else {
      console.log(`${peer.name}: ${version}`);
      present.push(peer);
    }
  }
  console.log(
    "left out: Anubis (docs/adr/0162); `go` stands in for it with the least it has to do",
  );
  const costs: ShieldFigures["costs"] = new Map();
  await attempts(present, rounds, only, costs);
  const kernel = "in the kernel".includes(only)
    ? await inNamespace("kernel.ts", [SYN_COUNT, rounds])
    : null;
  const xdp = "in the kernel".includes(only)
    ? await inNamespace("xdp.ts", [SYN_COUNT, rounds])
    : null;
  const proofs = "verify".includes(only) ? verifyRates() : [];
  const figures: ShieldFigures = {
    peers: present.map(({ name }) => name),
    costs,
    kernel,
    xdp,
    proofs,
  };
  if (json !== undefined) {
    const plain = {
      ...figures,
      costs: Object.fromEntries([...costs].map(([k, v]) => [k, Object.fromEntries(v)])),
    };
    await Bun.write(json, `${JSON.stringify(plain, null, 2)}\n`);
  }
  return reportShield(figures);
}

/** Rounds go round the peers, so that all of them see the same weather; the first is not counted. */
async function attempts(
  present: readonly ShieldPeer[],
  rounds: number,
  only: string,
  costs: ShieldFigures["costs"],
): Promise<void> {
  const chosen = ATTEMPTS.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) return;
  const origin = await startOrigin();
  const running: [ShieldPeer, Running, string][] = [];
  try {
    for (const peer of present) {
      const run = await Running.start(peer, origin.port, "", "");
      await peer.prepared?.(run.folder);
      running.push([peer, run, (await peer.cookie?.(run.folder, run.port)) ?? ""]);
    }
    for (let round = 0; round <= rounds; round++) {
      for (const attempt of chosen) {
        for (const [peer, run, cookie] of running) {
          if (attempt.only?.includes(peer.name) === false) continue;
          const cost = await measure(attempt, run, cookie, round > 0);
          if (round > 0) note(costs, `${attempt.kind}\n${attempt.name}`, peer.name, cost);
        }
      }
      console.error(`refused: round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.all(running.map(([, run]) => run.stop()));
    origin.stop();
  }
}

async function measure(
  { name, kind, path, count, status, network }: Attempt,
  run: Running,
  cookie: string,
  strict: boolean,
): Promise<{ own: number; whole: number }> {
  const file = join(import.meta.dirname, "../shield/attempt.ts");
  const words = [kind, String(run.port), String(count), status, String(network), path];
  if (cookie !== "" && path === "/1k") words.push(cookie);
  const pids = family(run.pid);
  const before = cpuMicros(pids);
  const kernel = softirqMicros();
  const child = Bun.spawn(["taskset", "-c", "1", process.execPath, file, ...words], {
    stdout: "pipe",
    timeout: 120_000,
  });
  const text = await new Response(child.stdout).text();
  const own = cpuMicros(pids) - before;
  const {
    attempts: made,
    wrong,
    micros,
  } = JSON.parse(text) as {
    attempts: number;
    wrong: number;
    micros: number;
  };
  if (strict && wrong > made * STRAY) {
    throw new Error(`${run.name}: ${wrong} of ${made} ended otherwise (${name})`);
  }
  return { own: own / made, whole: (own + micros + softirqMicros() - kernel) / made };
}

/** Runs a measurement in a network namespace of its own. Null where it can't be, with the reason told. */
async function inNamespace(
  file: string,
  words: readonly number[],
): Promise<Record<string, number[]> | null> {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  const missing = ["nft", "ip", "unshare", "nsenter"].find(
    (tool) => Bun.which(tool, { PATH: path }) === null,
  );
  if (missing !== undefined) {
    console.log(`left out: ${file} (${missing} is not installed)`);
    return null;
  }
  const program = join(import.meta.dirname, "../shield", file);
  const child = Bun.spawn(
    ["unshare", "-n", "taskset", "-c", "1", process.execPath, program, ...words.map(String)],
    {
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, PATH: path },
      timeout: 240_000,
    },
  );
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) === 0) return JSON.parse(out) as Record<string, number[]>;
  console.log(`left out: ${file} (${/error: .*/.exec(err)?.[0] ?? err.trim().split("\n").at(-1)})`);
  return null;
}

function note<T>(costs: Map<string, Map<string, T[]>>, name: string, peer: string, cost: T): void {
  const byPeer = costs.get(name) ?? new Map<string, T[]>();
  costs.set(name, byPeer);
  byPeer.set(peer, [...(byPeer.get(peer) ?? []), cost]);
}
