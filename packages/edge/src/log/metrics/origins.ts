import type { Clock, Timer } from "@egide/std/clock.ts";
import type { FamilyName } from "#log/metrics/family.ts";
import type { MetricsRecorder } from "#log/metrics/recorder.ts";

/** How one origin stands, as far as it is shown. */
export interface OriginState {
  readonly name: string;
  readonly isUp: boolean;
  readonly breaker: "closed" | "open" | "half_open";
  readonly inFlight: number;
  readonly waiting: number;
  readonly idleConnections: number;
  readonly openConnections: number;
  readonly requests: number;
  readonly failures: number;
  readonly connects: number;
}

/** All origins of a zone; one that has other settings after a reload is another object. */
export interface OriginsShown {
  stats(): { readonly retries: number; readonly origins: readonly OriginState[] };
}

/** How old the figures may be: a scrape reads what a worker wrote last. */
const PERIOD_MS = 2000;

/** Writes how a worker's origins stand into its figures, now and then: no request waits for it. */
export class OriginFigures {
  readonly #clock: Clock;
  readonly #recorder: MetricsRecorder;
  readonly #zones: () => Iterable<readonly [zone: string, origins: OriginsShown]>;
  /** Counters as they were when they were last looked at. */
  readonly #before = new WeakMap<OriginsShown, Map<string, number>>();
  #shown = new Map<string, readonly string[]>();
  #timer: Timer;

  constructor(
    clock: Clock,
    recorder: MetricsRecorder,
    zones: () => Iterable<readonly [string, OriginsShown]>,
  ) {
    this.#clock = clock;
    this.#recorder = recorder;
    this.#zones = zones;
    this.#timer = clock.after(PERIOD_MS, this.#turn);
  }

  stop(): void {
    this.#timer.cancel();
  }

  readonly #turn = (): void => {
    this.#timer = this.#clock.after(PERIOD_MS, this.#turn);
    const gone = this.#shown;
    this.#shown = new Map();
    for (const [zone, origins] of this.#zones()) this.#zone(zone, origins);
    for (const [key, labels] of gone) if (!this.#shown.has(key)) this.#gauges(labels, null);
  };

  #zone(zone: string, shown: OriginsShown): void {
    const { retries, origins } = shown.stats();
    let before = this.#before.get(shown);
    if (before === undefined) this.#before.set(shown, (before = new Map()));
    this.#count(before, "originRetries", [zone], retries);
    for (const origin of origins) {
      const labels = [zone, origin.name];
      this.#shown.set(labels.join("\0"), labels);
      this.#gauges(labels, origin);
      this.#count(before, "originRequests", labels, origin.requests);
      this.#count(before, "originFailures", labels, origin.failures);
      this.#count(before, "originConnects", labels, origin.connects);
    }
  }

  #gauges(labels: readonly string[], origin: OriginState | null): void {
    const set = (family: FamilyName, value: number): void =>
      this.#recorder.set(family, labels, value);
    set("originInFlight", origin?.inFlight ?? 0);
    set("originWaiting", origin?.waiting ?? 0);
    set("originConnections", origin?.openConnections ?? 0);
    set("originIdle", origin?.idleConnections ?? 0);
    set("originDown", origin?.isUp === false ? 1 : 0);
    set("originBreaker", origin === null || origin.breaker === "closed" ? 0 : 1);
  }

  #count(
    before: Map<string, number>,
    family: FamilyName,
    labels: readonly string[],
    now: number,
  ): void {
    const key = `${family} ${labels.join("\0")}`;
    const more = now - (before.get(key) ?? 0);
    before.set(key, now);
    if (more > 0 || now === 0) this.#recorder.add(family, labels, more);
  }
}
