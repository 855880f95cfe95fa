import type { SavedZone } from "@egide/contract/mitigation-file.ts";
import { seeded } from "@egide/std/random.ts";
import type { Decision, GuardSettings } from "#mitigate/guard.ts";
import { ZoneGuard } from "#mitigate/guard.ts";
import type { Observation, Served } from "#mitigate/observation.ts";
import type { Mitigation } from "#mitigate/rule.ts";
import { bears } from "#mitigate/signature.ts";
import { createVisitorMemory, VisitorBook } from "#mitigate/visitor-book.ts";
import { type Asked, featuresOf, type Source } from "#mitigate/testing/traffic.ts";

const TICK_MS = 100;
const MOST_SAMPLES = 256;
const PACE_MS = 30_000;
/** What a cleared or probed visitor keeps. */
const CLEARED_MS = 600_000;

/** An origin with so many processors, and how long a page takes there. */
const PROCESSORS = 8;
const PAGE_MS = 5;
/** Requests that wait longer than this fail. */
const PATIENCE_MS = 10_000;

export interface Verdicts {
  people: number;
  /** Of people's requests: sent round unseen, challenged, and refused or dropped. */
  probed: number;
  challenged: number;
  refused: number;
  attack: number;
  /** Attack requests that reached the site, with the moments. */
  passed: number[];
  /** Of these, what no cache answered. */
  reached: number[];
  decisions: { readonly at: number; readonly decision: Decision }[];
  guard: ZoneGuard;
}

/** What became of one request. */
type Fate = "passed" | "probed" | "challenged" | "refused";

/** Plays traffic to a guard, and does what it decides. */
export function play(
  sources: readonly Source[],
  ms: number,
  settings: Partial<GuardSettings> = {},
  /** What an earlier process has kept. */
  saved: SavedZone | null = null,
): Verdicts {
  let id = 0;
  const guard = new ZoneGuard({
    zone: "example",
    settings: { sensitivity: "medium", underAttack: true, isWatching: false, ...settings },
    random: seeded(7),
    nextId: () => `m-${++id}`,
  });
  if (saved !== null) guard.restore(saved);
  const book = new VisitorBook(createVisitorMemory());
  const banned = new Map<string, number>();
  const doors = new Doors();
  const origin = new Origin();
  const out: Verdicts = {
    people: 0,
    probed: 0,
    challenged: 0,
    refused: 0,
    attack: 0,
    passed: [],
    reached: [],
    decisions: [],
    guard,
  };
  for (let now = TICK_MS; now <= ms; now += TICK_MS) {
    const stopped = new Map<string, number>();
    const stoppedBy = new Map<string, number>();
    const heededBy = new Map<string, number>();
    const passed: Asked[] = [];
    const stop = (rule: Mitigation, asked: Asked): void => {
      stopped.set(rule.id, (stopped.get(rule.id) ?? 0) + 1);
      stoppedBy.set(asked.address, (stoppedBy.get(asked.address) ?? 0) + 1);
    };
    for (const each of sources.flatMap((source) => source(now - TICK_MS, now))) {
      if (each.isAttack) out.attack += 1;
      else out.people += 1;
      let fate: Fate = "passed";
      let isHeeded = false;
      if ((banned.get(each.address) ?? -1) > now) fate = "refused";
      else {
        for (const rule of guard.rules) {
          if (!bears(featuresOf(each, doors.isProbed(each, now)), rule.signature)) continue;
          if (book.spend(visitorOf(each), 1, now)) continue;
          const met = doors.meet(rule, each, now);
          if (met === "passed") {
            isHeeded = rule.measure === "probe" || rule.measure === "challenge";
            continue;
          }
          stop(rule, each);
          fate = met;
          if (met !== "probed") break;
        }
      }
      // Who is sent round unseen comes back at once.
      if (fate === "passed" || fate === "probed") {
        passed.push(each);
        if (isHeeded || fate === "probed") {
          heededBy.set(each.address, (heededBy.get(each.address) ?? 0) + 1);
        }
        if (each.isAttack) {
          out.passed.push(each.at);
          if (!isCached(each)) out.reached.push(each.at);
        }
      }
      if (!each.isAttack && fate !== "passed") out[fate] += 1;
    }
    const step = Math.max(1, Math.ceil(passed.length / MOST_SAMPLES));
    const kept = passed.filter((_, i) => i % step === 0);
    const weight = passed.length / Math.max(1, kept.length);
    const isRuled = guard.rules.length > 0;
    const report = {
      zone: "example",
      ms: TICK_MS,
      arrived: passed.length,
      inFlight: origin.inFlight,
      samples: kept.map((each) => {
        const known = book.spend(visitorOf(each), weight, now);
        return observe(each, weight, known, isRuled && doors.isProbed(each, now));
      }),
      served: origin.serve(passed),
      stopped,
      stoppedBy,
      heededBy,
    };
    for (const decision of guard.step([report], now, TICK_MS, 12)) {
      out.decisions.push({ at: now, decision });
      if (decision.kind === "known") {
        for (const visitor of decision.visitors) book.write(visitor, now);
      }
      if (decision.kind === "ban") {
        for (const { address, seconds } of decision.bans) banned.set(address, now + seconds * 1000);
      }
    }
  }
  return out;
}

