import { loopback } from "#drill/address.ts";
import type { AttackOrder } from "#drill/attack/thread.ts";
import type { Target } from "#drill/connection.ts";
import { type AttackFigures, fared, hasReached, timeToMitigate } from "#drill/measure.ts";
import type { Shot } from "#drill/outcome.ts";
import { startPeople } from "#drill/people.ts";
import type { Site } from "#drill/person.ts";

export interface DrillOptions {
  readonly target: Target;
  readonly site: Site;
  readonly seed: number;
  /** Names of attacks, in order. */
  readonly attacks: readonly string[];
  readonly rate: number;
  /** Milliseconds of quiet before the first attack, of quiet before each, of each attack. */
  readonly acquaintMs: number;
  readonly quietMs: number;
  readonly attackMs: number;
  /** Longest that is waited for rules to go. */
  readonly patienceMs: number;
  readonly readers: number;
  readonly neighbours: number;
  readonly spread: boolean;
  /** The program of the attackers' thread. */
  readonly thread: URL;
  /** Of the installation: rules in force for the zone, and seconds of CPU so far. */
  readonly rules: () => Promise<number>;
  readonly cpu: () => number;
  readonly told: (line: string) => void;
}

export interface DrillResult {
  readonly seed: number;
  readonly rate: number;
  readonly attacks: readonly AttackFigures[];
  readonly people: readonly Shot[];
  readonly shots: readonly Shot[];
  /** When each attack began and ended, in milliseconds since the drill began. */
  readonly spans: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

const ASK_MS = 100;
/** Groups of addresses that an attack has to itself, above the people's. */
const FIRST_GROUP = 16;
const GROUPS = 4;

/** Plays the attacks one after the other while people use the site, and measures how both fare. */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const { target, site, seed, rate, spread, told } = options;
  const origin = performance.timeOrigin + performance.now();
  const now = (): number => performance.timeOrigin + performance.now() - origin;
  const people: Shot[] = [];
  const address = (group: number, n: number): string | undefined =>
    spread ? loopback(group, n) : undefined;
  const crowd = startPeople({
    target,
    site,
    seed,
    readers: options.readers,
    neighbours: options.neighbours,
    address,
    now,
    told: (shot) => people.push(shot),
  });
  const attackers = new Worker(options.thread);
  const shots: Shot[] = [];
  attackers.addEventListener("message", ({ data }: MessageEvent<Shot[]>) => {
    for (const shot of data) shots.push(shot);
  });
  const attacks: AttackFigures[] = [];
  const spans: DrillResult["spans"][number][] = [];
  try {
    told(`getting to know the site for ${Math.round(options.acquaintMs / 1000)} s`);
    await Bun.sleep(options.acquaintMs);
    for (const [n, name] of options.attacks.entries()) {
      const quietFrom = now();
      await Bun.sleep(options.quietMs);
      const from = now();
      const first = shots.length;
      const cpuBefore = options.cpu();
      const order: AttackOrder = {
        name,
        target,
        site,
        seed,
        rate,
        spread,
        group: FIRST_GROUP + n * GROUPS,
        origin,
      };
      attackers.postMessage(order);
      const detected = await watch(options, now, from, from + options.attackMs);
      attackers.postMessage("stop");
      const to = now();
      const cpu = options.cpu() - cpuBefore;
      const withdrawn = await untilNoRule(options, now, to);
      const after = now();
      spans.push({ name, from, to });
      const made = shots.slice(first);
      const reached = made.filter(hasReached).length;
      const intended = (made.length * 1000) / (to - from);
      const mitigated = timeToMitigate(made, from, to, intended);
      const figures: AttackFigures = {
        name,
        requests: made.length,
        reached,
        detected,
        mitigated,
        before: fared(people, quietFrom, from),
        during: fared(people, from, to),
        held: fared(people, from + (mitigated ?? 0), to),
        after: fared(people, to, after),
        withdrawn,
        cpu,
      };
      attacks.push(figures);
      told(line(figures));
    }
  } finally {
    crowd.stop();
    attackers.terminate();
  }
  return { seed, rate, attacks, people, shots, spans };
}

/** Waits for the attack's end; answers when the first rule was seen. */
async function watch(
  { rules }: DrillOptions,
  now: () => number,
  from: number,
  to: number,
): Promise<number | null> {
  let detected: number | null = null;
  while (now() < to) {
    if (detected === null && (await rules()) > 0) detected = now() - from;
    await Bun.sleep(Math.min(ASK_MS, Math.max(0, to - now())));
  }
  return detected;
}

async function untilNoRule(
  { rules, patienceMs }: DrillOptions,
  now: () => number,
  ended: number,
): Promise<number | null> {
  while (now() - ended < patienceMs) {
    if ((await rules()) === 0) return now() - ended;
    await Bun.sleep(ASK_MS);
  }
  return null;
}

export function line(figures: AttackFigures): string {
  const { name, mitigated, detected, requests, reached, during, before, held } = figures;
  const ms = (value: number | null): string =>
    value === null ? "never" : `${Math.round(value)} ms`;
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  return [
    name.padEnd(14),
    `detected ${ms(detected)}`.padEnd(18),
    `mitigated ${ms(mitigated)}`.padEnd(20),
    `${reached} of ${requests} reached the site`.padEnd(34),
    `people served ${percent(during.served)}, challenged ${percent(during.challenged)}, blocked ${percent(during.blocked)}`,
    `p99 ${before.p99.toFixed(0)} → ${held.p99.toFixed(0)} ms`,
  ].join("  ");
}
