import { type Alarm, alarm, type Sensitivity, surges } from "#mitigate/alarm.ts";
import { Baseline } from "#mitigate/baseline.ts";
import { Circle, type Welcome } from "#mitigate/circle.ts";
import { Costs } from "#mitigate/costs.ts";
import { PLACE } from "#mitigate/features.ts";
import type { Observation, ZoneReport } from "#mitigate/observation.ts";
import { Recent } from "#mitigate/recent.ts";
import { holdMs, type Measure, type Mitigation, upkeep } from "#mitigate/rule.ts";
import { findSignature, type Found } from "#mitigate/search.ts";
import { bears, type Signature, signatureKey, toExpression } from "#mitigate/signature.ts";
import { type BanWish, Strikes } from "#mitigate/strikes.ts";
import { judge, type Met, tryOut } from "#mitigate/trial.ts";
import { Visitors } from "#mitigate/visitors.ts";

export interface GuardSettings {
  readonly sensitivity: Sensitivity;
  /** May every stranger be challenged where nothing narrower covers the attack? */
  readonly underAttack: boolean;
  /** Nobody enforces the rules: what they would have stopped counts as stopped. */
  readonly isWatching: boolean;
}

export interface GuardDeps {
  readonly zone: string;
  readonly settings: GuardSettings;
  readonly random: () => number;
  readonly nextId: () => string;
}

/** What the guard wants done, in the order in which it found out. */
export type Decision =
  | { readonly kind: "made"; readonly rule: Mitigation }
  | { readonly kind: "withdrawn"; readonly rule: Mitigation; readonly why: "over" | "lifted" }
  | { readonly kind: "ban"; readonly zone: string; readonly bans: readonly BanWish[] }
  /** Visitors who are known from here on, or no longer. */
  | { readonly kind: "known"; readonly visitors: readonly Welcome[] }
  /** Much more than usual, by people. */
  | {
      readonly kind: "crowd";
      readonly zone: string;
      readonly rate: number;
      readonly usual: number;
    };

/** The alarm looks at so much of the past; less would take a page with its images for a flood. */
const LOOK_MS = 400;
/** Rare things are counted over a whole second. */
const SURGE_MS = 1000;
/** Ticks in a row. */
const TICKS = 2;
const MOST_RULES = 24;
/** What a signature has to cover of all requests, and how many a second, to be worth a rule. */
const LEAST_SHARE = 0.1;
const LEAST_RATE = 4;
/** A rule that would meet more of the ordinary than this is under-attack mode by another name. */
const BROAD = 0.5;
const CROWD_PAUSE_MS = 500;
/** Between two searches that find nothing; twice as long each time. */
const VAIN_MS = 200;
const MOST_VAIN_MS = 3000;
const SETTLE_MS = 2000;

/** What is wrong, and what is known of it before the search. */
interface Threat {
  readonly alarm: Exclude<Alarm, "none">;
  readonly start: Signature;
}

/**
 * Watches one zone, and writes the rules that hold off an attack. Pure but for what it remembers: time
 * and chance are given to it, and it only says what should be done.
 */
