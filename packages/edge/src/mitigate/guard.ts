import type { SavedZone } from "@egide/contract/mitigation-file.ts";
import { ACQUAINTED_SECONDS, alarm, type Load, type Sensitivity, surges } from "#mitigate/alarm.ts";
import { Baseline } from "#mitigate/baseline.ts";
import { Circle, type Welcome } from "#mitigate/circle.ts";
import { Costs } from "#mitigate/costs.ts";
import { isUniform, looksOf, measureFor } from "#mitigate/measure.ts";
import type { Observation, ZoneReport } from "#mitigate/observation.ts";
import { Moves } from "#mitigate/moves.ts";
import { Patience } from "#mitigate/patience.ts";
import { pretend } from "#mitigate/pretend.ts";
import { Recent } from "#mitigate/recent.ts";
import type { Mitigation } from "#mitigate/rule.ts";
import { RulesInForce } from "#mitigate/rules-in-force.ts";
import type { Weighted } from "#mitigate/search.ts";
import { bears } from "#mitigate/signature.ts";
import { type BanWish, Strikes } from "#mitigate/strikes.ts";
import {
  busiestWrite,
  isBroad,
  isOne,
  isWorthwhile,
  type Threat,
  total,
  weigherFor,
} from "#mitigate/threat.ts";
import { judge, tryOut } from "#mitigate/trial.ts";
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
const CROWD_PAUSE_MS = 500;
/** A swell lasts for longer than this. */
const LATELY_MS = 2000;
/** The pace of a crowd is looked at so often. */
const HURRY_MS = 500;
/** What an origin had before a rule began is done with by then. */
const SETTLE_MS = 2000;

/** A threat, if there is one, and the requests a second that it is about. */
interface Sighting {
  readonly threat: Threat | null;
  readonly rate: number;
}

