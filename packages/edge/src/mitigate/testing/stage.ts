import { seeded } from "@egide/std/random.ts";
import type { Decision, GuardSettings } from "#mitigate/guard.ts";
import { ZoneGuard } from "#mitigate/guard.ts";
import type { Observation, Served } from "#mitigate/observation.ts";
import { bears } from "#mitigate/signature.ts";
import { createVisitorMemory, VisitorBook } from "#mitigate/visitor-book.ts";
import { type Asked, featuresOf, type Source } from "#mitigate/testing/traffic.ts";

const TICK_MS = 100;
const MOST_SAMPLES = 256;

/** How an origin answers in the simulation: milliseconds, and whether the cache does it instead. */
export type OriginModel = (asked: Asked) => { readonly ms: number; readonly isHit: boolean };

const ORIGIN: OriginModel = ({ kind }) => ({ ms: 5, isHit: kind === "asset" });

export interface Verdicts {
  people: number;
  peopleStopped: number;
  attack: number;
  /** Attack requests that reached the site, with the moments. */
  passed: number[];
  decisions: { readonly at: number; readonly decision: Decision }[];
  guard: ZoneGuard;
}

/** Plays traffic to a guard, and does what it decides. */
export function play(
  sources: readonly Source[],
  ms: number,
  settings: Partial<GuardSettings> = {},
  origin: OriginModel = ORIGIN,
): Verdicts {
  let id = 0;
  const guard = new ZoneGuard({
    zone: "example",
    settings: { sensitivity: "medium", underAttack: true, isWatching: false, ...settings },
    random: seeded(7),
    nextId: () => `m-${++id}`,
  });
  const book = new VisitorBook(createVisitorMemory());
  const banned = new Map<string, number>();
  const out: Verdicts = {
    people: 0,
    peopleStopped: 0,
    attack: 0,
    passed: [],
    decisions: [],
    guard,
  };
  for (let now = TICK_MS; now <= ms; now += TICK_MS) {
    const asked = sources.flatMap((source) => source(now - TICK_MS, now));
    const stopped = new Map<string, number>();
    const stoppedBy = new Map<string, number>();
    const passed: Asked[] = [];
    for (const each of asked) {
      if (each.isAttack) out.attack += 1;
      else out.people += 1;
      if ((banned.get(each.address) ?? -1) > now) {
        if (!each.isAttack) out.peopleStopped += 1;
        continue;
      }
      const features = featuresOf(each);
      const met = guard.rules.find(({ signature }) => bears(features, signature));
      const rule = met !== undefined && !book.spend(visitorOf(each), 1, now) ? met : undefined;
      if (rule === undefined) {
        passed.push(each);
        if (each.isAttack) out.passed.push(each.at);
        continue;
      }
      stopped.set(rule.id, (stopped.get(rule.id) ?? 0) + 1);
      stoppedBy.set(each.address, (stoppedBy.get(each.address) ?? 0) + 1);
      if (!each.isAttack) out.peopleStopped += 1;
    }
    const step = Math.max(1, Math.ceil(passed.length / MOST_SAMPLES));
    const kept = passed.filter((_, i) => i % step === 0);
    const weight = passed.length / Math.max(1, kept.length);
    const report = {
      zone: "example",
      ms: TICK_MS,
      arrived: passed.length,
      inFlight: 0,
      samples: kept.map((each) => observe(each, weight, book.spend(visitorOf(each), weight, now))),
      served: passed.map((each) => serve(each, origin)),
      stopped,
      stoppedBy,
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

function visitorOf({ address, agent }: Asked): number {
  return Bun.hash.xxHash32(`${address}\n${agent}`);
}

function observe(asked: Asked, weight: number, known: boolean): Observation {
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
    features: featuresOf(asked),
  };
}

function serve(asked: Asked, origin: OriginModel): Served {
  const { ms, isHit } = origin(asked);
  const resource = asked.query === "" ? asked.path : `${asked.path}?`;
  return { resource, count: 1, hits: isHit ? 1 : 0, errors: 0, originMs: isHit ? 0 : ms };
}
