import { KeyHash } from "@egide/limit/key.ts";
import { type Facts, isAdmitted, isWelcomeBot } from "#facts.ts";
import { type RequestView, viewOf } from "#fields/view.ts";
import type { Observation, Served, ZoneReport } from "#mitigate/observation.ts";
import { observe, resourceOf } from "#mitigate/observe.ts";
import type { Probe } from "#mitigate/probe.ts";
import { Reservoir } from "#mitigate/reservoir.ts";
import type { Measure } from "#mitigate/rule.ts";
import type { VisitorBook } from "#mitigate/visitor-book.ts";
import { ALLOW, type Verdict } from "#verdict.ts";

/** A mitigation as the workers enforce it: plain data. */
export interface EnforcedRule {
  readonly id: string;
  readonly expression: string;
  readonly measure: Measure;
  /** Requests a second that pass in all where the measure is to throttle. */
  readonly pace: number;
}

export interface ZoneWatchDeps {
  readonly zone: string;
  readonly book: VisitorBook;
  readonly hash: KeyHash;
  readonly random: () => number;
  /** Monotonic milliseconds that mean the same in all threads. */
  readonly now: () => number;
  /** Milliseconds between the clock by which requests are timed and that. */
  readonly started: number;
  /** Throws where the text is no expression. */
  readonly compile: (expression: string) => (view: RequestView) => boolean;
  readonly probe: Probe;
  /** True where the visitor may pass at the pace of `rule`, which is then counted. */
  readonly paces: (rule: EnforcedRule, facts: Facts<unknown>) => boolean;
}

interface Ready {
  readonly rule: EnforcedRule;
  readonly holds: (view: RequestView) => boolean;
  /** Null: it is made for each request. */
  readonly verdict: Verdict | null;
}

/** Requests that are looked at closely in one tick; the others are counted. */
const MOST_SAMPLES = 256;
const MOST_ADDRESSES = 2000;
const PACE_SECONDS = 30;

/** What one worker knows and does about attacks on one zone. */
export class ZoneWatch {
  readonly #deps: ZoneWatchDeps;
  readonly #arrived: Reservoir<Facts<unknown>>;
  readonly #served: Reservoir<Facts<unknown>>;
  #rules: readonly Ready[] = [];
  #came = 0;
  #inFlight = 0;
  #stopped = new Map<string, number>();
  #stoppedBy = new Map<string, number>();
  #heededBy = new Map<string, number>();

  constructor(deps: ZoneWatchDeps) {
    this.#deps = deps;
    this.#arrived = new Reservoir(MOST_SAMPLES, deps.random);
    this.#served = new Reservoir(MOST_SAMPLES, deps.random);
  }

