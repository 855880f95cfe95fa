import type { SavedZone } from "@egide/contract/mitigation-file.ts";
import type { Load } from "#mitigate/alarm.ts";
import type { Observation } from "#mitigate/observation.ts";
import { fromSaved, toSaved } from "#mitigate/saved-request.ts";
import { bears, type Signature } from "#mitigate/signature.ts";
import type { Weighted } from "#mitigate/search.ts";

/** What of a request is remembered: not who sent it. */
type Ordinary = Pick<Observation, "weight" | "known" | "resource" | "features">;

/** What of it is kept over a restart. */
export type SavedBaseline = Pick<
  SavedZone,
  | "hours"
  | "rate"
  | "variance"
  | "served"
  | "work"
  | "latency"
  | "inFlight"
  | "ceiling"
  | "learned"
  | "kept"
>;

const KEPT = 3000;
/** Of a full reservoir, this share is replaced in a minute of ordinary traffic. */
const TURNOVER_MS = 20 * 60_000;
const RATE_MS = 60_000;
const HOUR_MS = 20 * 60_000;
const HOURS = 24;
/** Standard deviations above the mean that an ordinary busy second may be. */
const DEVIATIONS = 4;
/** So many times more a minute is growth, after a first acquaintance; what comes faster is an event. */
const GROWTH = 1.5;
const ACQUAINTANCE_MS = 60_000;
/** A crowd that has left is forgotten to a third after so long. */
const CROWD_MS = 10_000;

/** What a zone's traffic is like while nothing is wrong. */
export class Baseline {
  readonly #random: () => number;
  readonly #kept: Ordinary[] = [];
  /** Requests a second at each hour of the day (UTC). */
  readonly #hours = new Float64Array(HOURS);
  #rate = 0;
  #variance = 0;
  #served = 0;
  #work = 0;
  #latency = 0;
  #inFlight = 0;
  /** The busiest second may not grow faster than this allows: an attack that swells is none the less one. */
  #ceiling = 0;
  /** Requests a second of a crowd that is there, or was a moment ago. */
  #crowd = 0;
  /** Milliseconds of ordinary traffic that were learned from. */
  #learned = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Requests a second that an origin answered, on average. */
  get rate(): number {
    return this.#rate;
  }

  /** Requests a second in all, from the cache too. */
  get served(): number {
    return this.#served;
  }

  /** Milliseconds of an origin's time that are used up in a second. */
  get work(): number {
    return this.#work;
  }

  /** Milliseconds that an origin takes, on average; 0: not known yet. */
  get latency(): number {
    return this.#latency;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Seconds of ordinary traffic that it rests on. */
  get seconds(): number {
    return this.#learned / 1000;
  }

  /** The busiest second to be expected at this hour, from the same hour before and from lately. */
  peak(hour: number): number {
    return Math.max(this.#plainPeak(hour), this.#crowd);
  }

  /** The same without the crowd that is there. */
  #plainPeak(hour: number): number {
    return Math.max(Math.min(this.#busy, this.#ceiling), this.#hours[hour % HOURS] as number);
  }

  /** An ordinary busy second, as it has been lately. */
  get #busy(): number {
    return this.#rate + DEVIATIONS * Math.sqrt(this.#variance);
  }

  /** Those who are here are people: as many are welcome while they stay. */
  accept(rate: number): void {
    this.#crowd = Math.max(this.#crowd, rate);
  }

  /** They were no people after all. */
  reject(): void {
    this.#crowd = 0;
  }

  /** A crowd leaves in `ms`, unless it is accepted again. */
  age(ms: number): void {
    this.#crowd *= Math.exp(-ms / CROWD_MS);
  }

  /** `now`: how it fared over the last second; `ms`: since it was told last. */
  learn(
    observations: readonly Observation[],
    now: Omit<Load, "lately">,
    hour: number,
    ms: number,
  ): void {
    this.#learned += ms;
    // At first the plain mean of what there is, so that one quiet second does not count as the rule.
    const share = Math.max(ms / RATE_MS, ms / this.#learned);
    // A crowd is no measure of ordinary seconds: who comes after it would find the door wide open.
    const most = this.#crowd > this.#rate ? this.#plainPeak(hour) : now.rate;
    const difference = Math.min(now.rate, most) - this.#rate;
    this.#rate += difference * share;
    this.#variance += (difference * difference * (1 - share) - this.#variance) * share;
    this.#served += (now.served - this.#served) * share;
    this.#work += (now.work - this.#work) * share;
    this.#inFlight += (now.inFlight - this.#inFlight) * share;
    if (now.latency > 0) {
      this.#latency =
        this.#latency === 0 ? now.latency : this.#latency + (now.latency - this.#latency) * share;
    }
    const slot = hour % HOURS;
    const before = this.#hours[slot] as number;
    this.#hours[slot] = before + (this.#rate - before) * Math.min(1, ms / HOUR_MS);
    for (const observation of observations) this.#keep(observation, ms);
    const grown = this.#ceiling * GROWTH ** (ms / 60_000);
    this.#ceiling = this.#learned < ACQUAINTANCE_MS ? this.#busy : Math.min(this.#busy, grown);
  }

  #keep({ weight, known, resource, features }: Observation, ms: number): void {
    const observation: Ordinary = { weight, known, resource, features };
    if (this.#kept.length < KEPT) {
      this.#kept.push(observation);
      return;
    }
    // Few replacements a tick whatever the traffic: the reservoir remembers minutes, not a burst.
    if (this.#random() > (KEPT * ms) / TURNOVER_MS / Math.max(1, observation.weight)) return;
    this.#kept[Math.floor(this.#random() * KEPT)] = observation;
  }

  /** At most `most` of the requests. */
  save(most: number): SavedBaseline {
    const step = Math.max(1, this.#kept.length / Math.max(1, most));
    const kept = Array.from(
      { length: Math.min(most, this.#kept.length) },
      (_, i) => this.#kept[Math.floor(i * step)] as Ordinary,
    );
    return {
      hours: [...this.#hours],
      rate: this.#rate,
      variance: this.#variance,
      served: this.#served,
      work: this.#work,
      latency: this.#latency,
      inFlight: this.#inFlight,
      ceiling: this.#ceiling,
      learned: this.#learned,
      kept: kept.map(toSaved),
    };
  }

  /** Takes up what an earlier process knew, before anything is learned. */
  restore(saved: SavedBaseline): void {
    this.#hours.set(saved.hours);
    this.#rate = saved.rate;
    this.#variance = saved.variance;
    this.#served = saved.served;
    this.#work = saved.work;
    this.#latency = saved.latency;
    this.#inFlight = saved.inFlight;
    this.#ceiling = saved.ceiling;
    this.#learned = saved.learned;
    for (const each of saved.kept) this.#kept.push(fromSaved(each));
  }

  /** Requests a second that usually bear `signature`. */
  rateOf(signature: Signature): number {
    let rate = 0;
    for (const each of this.sample(() => 1)) if (bears(each.features, signature)) rate += each.rate;
    return rate;
  }

  /** Share of ordinary requests that bear `signature`; 1 where nothing is known. */
  shareOf(signature: Signature): number {
    const { served } = this;
    return served === 0 ? 1 : this.rateOf(signature) / served;
  }

  /** Ordinary requests with the rates at which they come, each times what it counts for. */
  sample(weigh: (resource: string) => number): Weighted[] {
    let weight = 0;
    for (const { weight: each } of this.#kept) weight += each;
    return this.#kept.map(({ features, known, resource, weight: each }) => ({
      features,
      known,
      rate: (each / weight) * this.#served * weigh(resource),
    }));
  }
}
