import type { Costs } from "#mitigate/costs.ts";
import type { Load as Whole } from "#mitigate/alarm.ts";
import type { Observation, ZoneReport } from "#mitigate/observation.ts";

type Load = Omit<Whole, "lately">;

interface Tick {
  readonly ms: number;
  readonly arrived: number;
  readonly inFlight: number;
  samples: readonly Observation[];
  readonly answers: number;
  readonly errors: number;
  readonly originMs: number;
}

/** The last second of a zone, tick by tick. */
export class Recent {
  readonly #ticks: Tick[] = [];

  /** Reports of all workers for one tick. */
  push(reports: readonly ZoneReport[], ms: number): void {
    const served = reports.flatMap((report) => report.served);
    const fromOrigin = served.reduce((n, { count, hits }) => n + count - hits, 0);
    this.#ticks.push({
      ms,
      arrived: total(reports, ({ arrived }) => arrived),
      inFlight: total(reports, ({ inFlight }) => inFlight),
      samples: reports.flatMap(({ samples }) => samples),
      answers: fromOrigin,
      errors: served.reduce((n, { errors }) => n + errors, 0),
      originMs: served.reduce((n, { originMs }) => n + originMs, 0),
    });
    while (this.#span() - (this.#ticks[0] as Tick).ms >= 1000) this.#ticks.shift();
  }

  /** How it fares now: rates over the last `ms`, answers over the whole second. */
  load(ms: number, costs: Costs): Load {
    let span = 0;
    let arrived = 0;
    let rate = 0;
    for (let i = this.#ticks.length - 1; i >= 0 && span < ms; i--) {
      const tick = this.#ticks[i] as Tick;
      span += tick.ms;
      arrived += tick.arrived;
      for (const { weight, resource } of tick.samples) rate += weight * costs.originShare(resource);
    }
    const answers = this.#ticks.reduce((n, tick) => n + tick.answers, 0);
    const originMs = this.#ticks.reduce((n, tick) => n + tick.originMs, 0);
    const errors = this.#ticks.reduce((n, tick) => n + tick.errors, 0);
    const seconds = Math.max(ms, span) / 1000;
    return {
      rate: rate / seconds,
      served: arrived / seconds,
      work: (originMs * 1000) / Math.max(1000, this.#span()),
      latency: answers === 0 ? 0 : originMs / answers,
      errors: answers === 0 ? 0 : errors / answers,
      answers,
      inFlight: this.#ticks.at(-1)?.inFlight ?? 0,
    };
  }

  /** Requests of the last `ms`, and the seconds they came in. */
  samples(ms: number): { readonly samples: Observation[]; readonly seconds: number } {
    const samples: Observation[] = [];
    let span = 0;
    for (let i = this.#ticks.length - 1; i >= 0 && span < ms; i--) {
      const tick = this.#ticks[i] as Tick;
      span += tick.ms;
      samples.push(...tick.samples);
    }
    return { samples, seconds: Math.max(ms, span) / 1000 };
  }

  /** Forgets requests that are dealt with: they must not raise the alarm again. */
  drop(isDealtWith: (observation: Observation) => boolean): void {
    for (const tick of this.#ticks) {
      tick.samples = tick.samples.filter((observation) => !isDealtWith(observation));
    }
  }

  #span(): number {
    return this.#ticks.reduce((ms, tick) => ms + tick.ms, 0);
  }
}

function total(reports: readonly ZoneReport[], of: (report: ZoneReport) => number): number {
  return reports.reduce((n, report) => n + of(report), 0);
}