  /** Replaces the rules in force. A rule that can't be read is thrown, and nothing is changed. */
  setRules(rules: readonly EnforcedRule[]): void {
    this.#rules = rules.map((rule) => ({
      rule,
      holds: this.#deps.compile(rule.expression),
      verdict: rule.measure === "probe" ? null : verdictOf(rule.id, rule.measure),
    }));
  }

  /** Pure but for counters: what a mitigation says of the request, or `allow`. */
  judge(facts: Facts<unknown>): Verdict {
    if (this.#rules.length === 0) return ALLOW;
    const view = viewOf(facts);
    const { probe, paces } = this.#deps;
    let isHeeded = false;
    for (const { rule, holds, verdict } of this.#rules) {
      if (!holds(view)) continue;
      if (verdict === null) {
        // Whom a challenge lets through need not be sent round either: bots that proved who they are,
        // and programs that the zone has declared.
        isHeeded = probe.isPassed(facts);
        if (isHeeded || isAdmitted(facts, "managed")) continue;
        return probe.verdict(facts, rule.id);
      }
      if (verdict.kind === "challenge") {
        if (!isAdmitted(facts, verdict.mode)) return verdict;
        isHeeded = true;
      } else if (!isWelcomeBot(facts) && !(rule.measure === "throttle" && paces(rule, facts))) {
        return verdict;
      }
    }
    if (isHeeded) count(this.#heededBy, facts.client);
    return ALLOW;
  }

  /** The request goes on to the cache and the origin. */
  passed(facts: Facts<unknown>): void {
    this.#came += 1;
    this.#inFlight += 1;
    this.#arrived.add(facts);
  }

  /** A request that `passed` is over. */
  finished(facts: Facts<unknown>): void {
    this.#inFlight -= 1;
    this.#served.add(facts);
  }

  /** A request was answered with the verdict of a mitigation; others are none of our business. */
  refused(facts: Facts<unknown>): void {
    const { verdict } = facts;
    const id = "rule" in verdict ? verdict.rule : undefined;
    if (id === undefined || !this.#rules.some(({ rule }) => rule.id === id)) return;
    this.#stopped.set(id, (this.#stopped.get(id) ?? 0) + 1);
    count(this.#stoppedBy, facts.client);
  }

  /** What happened in the last `ms`; null where nothing did. Begins anew. */
  report(ms: number): ZoneReport | null {
    const { zone } = this.#deps;
    const isQuiet = this.#came === 0 && this.#inFlight === 0 && this.#stopped.size === 0;
    if (isQuiet && this.#served.isEmpty) return null;
    const report: ZoneReport = {
      zone,
      ms,
      arrived: this.#came,
      inFlight: this.#inFlight,
      samples: this.#samples(),
      served: this.#answers(),
      stopped: this.#stopped,
      stoppedBy: this.#stoppedBy,
      heededBy: this.#heededBy,
    };
    this.#came = 0;
    this.#stopped = new Map();
    this.#stoppedBy = new Map();
    this.#heededBy = new Map();
    return report;
  }

  #samples(): Observation[] {
    const { book, hash, now, probe, started } = this.#deps;
    const { items, weight } = this.#arrived.take();
    const at = now();
    const asking = {
      hash,
      started,
      known: (visitor: number) => book.spend(visitor, weight, at),
      // Nobody is probed where no rule asks for it.
      probed: (facts: Facts<unknown>) => this.#rules.length > 0 && probe.isPassed(facts),
    };
    return items.map((facts) => observe(facts, weight, asking));
  }

  #answers(): Served[] {
    const { items, weight } = this.#served.take();
    const served = new Map<string, Served>();
    for (const { target, status, originAsked, originAnswered } of items) {
      const resource = resourceOf(target);
      const entry = served.get(resource) ?? { resource, count: 0, hits: 0, errors: 0, originMs: 0 };
      served.set(resource, entry);
      entry.count += weight;
      if (originAsked < 0) entry.hits += weight;
      else if (originAnswered >= 0) entry.originMs += weight * (originAnswered - originAsked);
      if (originAsked >= 0 && status >= 500) entry.errors += weight;
    }
    return [...served.values()];
  }
}

/** Bounded: who comes when there is no room is not counted. */
function count(addresses: Map<string, number>, address: string): void {
  const before = addresses.get(address);
  if (before === undefined && addresses.size >= MOST_ADDRESSES) return;
  addresses.set(address, (before ?? 0) + 1);
}

function verdictOf(id: string, measure: Exclude<Measure, "probe">): Verdict {
  switch (measure) {
    case "challenge":
      return { kind: "challenge", rule: id, mode: "managed", code: "mitigate.challenge" };
    case "throttle":
      return deny(429, "mitigate.throttle", id, ["Retry-After", String(PACE_SECONDS)]);
    case "block":
      return deny(403, "mitigate.block", id, []);
  }
}

/** Cf-Mitigated is Cloudflare's name for "not the site's own answer". */
function deny(status: number, code: string, rule: string, headers: string[]): Verdict {
  headers.push("Cf-Mitigated", code.slice(code.indexOf(".") + 1));
  return { kind: "deny", status, code, headers, order: null, rule };
}
