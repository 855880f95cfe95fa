import { dayTable, type EventFigures } from "#drill/day/figures.ts";
import { fared } from "#drill/measure.ts";
import type { Shot } from "#drill/outcome.ts";
import { type DrillOptions, untilNoRule } from "#drill/run.ts";
import { Stage } from "#drill/stage.ts";

export interface DayOptions extends Omit<DrillOptions, "attacks" | "attackMs" | "answered"> {
  /** Names of events, in order. */
  readonly events: readonly string[];
  readonly eventMs: number;
  /** What the installation did in the last `ms`, the oldest first, in words. */
  readonly done: (ms: number) => Promise<readonly string[]>;
}

export interface DayResult {
  readonly seed: number;
  readonly events: readonly EventFigures[];
  readonly people: readonly Shot[];
  readonly shots: readonly Shot[];
  readonly spans: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** Plays a day on which nobody attacks, compressed: whoever is stopped is stopped by mistake. */
export async function runDay(options: DayOptions): Promise<DayResult> {
  const { seed, told } = options;
  const stage = new Stage(options);
  const { people, shots } = stage;
  const events: EventFigures[] = [];
  const spans: DayResult["spans"][number][] = [];
  try {
    told(`getting to know the site for ${Math.round(options.acquaintMs / 1000)} s`);
    await Bun.sleep(options.acquaintMs);
    for (const name of options.events) {
      const quietFrom = stage.now();
      await Bun.sleep(options.quietMs);
      const from = stage.now();
      const first = shots.length;
      const cpuBefore = options.cpu();
      stage.begin(name);
      await Bun.sleep(options.eventMs);
      stage.end();
      const to = stage.now();
      const cpu = options.cpu() - cpuBefore;
      const withdrawn = await untilNoRule(options, () => stage.now(), to);
      spans.push({ name, from, to });
      const figures: EventFigures = {
        name,
        came: fared(shots.slice(first), from, to),
        others: fared(people, from, to),
        before: fared(people, quietFrom, from),
        done: await options.done(stage.now() - from),
        withdrawn,
        cpu,
      };
      events.push(figures);
      told(dayTable([figures]).split("\n")[2] ?? name);
      for (const text of figures.done) told(`    ${text}`);
    }
  } finally {
    stage.close();
  }
  return { seed, events, people, shots, spans };
}
