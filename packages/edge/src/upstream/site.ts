import type { OriginsSettings } from "@egide/contract/policy/origin.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { AppError } from "@egide/std/error.ts";
import type { TimerWheel } from "@egide/std/wheel.ts";
import type { OriginRequest } from "#stream.ts";
import { Picker, type PickerIdentity } from "#upstream/balance/picker.ts";
import { originError } from "#upstream/failure.ts";
import type { LegOutcome } from "#upstream/leg.ts";
import type { Origin } from "#upstream/origin.ts";
import { type BudgetRules, deposit, newBudget, withdraw } from "#upstream/retry/budget.ts";

/** What a zone's requests share: its origins, the choice among them, the retry budget. */
export class Site {
  readonly settings: OriginsSettings;
  readonly origins: readonly Origin[];
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  requests = 0;
  retries = 0;
  readonly #picker: Picker<Origin>;
  readonly #budgetRules: BudgetRules;
  readonly #budget;

  constructor(
    settings: OriginsSettings,
    origins: readonly Origin[],
    identity: PickerIdentity,
    clock: Clock,
    wheel: TimerWheel,
  ) {
    this.settings = settings;
    this.origins = origins;
    this.clock = clock;
    this.wheel = wheel;
    this.#picker = new Picker(origins, settings.balance, identity);
    const { budgetShare, minPerSecond } = settings.retry;
    this.#budgetRules = { share: budgetShare, minPerSecond };
    this.#budget = newBudget(this.#budgetRules, clock.monotonic());
  }

  pick(request: OriginRequest, tried: readonly Origin[] | null): Origin | null {
    // The usual case, one origin that is well: no time need be asked for.
    const only = this.origins.length === 1 ? (this.origins[0] as Origin) : null;
    if (only !== null && tried === null && only.weight > 0 && only.health.isCalm) return only;
    return this.#picker.pick(request, tried, this.clock.monotonic());
  }

  stickyCookie(request: OriginRequest, origin: Origin): string | null {
    return this.#picker.stickyCookie(request, origin);
  }

  beganRequest(): void {
    this.requests++;
    deposit(this.#budget, this.#budgetRules);
  }

  mayRetry(): boolean {
    const may = withdraw(this.#budget, this.#budgetRules, this.clock.monotonic());
    if (may) this.retries++;
    return may;
  }

  /** No origin can be used: when trying again makes sense. */
  unavailable(): AppError {
    const now = this.clock.monotonic();
    let wait = Infinity;
    for (const { health } of this.origins) {
      if (health.trialAt !== null) wait = Math.min(wait, health.trialAt - now);
    }
    if (wait === Infinity) wait = (this.settings.health.active?.intervalSeconds ?? 5) * 1000;
    return originError("origin.unavailable", undefined, Math.max(1, Math.ceil(wait / 1000)));
  }

  /** How an attempt went, for the origin's health. */
  readonly report = (origin: Origin, outcome: LegOutcome, status: number): void => {
    const { health } = origin;
    if (outcome === "answered" && health.isCalm) return;
    const now = this.clock.monotonic();
    if (outcome === "answered") {
      health.answered(status >= 500, now);
      return;
    }
    if (outcome === "nothing") {
      health.abandoned(now);
      return;
    }
    origin.failures++;
    // What can't be reached is out. Whatever else goes wrong may be one address of the site that a
    // stranger asks for again and again: it never takes the last origin away from everybody.
    if (outcome === "unreached" || this.#hasAnother(origin, now)) {
      if (outcome === "broken") health.answered(true, now);
      else health.failed(now);
    } else health.abandoned(now);
  };

  #hasAnother(origin: Origin, now: number): boolean {
    for (const other of this.origins) {
      if (other !== origin && other.weight > 0 && other.health.isUsable(now)) return true;
    }
    return false;
  }
}
