import type { BotCategory } from "@egide/contract/policy/bots.ts";
import type { WafLog } from "@egide/contract/request-log.ts";
import type { Clearance } from "@egide/challenge/verify/clearance.ts";
import type { ErrorSource } from "@egide/std/error.ts";
import type { Charge } from "#decide/limits/limits.ts";
import type { Exchange } from "#exchange.ts";
import type { RequestView } from "#fields/view.ts";
import type { ChallengeMode, Verdict } from "#verdict.ts";

/** How the cache had to do with an answer, as the request log says it. */
export type CacheUse = "none" | "hit" | "miss" | "stale" | "revalidated" | "bypass" | "collapsed";

/** `complete`: the whole answer was handed over; `aborted`: the visitor left; `failed`: we broke it off. */
export type Outcome = "complete" | "aborted" | "failed";

/** Engines that a rule of the zone lets a request pass by. */
export interface Skipped {
  readonly limits: boolean;
  readonly waf: boolean;
  readonly challenge: boolean;
}

export const NOTHING_SKIPPED: Skipped = { limits: false, waf: false, challenge: false };

/**
 * What is known of one request. `identify` fills the first part; later phases note what they did, and
 * the log reads it all in the end. One object a request, always of one shape.
 */
export interface Facts<Zone> {
  readonly exchange: Exchange;
  readonly requestId: string;
  /** Wall clock in milliseconds, and the monotonic moment, of the complete head. */
  readonly time: number;
  readonly started: number;

  /** Null where no zone answers for the host. */
  zone: Zone | null;
  zoneId: string;
  /** Lower case, without port or trailing dot; "" where none can be read. */
  host: string;
  /** Host and port as the visitor named them, lower case. */
  authority: string;
  /** Path and query in origin-form, as the visitor asked for them. */
  target: string;
  /** The same as cache and origin are asked for: another where a rule rewrote it. */
  forward: string;
  /** Who the visitor is, behind trusted proxies. One spelling. */
  client: string;
  /** ISO 3166-1 alpha-2 and number of the autonomous system; "" and 0 where not known. */
  country: string;
  asnum: number;
  /** What bot the visitor claims to be, or proved to be. Undefined: nobody has asked: see `botOf`. */
  bot: Bot | null | undefined;
  /** Who keeps the zone's door; null where no zone answers. Ask `clearanceOf` and `isAdmitted`. */
  gate: Doorkeeper | null;
  /** That the visitor met a challenge. Undefined: nobody has asked yet. */
  clearance: Clearance | null | undefined;

  verdict: Verdict;
  /** Ids of the zone's rules that matched, in order; null where none did. */
  rules: string[] | null;
  skipped: Skipped;
  /** The request as expressions see it, once one has looked: see `viewOf` in fields/view.ts. */
  view: RequestView | null;
  /** Rate limits that count what this request is worth once it is over; null where none does. */
  charges: Charge[] | null;
  /** Code behind a refusal or a failure. */
  code: string | null;
  fault: ErrorSource | null;
  status: number;
  cache: CacheUse;
  /** Monotonic moment at which an origin was asked, and its head was there; -1 where not. */
  originAsked: number;
  originAnswered: number;
  outcome: Outcome;
  /** What the rule engine made of it, once it is over; null where it did not look. */
  waf: WafLog | null;
}

/** What of a request's facts a door is kept by. */
export type DoorFacts = Pick<
  Facts<unknown>,
  "exchange" | "authority" | "client" | "target" | "time" | "bot" | "clearance"
>;

/** A program that says who it is. `verified`: and is it, by its signature or its address. */
export interface Bot {
  readonly name: string;
  readonly category: BotCategory;
  readonly verified: boolean;
}

/** Knows who needs no challenge: nothing of it is worked out before something asks. */
export interface Doorkeeper {
  /** The visitor's clearance, or null. */
  cleared(facts: DoorFacts): Clearance | null;
  bot(facts: DoorFacts): Bot | null;
  /** True where a challenge of this mode lets the request through: it goes on to what comes next. */
  admits(facts: DoorFacts, mode: ChallengeMode): boolean;
  /** True for a bot that proved who it is, where the zone lets its category pass. */
  welcomes(facts: DoorFacts): boolean;
}

/** The clearance that the visitor holds, or null. */
export function clearanceOf(facts: Facts<unknown>): Clearance | null {
  if (facts.clearance === undefined) facts.clearance = facts.gate?.cleared(facts) ?? null;
  return facts.clearance;
}

/** The bot that the visitor is or claims to be, or null. */
export function botOf(facts: Facts<unknown>): Bot | null {
  if (facts.bot === undefined) facts.bot = facts.gate?.bot(facts) ?? null;
  return facts.bot;
}

/** True for a bot that proved who it is, where the zone lets its kind pass. */
export function isWelcomeBot(facts: Facts<unknown>): boolean {
  return facts.gate !== null && facts.gate.welcomes(facts);
}

/** Asked by whatever wants to challenge a visitor, before it does. */
export function isAdmitted(facts: Facts<unknown>, mode: ChallengeMode): boolean {
  return facts.gate !== null && facts.gate.admits(facts, mode);
}