export class ZoneGuard {
  readonly #deps: GuardDeps;
  readonly #baseline: Baseline;
  readonly #costs = new Costs();
  readonly #recent = new Recent();
  readonly #visitors = new Visitors();
  readonly #circle = new Circle(this.#visitors);
  readonly #strikes = new Strikes();
  #rules: readonly Mitigation[] = [];
  /** How often each signature was met with a rule. */
  readonly #times = new Map<string, number>();
  /** Known no longer since this tick: their samples say otherwise. */
  readonly #dismissed = new Set<number>();
  #alarmedAt = -1;
  #alarmedTicks = 0;
  #pausedUntil = -1;
  #vainMs = VAIN_MS;
  /** Until then what comes may be part of an attack. */
  #troubledUntil = -1;
  /** By then an origin has done with what reached it before the newest rule. */
  #settledAt = -1;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.#baseline = new Baseline(deps.random);
  }

  get rules(): readonly Mitigation[] {
    return this.#rules;
  }

  /** Takes what all workers saw in the last `ms`. `hour`: of the day, UTC. */
  step(seen: readonly ZoneReport[], now: number, ms: number, hour: number): Decision[] {
    const out: Decision[] = [];
    const reports = this.#deps.settings.isWatching ? seen.map((each) => this.#pretend(each)) : seen;
    this.#note(reports, now, ms, out);
    this.#keepUp(reports, now, ms, out);
    const threat = this.#threat(now, hour);
    // A crowd is part of what is usual from here on; what comes with an attack never is.
    if (threat === null || now < this.#pausedUntil) {
      const isCalm = this.#rules.length === 0 && now >= this.#troubledUntil;
      this.#learn(reports, now, ms, hour, isCalm, out);
    }
    if (threat === null) {
      this.#alarmedAt = -1;
      this.#alarmedTicks = 0;
      return out;
    }
    if (this.#alarmedAt < 0) this.#alarmedAt = now;
    this.#alarmedTicks += 1;
    if (this.#alarmedTicks >= TICKS && now >= this.#pausedUntil) {
      this.#troubledUntil = now + SETTLE_MS;
      this.#defend(threat, now, hour, out);
    }
    return out;
  }

  /** An operator takes a rule back. False: there is none with this id. */
  lift(id: string): Decision | null {
    const rule = this.#rules.find((each) => each.id === id);
    if (rule === undefined) return null;
    this.#rules = this.#rules.filter((each) => each !== rule);
    return { kind: "withdrawn", rule, why: "lifted" };
  }

  /** The report as it would be if the rules were enforced. */
  #pretend(report: ZoneReport): ZoneReport {
    const rules = this.#rules;
    if (rules.length === 0) return report;
    const stopped = new Map<string, number>();
    const samples = report.samples.filter(({ features, known, weight }) => {
      const rule = known ? undefined : rules.find(({ signature }) => bears(features, signature));
      if (rule !== undefined) stopped.set(rule.id, (stopped.get(rule.id) ?? 0) + weight);
      return rule === undefined;
    });
    const arrived = report.arrived - [...stopped.values()].reduce((sum, n) => sum + n, 0);
    return { ...report, arrived, samples, stopped };
  }

  #threat(now: number, hour: number): Threat | null {
    const { sensitivity } = this.#deps.settings;
    const { rate, served, work, latency, inFlight, seconds: acquainted } = this.#baseline;
    const peak = this.#baseline.peak(hour);
    const usual = { rate, peak, served, work, latency, inFlight, seconds: acquainted };
    const risen = alarm(this.#recent.load(LOOK_MS, this.#costs), usual, sensitivity);
    const isSettling = risen === "stress" && now < this.#settledAt;
    if (risen !== "none" && !isSettling) return { alarm: risen, start: [] };
    const { samples, seconds } = this.#recent.samples(SURGE_MS);
    const place = busiestWrite(samples, seconds);
    if (place === null || !surges(place.rate, 0, sensitivity)) return null;
    const isUsual = !surges(place.rate, this.#baseline.rateOf(place.signature), sensitivity);
    return isUsual ? null : { alarm: "surge", start: place.signature };
  }

  #note(reports: readonly ZoneReport[], now: number, ms: number, out: Decision[]): void {
    this.#dismissed.clear();
    for (const { served, samples } of reports) {
      for (const each of served) this.#costs.note(each);
      for (const sample of samples) {
        this.#visitors.note(sample);
        this.#circle.note(sample);
      }
      const dismissed = this.#circle.dismiss(samples, now);
      for (const { visitor } of dismissed) this.#dismissed.add(visitor);
      tell(dismissed, out);
    }
    this.#recent.push(reports, ms);
  }

  #keepUp(reports: readonly ZoneReport[], now: number, ms: number, out: Decision[]): void {
    const stoppedBy = new Map<string, number>();
    for (const report of reports) {
      for (const [address, n] of report.stoppedBy) {
        stoppedBy.set(address, (stoppedBy.get(address) ?? 0) + n);
      }
    }
    const bans = this.#strikes.note(stoppedBy, now, (address) => this.#circle.isShared(address));
    if (bans.length > 0) out.push({ kind: "ban", zone: this.#deps.zone, bans });
    this.#rules = this.#rules.flatMap((rule) => {
      const stopped = reports.reduce((n, report) => n + (report.stopped.get(rule.id) ?? 0), 0);
      const next = upkeep(rule, now, ms, stopped);
      if (now < next.expires) return [next];
      out.push({ kind: "withdrawn", rule: next, why: "over" });
      return [];
    });
  }

  #learn(
    reports: readonly ZoneReport[],
    now: number,
    ms: number,
    hour: number,
    isCalm: boolean,
    out: Decision[],
  ): void {
    const samples = reports.flatMap((report) => report.samples);
    if (isCalm) {
      this.#baseline.learn(samples, this.#recent.load(1000, this.#costs), hour, ms);
      this.#visitors.learn(samples);
    }
    tell(this.#circle.welcome(samples, now, isCalm), out);
  }

  #defend({ alarm, start }: Threat, now: number, hour: number, out: Decision[]): void {
    const { samples, seconds } = this.#recent.samples(alarm === "surge" ? SURGE_MS : LOOK_MS);
    const strangers = samples.filter(
      ({ known, visitor }) => !known || this.#dismissed.has(visitor),
    );
    const weigh = this.#weigher(alarm);
    const current = strangers.map((sample) => ({
      features: sample.features,
      known: false,
      rate: (weigh(sample.resource) * sample.weight) / seconds,
    }));
    const found = findSignature(current, this.#baseline.sample(weigh), start);
    if (
      found === null ||
      !isWorthwhile(found, total(samples, weigh) / seconds) ||
      (isBroad(found) && !this.#deps.settings.underAttack) ||
      this.#isMet(found.signature)
    ) {
      // Nothing to be done: looking again at once would only cost time that visitors need.
      this.#pausedUntil = now + this.#vainMs;
      this.#vainMs = Math.min(MOST_VAIN_MS, this.#vainMs * 2);
      return;
    }
    this.#vainMs = VAIN_MS;
    const met = tryOut(found.signature, strangers, this.#visitors, now);
    switch (judge(met, now - this.#alarmedAt)) {
      case "wait":
        return;
      case "crowd": {
        this.#pausedUntil = now + CROWD_PAUSE_MS;
        this.#troubledUntil = now;
        tell(this.#circle.welcome(strangers, now, false), out);
        const { zone } = this.#deps;
        out.push({ kind: "crowd", zone, rate: found.rate, usual: this.#baseline.peak(hour) });
        return;
      }
      case "attack":
        this.#make(found, met, alarm, now, out);
    }
  }

  #make(found: Found, met: Met, alarm: Threat["alarm"], now: number, out: Decision[]): void {
    const { signature } = found;
    const key = signatureKey(signature);
    const times = (this.#times.get(key) ?? 0) + 1;
    if (this.#times.size > 1000) this.#times.clear();
    this.#times.set(key, times);
    const hold = holdMs(times);
    const rule: Mitigation = {
      id: this.#deps.nextId(),
      zone: this.#deps.zone,
      signature,
      expression: toExpression(signature),
      measure: measureFor(found, met),
      evidence: {
        alarm,
        rate: found.rate,
        expected: found.expected,
        coverage: found.coverage,
        collateral: found.collateral,
        people: met.people,
        machines: met.machines,
      },
      made: now,
      expires: now + hold,
      hold,
      rate: found.rate,
      stopped: 0,
    };
    this.#rules = [...this.#rules, rule];
    this.#settledAt = now + SETTLE_MS;
    this.#recent.drop(({ features, known }) => !known && bears(features, signature));
    out.push({ kind: "made", rule });
  }

  /** There is a rule for it, or no room for one. */
  #isMet(signature: Signature): boolean {
    const key = signatureKey(signature);
    return (
      this.#rules.length >= MOST_RULES ||
      this.#rules.some((rule) => signatureKey(rule.signature) === key)
    );
  }

  /** What a request counts for: that it came, that an origin answers it, or what that costs there. */
  #weigher(alarm: Threat["alarm"]): (resource: string) => number {
    const costs = this.#costs;
    if (alarm === "volume") return () => 1;
    if (alarm !== "stress") return (resource) => costs.originShare(resource);
    const usual = this.#baseline.latency;
    return (resource) => {
      const dearness = usual > 0 ? costs.latency(resource) / usual : 1;
      return costs.originShare(resource) * Math.min(50, Math.max(0.25, dearness));
    };
  }
}

function tell(visitors: readonly Welcome[], out: Decision[]): void {
  if (visitors.length > 0) out.push({ kind: "known", visitors });
}

/** Where most requests go that mean to change something. */
function busiestWrite(
  samples: readonly Observation[],
  seconds: number,
): { readonly signature: Signature; readonly rate: number } | null {
  const rates = new Map<string, { signature: Signature; rate: number }>();
  for (const { method, features, weight } of samples) {
    if (method === "GET" || method === "HEAD" || method === "OPTIONS") continue;
    const path = features[PLACE.path] as string;
    const key = `${method} ${path}`;
    const place = rates.get(key) ?? {
      signature: [
        { feature: "method", value: method },
        { feature: "path", value: path },
      ],
      rate: 0,
    };
    place.rate += weight / seconds;
    rates.set(key, place);
  }
  return [...rates.values()].toSorted((a, b) => b.rate - a.rate)[0] ?? null;
}

/** `rate`: of all requests, by the same weights. */
function isWorthwhile(found: Found, rate: number): boolean {
  return found.rate - found.expected >= Math.max(LEAST_RATE, rate * LEAST_SHARE);
}

function total(samples: readonly Observation[], weigh: (resource: string) => number): number {
  return samples.reduce((n, { weight, resource }) => n + weight * weigh(resource), 0);
}

function isBroad({ collateral, signature }: Found): boolean {
  return collateral > BROAD && signature.every(({ feature }) => feature !== "address");
}

/**
 * The mildest measure that may do: programs that ask for feeds cannot solve a challenge, but they can
 * wait; browsers can be sent round without anybody's noticing; who came back from there is challenged.
 */
function measureFor(
  { signature }: Found,
  { people, machines, feeds, pages, probed }: Met,
): Measure {
  const valueOf = (name: string): string | undefined =>
    signature.find(({ feature }) => feature === name)?.value;
  if (valueOf("cleared") === "yes") return "throttle";
  if (feeds > 0.5) return "throttle";
  if (valueOf("address") !== undefined && people === 0 && machines > 0.9) return "block";
  return pages > 0.5 && machines < 0.5 && probed < 0.3 ? "probe" : "challenge";
}
