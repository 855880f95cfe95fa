import type { Zone } from "@egide/contract/policy/zone.ts";
import { MitigationCentre } from "@egide/edge/mitigate/centre.ts";
import { explain } from "@egide/edge/mitigate/explain.ts";
import type { Mitigation as MitigationRule } from "@egide/edge/mitigate/rule.ts";
import type { Decision } from "@egide/edge/mitigate/guard.ts";
import type { MitigationMemory } from "@egide/edge/mitigate/memory.ts";
import type { ZoneReport } from "@egide/edge/mitigate/observation.ts";
import type { BanWish } from "@egide/edge/mitigate/strikes.ts";
import { VisitorBook } from "@egide/edge/mitigate/visitor-book.ts";
import { TICK_MS } from "@egide/edge/mitigate/worker.ts";
import type { EnforcedRule } from "@egide/edge/mitigate/zone-watch.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import type { Logger } from "#log/logger.ts";
import type { MitigationFile } from "#mitigation/file.ts";

export interface MitigationOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memory: MitigationMemory;
  /** Monotonic milliseconds that mean the same in all threads. */
  readonly now: () => number;
  /** Zones as the configuration in force has them. */
  readonly zones: () => readonly Zone[];
  readonly enforce: (zone: string, rules: readonly EnforcedRule[]) => void;
  readonly ban: (zone: string, bans: readonly BanWish[]) => void;
  /** Where what was learned is kept over a restart. */
  readonly file: Pick<MitigationFile, "read" | "write">;
  /** Keeps the evidence behind a rule that is in force from here on. */
  readonly remember: (rule: MitigationRule) => void;
}

/** Bans are told so often at most. */
const BANS_MS = 10_000;
const SAVE_MS = 60_000;

/** The main thread's part in holding off attacks: it hears all workers, decides, and says so. */
export class Mitigation {
  readonly centre: MitigationCentre;
  readonly #options: MitigationOptions;
  readonly #book: VisitorBook;
  #timer: Timer | null = null;
  #zones: readonly Zone[] = [];
  #bans = 0;
  #savedAt: number;
  #isSucceeded = false;
  #bansTold = Number.NEGATIVE_INFINITY;

  constructor(options: MitigationOptions) {
    this.#options = options;
    this.#book = new VisitorBook(options.memory.visitors);
    this.centre = new MitigationCentre({
      random: Math.random,
      enforce: options.enforce,
      decided: (decision, now) => this.#decided(decision, now),
    });
    const { zones, visitors } = options.file.read(options.clock.now());
    this.centre.restore(zones);
    const now = options.now();
    // The latest last: where there is no room for all, they stay.
    for (const [visitor, rate] of visitors.toReversed()) this.#book.write({ visitor, rate }, now);
    this.#savedAt = now;
    this.#wait();
  }

  /** Keeps what was learned, for the process that comes after this one. */
  save(): void {
    const { file, clock, now } = this.#options;
    this.#savedAt = now();
    const visitors = this.#book
      .list(now())
      .map(({ visitor, rate }): [number, number] => [visitor, rate]);
    file.write({ zones: this.centre.save(), visitors }, clock.now());
  }

  /** A newer process has taken over: what is learned from here on is its own. */
  handOver(): void {
    this.#isSucceeded = true;
  }

  take(reports: readonly ZoneReport[]): void {
    this.centre.take(reports);
  }

  close(): void {
    this.#timer?.cancel();
    if (!this.#isSucceeded) this.save();
  }

  #wait(): void {
    const { clock, now } = this.#options;
    this.#timer = clock.after(TICK_MS, () => {
      this.#wait();
      this.#look();
      this.centre.step(now(), new Date(clock.now()).getUTCHours());
      if (now() - this.#savedAt >= SAVE_MS && !this.#isSucceeded) this.save();
    });
  }

  /** Bans come one by one for as long as an attack lasts: a line for each would bury the others. */
  #count(zone: string, bans: number, now: number): void {
    this.#bans += bans;
    if (now - this.#bansTold < BANS_MS) return;
    const { logger } = this.#options;
    logger.warn({ zone, addresses: this.#bans }, "addresses that heed no challenge are dropped");
    this.#bans = 0;
    this.#bansTold = now;
  }

  /** A reload brings a new list. */
  #look(): void {
    const zones = this.#options.zones();
    if (zones === this.#zones) return;
    this.#zones = zones;
    this.centre.setZones(zones);
  }

  #decided(decision: Decision, now: number): void {
    const { logger, ban } = this.#options;
    switch (decision.kind) {
      case "known":
        for (const welcome of decision.visitors) this.#book.write(welcome, now);
        return;
      case "ban":
        ban(decision.zone, decision.bans);
        this.#count(decision.zone, decision.bans.length, now);
        return;
      case "crowd":
        logger.info({ zone: decision.zone }, explain(decision));
        return;
      case "made":
      case "withdrawn": {
        const { rule } = decision;
        if (decision.kind === "made" && this.centre.isEnforced(rule.zone)) {
          this.#options.remember(rule);
        }
        logger.warn({ zone: rule.zone, rule: rule.id, measure: rule.measure }, explain(decision));
      }
    }
  }
}
