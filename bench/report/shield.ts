import type { Rate } from "../challenge/verify.ts";
import { grid, median } from "./table.ts";

/** CPU microseconds of one attempt: the peer's own processes, and the whole machine. */
export interface Cost {
  readonly own: number;
  readonly whole: number;
}

export interface ShieldFigures {
  readonly peers: readonly string[];
  /** By kind and name (joined by a line feed), then by peer: one of each round. */
  readonly costs: Map<string, Map<string, Cost[]>>;
  readonly kernel: Readonly<Record<string, readonly number[]>> | null;
  readonly xdp: Readonly<Record<string, readonly number[]>> | null;
  readonly proofs: readonly Rate[];
}

/** How often cheaper a drop in the kernel is to be than nginx's cheapest refusal. */
const KERNEL_GOAL = 20;
const CLEARED_GOAL = 3;
/** Milliseconds in which ten thousand addresses are to be banned. */
const BATCH_GOAL = 100;
const KINDS = { kept: "on a kept connection", new: "on a new one" } as const;
type Kind = keyof typeof KINDS;

/** What is dropped in the kernel, in whose place on which kind of connection, and beside which flood. */
const DROPS = [
  { name: "prerouting", what: "a SYN dropped at prerouting", kind: "new", sender: "sender" },
  { name: "ingress", what: "a SYN dropped at ingress", kind: "new", sender: "sender" },
  {
    name: "request",
    what: "a request dropped at prerouting",
    kind: "kept",
    sender: "requestSender",
  },
] as const;

/** Prints what was measured and answers whether the goals are met. */
export function reportShield(figures: ShieldFigures): boolean {
  const { peers, costs, kernel, xdp, proofs } = figures;
  const of = (key: string, peer: string): Cost | undefined => {
    const list = costs.get(key)?.get(peer);
    if (list === undefined) return undefined;
    return {
      own: median(list.map(({ own }) => own)),
      whole: median(list.map(({ whole }) => whole)),
    };
  };
  // Microseconds each are tenths of a second for 100,000.
  const cell = (cost: Cost | undefined): string =>
    cost === undefined ? "–" : `${(cost.own / 10).toFixed(3)} (${(cost.whole / 10).toFixed(3)})`;
  const rows = [...costs.keys()].map((key) => {
    const [kind, name] = key.split("\n") as [Kind, string];
    return [name, KINDS[kind], ...peers.map((peer) => cell(of(key, peer)))];
  });
  const dropped =
    kernel === null ? [] : DROPS.map((drop) => ({ ...drop, cost: kernelCost(kernel, drop) }));
  for (const { what, kind, cost } of dropped) {
    rows.push([what, KINDS[kind], ...peers.map((peer) => (peer === "egide" ? cell(cost) : "–"))]);
  }
  if (kernel !== null) {
    const cost = kernelCost(kernel, { name: "listener", sender: "sender" });
    rows.push([
      "a SYN that reaches the listener",
      KINDS.new,
      cell(cost),
      ...peers.slice(1).map(() => "–"),
    ]);
  }
  console.log("\nCPU seconds for 100,000 refused requests, medians: own processes (whole machine)");
  console.log(grid([["how", "where", ...peers], ...rows]));
  if (xdp !== null) {
    const lines = Object.entries(xdp).map(([name, list]) => [name, median(list).toFixed(0)]);
    console.log("\nNanoseconds for a frame that comes in as from a network card, medians");
    console.log(grid([["how", "ns"], ...lines]));
  }
  if (proofs.length > 0) {
    const lines = proofs.map(({ what, micros }) => [
      what,
      micros.toFixed(2),
      Math.round(1e6 / micros).toLocaleString("en"),
    ]);
    console.log("\nChallenges, on one core");
    console.log(grid([["what", "µs", "a second"], ...lines]));
  }
  const goals = [...userSpace(costs, of), ...cleared(of), ...inKernel(dropped, costs, of)];
  if (kernel !== null) {
    const ms = Math.min(...(kernel["bans"] ?? []));
    const text = `10,000 addresses banned in ${ms.toFixed(0)} ms (the best of all rounds), goal < ${BATCH_GOAL}`;
    goals.push([text, ms < BATCH_GOAL]);
  }
  for (const { what, micros, goal } of proofs) {
    if (goal === undefined) continue;
    const rate = 1e6 / micros;
    goals.push([
      `${what}: ${Math.round(rate).toLocaleString("en")} a second, goal ≥ ${goal.toLocaleString("en")}`,
      rate >= goal,
    ]);
  }
  console.log("");
  for (const [text, met] of goals) console.log(`${met ? "met" : "missed"}: ${text}`);
  return goals.every(([, met]) => met);
}

type Goal = [text: string, met: boolean];
type Of = (key: string, peer: string) => Cost | undefined;

function kernelCost(
  kernel: Readonly<Record<string, readonly number[]>>,
  { name, sender }: { readonly name: string; readonly sender: string },
): Cost {
  const whole = median(kernel[name] ?? []);
  return { own: Math.max(0, whole - median(kernel[sender] ?? [])), whole };
}

function userSpace(costs: ShieldFigures["costs"], of: Of): Goal[] {
  return [...costs.keys()].flatMap((key): Goal[] => {
    const [own, theirs] = [of(key, "egide"), of(key, "nginx")];
    const [kind, name] = key.split("\n") as [Kind, string];
    if (own === undefined || theirs === undefined || name.startsWith("cleared")) return [];
    const times = own.own / theirs.own;
    return [[`${name} ${KINDS[kind]}: ${times.toFixed(2)} × nginx, goal ≤ 1`, times <= 1]];
  });
}

function cleared(of: Of): Goal[] {
  const key = "kept\ncleared, 1 KB of the origin";
  const [own, theirs] = [of(key, "egide"), of(key, "go")];
  if (own === undefined || theirs === undefined) return [];
  const times = theirs.own / own.own;
  return [
    [
      `cleared requests: ${times.toFixed(2)} × the rate of what stands in for Anubis, goal ≥ ${CLEARED_GOAL}`,
      times >= CLEARED_GOAL,
    ],
  ];
}

/** Like beside like: what nginx needs at the least for an attempt of the same kind. */
function inKernel(
  dropped: readonly { readonly what: string; readonly kind: Kind; readonly cost: Cost }[],
  costs: ShieldFigures["costs"],
  of: Of,
): Goal[] {
  return dropped.flatMap(({ what, kind, cost }): Goal[] => {
    const theirs = [...costs.keys()]
      .filter((key) => key.startsWith(`${kind}\n`) && !key.includes("cleared"))
      .flatMap((key) => of(key, "nginx") ?? []);
    if (theirs.length === 0) return [];
    const cheapest = (pick: (one: Cost) => number): number =>
      Math.min(...theirs.map(pick)) / pick(cost);
    const own = cheapest((one) => one.own);
    const whole = cheapest((one) => one.whole);
    const text = `${what}: ${own.toFixed(1)} × cheaper than nginx's cheapest ${KINDS[kind]} (whole machine: ${whole.toFixed(1)}), goal ≥ ${KERNEL_GOAL}`;
    return [[text, own >= KERNEL_GOAL]];
  });
}
