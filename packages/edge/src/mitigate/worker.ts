import type { MitigationPolicy } from "@egide/contract/policy/mitigation.ts";
import { compile } from "@egide/expr/compile/compile.ts";
import type { Scheme } from "@egide/expr/scheme.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import type { Facts } from "#facts.ts";
import { requestScheme } from "#fields/scheme.ts";
import type { RequestView } from "#fields/view.ts";
import { knownField, probedField } from "#mitigate/fields.ts";
import type { MitigationMemory } from "#mitigate/memory.ts";
import type { ZoneReport } from "#mitigate/observation.ts";
import { visitorKey } from "#mitigate/observe.ts";
import { Probe } from "#mitigate/probe.ts";
import { VisitorBook } from "#mitigate/visitor-book.ts";
import { type EnforcedRule, ZoneWatch } from "#mitigate/zone-watch.ts";
import { machineTime } from "#wire/process-time.ts";

export interface MitigationWorkerOptions {
  readonly clock: Clock;
  readonly memory: MitigationMemory;
  /** 32 bytes that seal what visitors carry, the same on every node. */
  readonly secret: Uint8Array;
  /** Hears ten times a second what happened, if anything did. */
  readonly report: (reports: readonly ZoneReport[]) => void;
  /** A rule that can't be enforced: a fault of ours. */
  readonly broken: (error: unknown, zone: string) => void;
}

/** Milliseconds between two reports: an attack has to be seen in a few of them. */
export const TICK_MS = 100;
/** A throttled visitor passes once in so long. */
const PACE_MS = 30_000;

/** One worker's part in holding off attacks: it looks on, tells the main thread, and enforces. */
export class MitigationWorker {
  readonly #options: MitigationWorkerOptions;
  readonly #watches = new Map<string, ZoneWatch>();
  readonly #book: VisitorBook;
  readonly #limiter: Limiter;
  readonly #hash: KeyHash;
  readonly #probe: Probe;
  readonly #scheme: Scheme<RequestView>;
  readonly #now: () => number;
  #timer: Timer | null = null;
  #reportedAt: number;

  constructor(options: MitigationWorkerOptions) {
    this.#options = options;
    this.#now = machineTime(options.clock);
    this.#book = new VisitorBook(options.memory.visitors);
    this.#limiter = new Limiter(options.memory.paces);
    this.#hash = new KeyHash(options.memory.secret);
    this.#probe = new Probe(options.secret);
    this.#scheme = requestScheme(new Map(), [
      knownField((...who) => this.#isKnown(...who)),
      probedField(({ facts }) => this.#probe.isPassed(facts)),
    ]);
    this.#reportedAt = this.#now();
    this.#wait();
  }

  /** What watches a zone; null where it is not to be defended. The same over a reload. */
  watchOf(zone: string, { mode }: MitigationPolicy): ZoneWatch | null {
    if (mode === "off") {
      this.#watches.delete(zone);
      return null;
    }
    let watch = this.#watches.get(zone);
    if (watch === undefined) {
      watch = new ZoneWatch({
        zone,
        book: this.#book,
        hash: this.#hash,
        random: Math.random,
        now: this.#now,
        // Both run alike: what lies between them is the same for ever.
        started: this.#now() - this.#options.clock.monotonic(),
        compile: (expression) => compile(expression, this.#scheme).evaluate,
        probe: this.#probe,
        paces: (rule, facts) => this.#paces(rule, facts),
      });
      this.#watches.set(zone, watch);
    }
    return watch;
  }

  setRules(zone: string, rules: readonly EnforcedRule[]): void {
    try {
      this.#watches.get(zone)?.setRules(rules);
    } catch (error) {
      this.#options.broken(error, zone);
    }
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Asking counts, so that a known visitor can't go on without end. */
  #isKnown(client: string, agent: string): boolean {
    return this.#book.spend(visitorKey(client, agent, this.#hash), 1, this.#now());
  }

  /** Each address once in a while, and all of them together no faster than the rule says. */
  #paces({ id, pace }: EnforcedRule, { client }: Facts<unknown>): boolean {
    return this.#take(id, client, PACE_MS, PACE_MS) && this.#take(id, "", 1000 / pace, 1000);
  }

  #take(rule: string, client: string, interval: number, burst: number): boolean {
    this.#hash.begin().text(rule).text(client).finish();
    const { lo, hi } = this.#hash;
    return this.#limiter.take(lo, hi, interval, Math.max(interval, burst), 1, this.#now()) === 0;
  }

  #wait(): void {
    this.#timer = this.#options.clock.after(TICK_MS, () => {
      this.#wait();
      this.#report();
    });
  }

  #report(): void {
    const now = this.#now();
    const ms = now - this.#reportedAt;
    this.#reportedAt = now;
    const reports: ZoneReport[] = [];
    for (const watch of this.#watches.values()) {
      const report = watch.report(ms);
      if (report !== null) reports.push(report);
    }
    if (reports.length > 0) this.#options.report(reports);
  }
}