const NOTHING: Sighting = { threat: null, rate: 0 };

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
  readonly #moves = new Moves();
  readonly #inForce = new RulesInForce();
  /** Too much for the origin, too much in all, too much writing to one place: none hides another. */
  readonly #load = new Patience();
  readonly #volume = new Patience();
  readonly #surge = new Patience();
  /** Until then what comes may be part of an attack. */
  #troubledUntil = -1;
  /** There was too much of something a moment ago. */
  #isAlarmed = false;
  /** Requests a second that an origin answered in the last seconds. */
  #lately = 0;
  /** When the pace of guests was looked at. */
  #hurriedAt = -1;
  /** By then an origin has done with what reached it before the newest rule. */
  #settledAt = -1;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.#baseline = new Baseline(deps.random);
  }

  get rules(): readonly Mitigation[] {
    return this.#inForce.list;
  }

  /** What is usual here, to be kept over a restart, with at most `most` requests. */
  save(most: number): SavedZone {
    return { ...this.#baseline.save(most), ...this.#visitors.save() };
  }

  restore(saved: SavedZone): void {
    this.#baseline.restore(saved);
    this.#visitors.restore(saved);
  }

  /** Takes what all workers saw in the last `ms`. `hour`: of the day, UTC. */
  step(seen: readonly ZoneReport[], now: number, ms: number, hour: number): Decision[] {
    const out: Decision[] = [];
    const reports = this.#deps.settings.isWatching
      ? seen.map((each) => pretend(each, this.rules))
      : seen;
    this.#note(reports, now, ms, out);
    this.#keepUp(reports, now, ms, out);
    this.#baseline.age(ms);
    const load = this.#recent.load(LOOK_MS, this.#costs);
    this.#lately += (load.rate - this.#lately) * Math.min(1, ms / LATELY_MS);
    const overload = this.#overload({ ...load, lately: this.#lately }, now, hour);
    const isVolume = overload.threat?.alarm === "volume";
    const threats = [
      { ...(isVolume ? NOTHING : overload), patience: this.#load },
      { ...(isVolume ? overload : NOTHING), patience: this.#volume },
      { ...this.#busiest(), patience: this.#surge },
    ];
    const due = threats.filter(({ threat, rate, patience }) =>
      patience.see(threat !== null, rate, now),
    );
    // A crowd is part of what is usual from here on; what comes with an attack never is.
    this.#isAlarmed = threats.some(({ threat }) => threat !== null);
    const isFine = threats.every(
      ({ threat, patience }) => threat === null || patience.isPaused(now),
    );
    if (isFine) {
      const isCalm = this.rules.length === 0 && now >= this.#troubledUntil;
      this.#learn(reports, now, ms, hour, isCalm, out);
    }
    for (const { threat, rate, patience } of due) {
      if (threat === null) continue;
      this.#troubledUntil = now + SETTLE_MS;
      this.#defend(threat, rate, patience, now, hour, out);
    }
    return out;
  }

  /** An operator takes a rule back. Null: there is none with this id. */
  lift(id: string): Decision | null {
    const rule = this.#inForce.lift(id);
    return rule === null ? null : { kind: "withdrawn", rule, why: "lifted" };
  }

  #overload(load: Load, now: number, hour: number): Sighting {
    const { rate, served, work, latency, inFlight, seconds: acquainted } = this.#baseline;
    const peak = this.#baseline.peak(hour);
    const usual = { rate, peak, served, work, latency, inFlight, seconds: acquainted };
    const risen = alarm(load, usual, this.#deps.settings.sensitivity);
    if (risen === "none" || (risen === "stress" && now < this.#settledAt)) return NOTHING;
    const seen = risen === "volume" ? load.served : load.rate;
    return { threat: { alarm: risen, start: [] }, rate: seen };
  }

  /** The place that is written to most, where that is far more than usual. */
  #busiest(): Sighting {
    const { sensitivity } = this.#deps.settings;
    const { samples, seconds } = this.#recent.samples(SURGE_MS);
    const place = busiestWrite(samples, seconds);
    if (place === null || !surges(place.rate, 0, sensitivity)) return NOTHING;
    const { rate, signature } = place;
    const isUsual = !surges(rate, this.#baseline.rateOf(signature), sensitivity);
    return { threat: isUsual ? null : { alarm: "surge", start: signature }, rate };
  }

  #note(reports: readonly ZoneReport[], now: number, ms: number, out: Decision[]): void {
    const isTrouble = this.#isAlarmed || this.rules.length > 0;
    for (const { served, samples } of reports) {
      for (const each of served) this.#costs.note(each);
      for (const sample of samples) {
        this.#visitors.note(sample);
        this.#circle.note(sample);
      }
    }
    const samples = reports.flatMap((report) => report.samples);
    this.#dismiss(this.#circle.dismiss(samples, now, ms, isTrouble), now, out);
    if (isTrouble && now - this.#hurriedAt >= HURRY_MS) {
      this.#hurriedAt = now;
      this.#dismiss(this.#circle.hurry(now), now, out);
    }
    this.#recent.push(reports, ms);
  }

  #dismiss(dismissed: readonly Welcome[], now: number, out: Decision[]): void {
    if (dismissed.length === 0) return;
    this.#baseline.reject();
    for (const each of [this.#load, this.#volume, this.#surge]) each.hope(now);
    tell(dismissed, out);
  }

  #keepUp(reports: readonly ZoneReport[], now: number, ms: number, out: Decision[]): void {
    const stoppedBy = new Map<string, number>();
    for (const report of reports) {
      for (const [address, n] of report.stoppedBy) {
        stoppedBy.set(address, (stoppedBy.get(address) ?? 0) + n);
      }
    }
    for (const { heededBy } of reports) {
      for (const [address, n] of heededBy) this.#strikes.heed(address, n, now);
    }
    const bans = this.#strikes.note(stoppedBy, now, (address) => this.#circle.isShared(address));
    if (bans.length > 0) out.push({ kind: "ban", zone: this.#deps.zone, bans });
    const stopped = (id: string): number =>
      reports.reduce((n, report) => n + (report.stopped.get(id) ?? 0), 0);
    for (const rule of this.#inForce.keepUp(stopped, now, ms)) {
      out.push({ kind: "withdrawn", rule, why: "over" });
    }
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

  #defend(
    { alarm, start }: Threat,
    rate: number,
    patience: Patience,
    now: number,
    hour: number,
    out: Decision[],
  ): void {
    const isSeldom = alarm === "surge" || alarm === "swell";
    const { samples, seconds } = this.#recent.samples(isSeldom ? SURGE_MS : LOOK_MS);
    const strangers = samples.filter((sample) => this.#circle.isStranger(sample));
    const weigh = weigherFor(alarm, this.#costs, this.#baseline);
    const current = strangers.map((sample) => ({
      features: sample.features,
      known: false,
      rate: (weigh(sample.resource) * sample.weight) / seconds,
    }));
    const found = this.#moves.find(
      current,
      this.#ordinary(samples, seconds, weigh, now),
      start,
      now,
    );
    if (
      found === null ||
      !isWorthwhile(found, total(samples, weigh) / seconds) ||
      (isBroad(found) && !this.#deps.settings.underAttack) ||
      (alarm === "swell" && isOne(found)) ||
      this.#inForce.isMet(found.signature)
    ) {
      patience.vain(rate, now);
      return;
    }
    // Whoever was welcomed since it began is part of the crowd, if it is one.
    const newcomers = samples.filter(
      (sample) => this.#circle.isStranger(sample) || this.#circle.isGuest(sample.visitor),
    );
    const met = tryOut(found.signature, newcomers, this.#visitors, now);
    const judgement = judge(met, patience.lasted(now));
    if (judgement === "wait") return;
    const isCrowd = judgement === "crowd";
    if (isCrowd && !isUniform(found, this.#baseline.shareOf(looksOf(found)), met)) {
      patience.found(rate, now, CROWD_PAUSE_MS);
      this.#letIn(strangers, now, out);
      const { zone } = this.#deps;
      out.push({ kind: "crowd", zone, rate: found.rate, usual: this.#baseline.peak(hour) });
      return;
    }
    patience.found(rate, now, 0);
    const meant = current.filter(({ features }) => bears(features, found.signature));
    this.#moves.made(found, meant, now);
    const measure = isCrowd ? "probe" : measureFor(found, met);
    const { zone, nextId } = this.#deps;
    const rule = this.#inForce.make({ id: nextId(), zone, found, met, measure, alarm, now });
    this.#settledAt = now + SETTLE_MS;
    this.#lately = 0;
    this.#recent.drop(
      (sample) => this.#circle.isStranger(sample) && bears(sample.features, found.signature),
    );
    out.push({ kind: "made", rule });
  }

  /** A crowd is no trouble: as many are welcome while they stay. */
  #letIn(crowd: readonly Observation[], now: number, out: Decision[]): void {
    this.#troubledUntil = now;
    this.#baseline.accept(this.#recent.load(LOOK_MS, this.#costs).rate);
    tell(this.#circle.welcome(crowd, now, false), out);
  }

  /** What is usual; of a site that is hardly known, also what those ask who behave like people. */
  #ordinary(
    samples: readonly Observation[],
    seconds: number,
    weigh: (resource: string) => number,
    now: number,
  ): Weighted[] {
    const usual = this.#baseline.sample(weigh);
    if (this.#baseline.seconds >= ACQUAINTED_SECONDS) return usual;
    for (const { features, resource, weight, visitor } of samples) {
      if (this.#visitors.bearing(visitor, now) !== "person") continue;
      usual.push({ features, known: true, rate: (weigh(resource) * weight) / seconds });
    }
    return usual;
  }
}

function tell(visitors: readonly Welcome[], out: Decision[]): void {
  if (visitors.length > 0) out.push({ kind: "known", visitors });
}
