import {
  admits,
  type Breaker,
  type BreakerRules,
  newBreaker,
  stepBreaker,
} from "#upstream/health/breaker.ts";
import { type Probe, type ProbeRules, stepProbe, UNJUDGED } from "#upstream/health/probe.ts";
import { ErrorWindow } from "#upstream/health/window.ts";

export interface HealthRules {
  readonly breaker: BreakerRules;
  readonly probe: ProbeRules;
  /** Share of server errors that opens the breaker; 0: never. */
  readonly errorShare: number;
  readonly minRequests: number;
  readonly windowMs: number;
}

/** A turn in an origin's health: by active checks, or of the breaker. */
export type HealthTurn = "up" | "down" | Breaker["kind"];

/** What is known of an origin's health: active checks and the breaker together. Time is given. */
export class Health {
  readonly #rules: HealthRules;
  readonly #window: ErrorWindow | null;
  #breaker: Breaker = newBreaker();
  #probe: Probe = UNJUDGED;
  /** When it last came back; it starts well. */
  upSince = -Infinity;
  /** Hears of every turn. */
  onTurn: (turn: HealthTurn) => void = () => {};

  constructor(rules: HealthRules) {
    this.#rules = rules;
    this.#window = rules.errorShare > 0 ? new ErrorWindow(rules.windowMs) : null;
  }

  get isUp(): boolean {
    return this.#probe.up;
  }

  get breaker(): Breaker["kind"] {
    return this.#breaker.kind;
  }

  /** Up, with nothing against it: neither a choice nor a good answer needs the time. */
  get isCalm(): boolean {
    const breaker = this.#breaker;
    return (
      breaker.kind === "closed" && breaker.failures === 0 && this.#probe.up && this.#window === null
    );
  }

  /** May a request go out? */
  isUsable(now: number): boolean {
    return this.#probe.up && admits(this.#breaker, this.#rules.breaker, now);
  }

  /** When the breaker lets a trial through; null where time alone changes nothing. */
  get trialAt(): number | null {
    return this.#probe.up && this.#breaker.kind === "open" ? this.#breaker.until : null;
  }

  /** A request goes out. One of `answered`, `failed` and `abandoned` follows. */
  begin(now: number): void {
    if (this.#breaker.kind !== "closed") this.#step("begin", now);
  }

  answered(isServerError: boolean, now: number): void {
    const { errorShare, minRequests } = this.#rules;
    const window = this.#window;
    window?.record(isServerError, now);
    if (window !== null && isServerError && this.#breaker.kind !== "open") {
      if (window.exceeds(errorShare, minRequests, now)) {
        window.reset();
        this.#step("trip", now);
        return;
      }
    }
    if (this.#breaker.kind !== "closed" || this.#breaker.failures > 0) this.#step("success", now);
  }

  failed(now: number): void {
    this.#step("failure", now);
  }

  abandoned(now: number): void {
    if (this.#breaker.kind === "half_open") this.#step("abandon", now);
  }

  /** Result of an active check. */
  probed(isGood: boolean, now: number): void {
    const before = this.#probe;
    this.#probe = stepProbe(before, this.#rules.probe, isGood);
    if (before.up === this.#probe.up) return;
    if (this.#probe.up) this.upSince = now;
    this.onTurn(this.#probe.up ? "up" : "down");
  }

  #step(event: Parameters<typeof stepBreaker>[2], now: number): void {
    const before = this.#breaker;
    const after = stepBreaker(before, this.#rules.breaker, event, now);
    this.#breaker = after;
    if (before.kind === after.kind) return;
    if (after.kind === "closed") this.upSince = now;
    this.onTurn(after.kind);
  }
}