/** What visitors carry, and what a rule's measure then does to them. */
class Doors {
  readonly #probed = new Map<string, number>();
  readonly #cleared = new Map<string, number>();
  readonly #paced = new Map<string, number>();
  readonly #due = new Map<string, number>();

  isProbed(asked: Asked, now: number): boolean {
    return (this.#probed.get(keyOf(asked)) ?? -1) > now;
  }

  meet({ id, measure, pace }: Mitigation, asked: Asked, now: number): Fate {
    switch (measure) {
      case "probe":
        if (this.isProbed(asked, now)) return "passed";
        if (!asked.follows) return "refused";
        this.#probed.set(keyOf(asked), now + CLEARED_MS);
        return "probed";
      case "challenge":
        if (asked.isCleared || (this.#cleared.get(keyOf(asked)) ?? -1) > now) return "passed";
        if (!asked.isAttack && asked.follows) this.#cleared.set(keyOf(asked), now + CLEARED_MS);
        return asked.follows ? "challenged" : "refused";
      case "throttle": {
        const key = `${id} ${asked.address}`;
        if ((this.#paced.get(key) ?? -1) > now) return "refused";
        this.#paced.set(key, now + PACE_MS);
        // As GCRA has it: the moment at which the rule's own allowance is full again.
        const due = Math.max(this.#due.get(id) ?? 0, now) + 1000 / pace;
        if (due - now > Math.max(1000, 1000 / pace)) return "refused";
        this.#due.set(id, due);
        return "passed";
      }
      case "block":
        return "refused";
    }
  }
}

/** An origin that queues what it can't answer at once; images and styles come from the cache. */
class Origin {
  /** Milliseconds of work that wait. */
  #backlog = 0;
  inFlight = 0;

  serve(passed: readonly Asked[]): Served[] {
    const out = passed.map((asked): Served => {
      const { query, path, cost } = asked;
      const resource = query === "" ? path : `${path}?`;
      if (isCached(asked)) {
        return { resource, count: 1, hits: 1, errors: 0, originMs: 0 };
      }
      const ms = cost === 0 ? PAGE_MS : cost;
      const wait = this.#backlog / PROCESSORS;
      this.#backlog += ms;
      return {
        resource,
        count: 1,
        hits: 0,
        errors: wait > PATIENCE_MS ? 1 : 0,
        originMs: Math.min(PATIENCE_MS, wait + ms),
      };
    });
    this.#backlog = Math.max(0, this.#backlog - TICK_MS * PROCESSORS);
    this.inFlight = Math.ceil(this.#backlog / 20);
    return out;
  }
}

function isCached({ kind, query }: Asked): boolean {
  return kind === "asset" && query === "";
}

function keyOf({ address, agent, jar }: Asked): string {
  return `${address} ${agent} ${jar}`;
}

function visitorOf({ address, agent }: Asked): number {
  return Bun.hash.xxHash32(`${address}\n${agent}`);
}

function observe(asked: Asked, weight: number, known: boolean, probed: boolean): Observation {
  const { at, address, cookies, kind, method, path, query } = asked;
  const visitor = visitorOf(asked);
  return {
    at,
    weight,
    visitor,
    address,
    cookies,
    kind,
    method,
    known,
    resource: query === "" ? path : `${path}?`,
    features: featuresOf(asked, probed),
  };
}

/** Milliseconds from the first request of the attack until 99 of 100 no longer come through. */
export function timeToMitigate(passed: readonly number[], from: number, rate: number): number {
  for (let at = from; at < from + 60_000; at += 100) {
    const through = passed.filter((each) => each >= at && each < at + 1000).length;
    if (through <= rate * 0.01) return at - from;
  }
  return Number.POSITIVE_INFINITY;
}
