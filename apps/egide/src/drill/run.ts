import { ATTACKS } from "#drill/attack/library.ts";
import { type AttackFigures, fared, hasReached, timeToMitigate } from "#drill/measure.ts";
import type { Shot } from "#drill/outcome.ts";
import { Stage, type StageOptions } from "#drill/stage.ts";

export interface DrillOptions extends StageOptions {
  /** Names of attacks, in order. */
  readonly attacks: readonly string[];
  /** Milliseconds of quiet before the first attack, of quiet before each, of each attack. */
  readonly acquaintMs: number;
  readonly quietMs: number;
  readonly attackMs: number;
  /** Longest that is waited for rules to go. */
  readonly patienceMs: number;
  /** Of the installation: rules in force for the zone, and seconds of CPU so far. */
  readonly rules: () => Promise<number>;
  readonly cpu: () => number;
  /** Requests that the site itself has answered so far; null where nobody can tell. */
  readonly answered: (() => Promise<number>) | null;
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

/** Plays the attacks one after the other while people use the site, and measures how both fare. */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const { seed, rate, told } = options;
  const answered = options.answered ?? (() => Promise.resolve(0));
  const stage = new Stage(options);
  const { people, shots } = stage;
  const now = (): number => stage.now();
  const attacks: AttackFigures[] = [];
  const spans: DrillResult["spans"][number][] = [];
  try {
    told(`getting to know the site for ${Math.round(options.acquaintMs / 1000)} s`);
    await Bun.sleep(options.acquaintMs);
    for (const name of options.attacks) {
      const { eveMs = 0 } = ATTACKS.find((each) => each.name === name) ?? {};
      if (eveMs > 0) {
        stage.begin(name);
        await Bun.sleep(eveMs - options.quietMs);
      }
      const quietFrom = now();
      const answeredQuiet = await answered();
      await Bun.sleep(options.quietMs);
      const from = now();
      const cpuBefore = options.cpu();
      const answeredBefore = await answered();
      if (eveMs === 0) stage.begin(name);
      const detected = await watch(options, now, from, from + options.attackMs);
      stage.end();
      const to = now();
      const cpu = options.cpu() - cpuBefore;
      const answeredAfter = await answered();
      const withdrawn = await untilNoRule(options, now, to);
      const after = now();
      spans.push({ name, from, to });
      const made = shots.filter(({ at, isVisitor }) => at >= from && isVisitor !== true);
      const crowd = shots.filter(({ at, isVisitor }) => at >= quietFrom && isVisitor === true);
      const all = crowd.length === 0 ? people : [...people, ...crowd];
      const reached = made.filter(hasReached).length;
      const intended = (made.length * 1000) / (to - from);
      const mitigated = timeToMitigate(made, from, to, intended);
      const figures: AttackFigures = {
        name,
        requests: made.length,
        reached,
        detected,
        mitigated,
        before: fared(all, quietFrom, from),
        during: fared(all, from, to),
        held: fared(all, from + (mitigated ?? 0), to),
        after: fared(all, to, after),
        withdrawn,
        cpu,
        origin: {
          before: ((answeredBefore - answeredQuiet) * 1000) / (from - quietFrom),
          during: ((answeredAfter - answeredBefore) * 1000) / (to - from),
        },
      };
      attacks.push(figures);
      told(line(figures));
    }
  } finally {
    stage.close();
  }
  const isVisitor = (shot: Shot): boolean => shot.isVisitor === true;
  return {
    seed,
    rate,
    attacks,
    people: [...people, ...shots.filter(isVisitor)],
    shots: shots.filter((shot) => !isVisitor(shot)),
    spans,
  };
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

export async function untilNoRule(
  { rules, patienceMs }: Pick<DrillOptions, "rules" | "patienceMs">,
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
