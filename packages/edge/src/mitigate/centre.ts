import type { SavedZone } from "@egide/contract/mitigation-file.ts";
import type { MitigationPolicy } from "@egide/contract/policy/mitigation.ts";
import { type Decision, ZoneGuard } from "#mitigate/guard.ts";
import type { ZoneReport } from "#mitigate/observation.ts";
import type { Mitigation } from "#mitigate/rule.ts";
import type { EnforcedRule } from "#mitigate/zone-watch.ts";

export interface CentreDeps {
  readonly random: () => number;
  /** Tells all workers which rules hold for a zone from here on. */
  readonly enforce: (zone: string, rules: readonly EnforcedRule[]) => void;
  /** Hears of everything that was decided, in order. */
  readonly decided: (decision: Decision, now: number) => void;
}

interface Post {
  readonly guard: ZoneGuard;
  readonly policy: MitigationPolicy;
  readonly settings: string;
  reports: ZoneReport[];
}

/** What is remembered of what was done, for the screen that explains it. */
export interface Past {
  readonly at: number;
  readonly decision: Decision;
}

const MOST_PAST = 200;
/** Bans that follow each other so soon are told as one, up to so many. */
const BANS_MS = 60_000;
const MOST_BANS = 5000;
/** Requests that are kept over a restart: of one zone, and of all. */
const MOST_SAVED = 1000;
const ALL_SAVED = 20_000;
/** A crowd that stays is told once in so long. */
const CROWD_MS = 60_000;

/** Guards all zones of an installation: the one place where decisions are made, for all workers. */
export class MitigationCentre {
  readonly #deps: CentreDeps;
  readonly #posts = new Map<string, Post>();
  readonly #past: Past[] = [];
  readonly #crowds = new Map<string, number>();
  /** What an earlier process knew of zones. */
  #saved: Readonly<Record<string, SavedZone>> = {};
  #ids = 0;
  #steppedAt = -1;

  constructor(deps: CentreDeps) {
    this.#deps = deps;
  }

  get past(): readonly Past[] {
    return this.#past;
  }

  /** Rules that are in force, or would be where the zone only watches. */
  rules(): Mitigation[] {
    return [...this.#posts.values()].flatMap(({ guard }) => guard.rules);
  }

  isEnforced(zone: string): boolean {
    return this.#posts.get(zone)?.policy.mode === "on";
  }

  /** What is usual on all zones, to be kept over a restart. */
  save(): Record<string, SavedZone> {
    const most = Math.min(MOST_SAVED, Math.floor(ALL_SAVED / Math.max(1, this.#posts.size)));
    return Object.fromEntries([...this.#posts].map(([id, { guard }]) => [id, guard.save(most)]));
  }

  /** Before `setZones`: what an earlier process kept. */
  restore(saved: Readonly<Record<string, SavedZone>>): void {
    this.#saved = saved;
  }

  /** Zones as the configuration has them. What is known of a zone outlives a change of the others. */
  setZones(zones: readonly { readonly id: string; readonly mitigation: MitigationPolicy }[]): void {
    const wanted = new Map(zones.map(({ id, mitigation }) => [id, mitigation]));
    for (const [id, post] of this.#posts) {
      const policy = wanted.get(id);
      if (policy !== undefined && JSON.stringify(policy) === post.settings) wanted.delete(id);
      else {
        this.#posts.delete(id);
        if (post.guard.rules.length > 0) this.#deps.enforce(id, []);
      }
    }
    for (const [zone, policy] of wanted) {
      if (policy.mode === "off") continue;
      const { sensitivity, underAttack } = policy;
      const guard = new ZoneGuard({
        zone,
        settings: {
          sensitivity,
          underAttack: underAttack === "auto",
          isWatching: policy.mode === "watch",
        },
        random: this.#deps.random,
        nextId: () => `m-${(++this.#ids).toString(36).padStart(4, "0")}`,
      });
      const saved = this.#saved[zone];
      if (saved !== undefined) guard.restore(saved);
      this.#posts.set(zone, { guard, policy, settings: JSON.stringify(policy), reports: [] });
    }
  }

  take(reports: readonly ZoneReport[]): void {
    for (const report of reports) this.#posts.get(report.zone)?.reports.push(report);
  }

  /** Looks at what came since the last step. `hour`: of the day, UTC. */
  step(now: number, hour: number): void {
    const ms = this.#steppedAt < 0 ? 100 : Math.max(1, now - this.#steppedAt);
    this.#steppedAt = now;
    for (const [zone, post] of this.#posts) {
      const { reports } = post;
      post.reports = [];
      const decisions = post.guard.step(reports, now, ms, hour);
      this.#tell(zone, post, decisions, now);
    }
  }

  /** An operator takes a rule back. False: there is none with this id. */
  lift(id: string, now: number): boolean {
    for (const [zone, post] of this.#posts) {
      const decision = post.guard.lift(id);
      if (decision === null) continue;
      this.#tell(zone, post, [decision], now);
      return true;
    }
    return false;
  }

  /** The rules of all zones once more, for a worker that begins. */
  enforced(): ReadonlyMap<string, readonly EnforcedRule[]> {
    return new Map(
      [...this.#posts]
        .filter(([, { policy, guard }]) => policy.mode === "on" && guard.rules.length > 0)
        .map(([zone, { guard }]) => [zone, guard.rules.map(plain)]),
    );
  }

  #tell(zone: string, { policy, guard }: Post, decisions: readonly Decision[], now: number): void {
    const isChange = decisions.some(({ kind }) => kind === "made" || kind === "withdrawn");
    if (isChange && policy.mode === "on") this.#deps.enforce(zone, guard.rules.map(plain));
    for (const decision of decisions) {
      if (decision.kind === "ban" && policy.mode !== "on") continue;
      if (decision.kind === "crowd" && !this.#isNews(zone, now)) continue;
      if (decision.kind !== "known") this.#remember(decision, now);
      this.#deps.decided(decision, now);
    }
  }

  /** Bans of one attack are one thing, or they would crowd out the rules. */
  #remember(decision: Decision, now: number): void {
    const last = this.#past.at(-1);
    const isMore = last !== undefined && now - last.at < BANS_MS;
    if (isMore && decision.kind === "ban" && last.decision.kind === "ban") {
      const { zone, bans } = last.decision;
      if (zone === decision.zone && bans.length < MOST_BANS) {
        const all = { ...decision, bans: [...bans, ...decision.bans] };
        this.#past[this.#past.length - 1] = { at: now, decision: all };
        return;
      }
    }
    this.#past.push({ at: now, decision });
    if (this.#past.length > MOST_PAST) this.#past.shift();
  }

  #isNews(zone: string, now: number): boolean {
    const told = this.#crowds.get(zone);
    this.#crowds.set(zone, now);
    return told === undefined || now - told > CROWD_MS;
  }
}

function plain({ id, expression, measure, pace }: Mitigation): EnforcedRule {
  return { id, expression, measure, pace };
}
