import type { Clearance } from "@egide/challenge/verify/clearance.ts";
import { suffices, type ZoneChallenges } from "@egide/challenge/zone.ts";
import { Exemptions } from "#identify/clearance/exempt.ts";
import type { ZoneBots } from "#identify/bots/bots.ts";
import type { Bot, DoorFacts, Doorkeeper } from "#facts.ts";
import type { ChallengeMode } from "#verdict.ts";
import { cookieOf } from "#wire/cookie.ts";
import { joinHeader } from "#wire/headers.ts";

/** `__Host-` keeps neighbours under the same parent domain from planting one (RFC 6265bis). */
export const SECURE_COOKIE = "__Host-egide-clearance";
export const PLAIN_COOKIE = "egide-clearance";

/**
 * Knows which visitors of a zone need no challenge. Nothing of it is worked out for a request before
 * something asks: a zone that never challenges pays nothing.
 */
export class Gate implements Doorkeeper {
  readonly challenges: ZoneChallenges;
  /** Every visitor without a clearance is challenged: set by the zone, or while an attack goes on. */
  underAttack: boolean;
  readonly #exemptions: Exemptions;
  readonly #bots: ZoneBots;

  constructor(challenges: ZoneChallenges, underAttack: boolean, bots: ZoneBots) {
    this.challenges = challenges;
    this.#bots = bots;
    this.underAttack = underAttack;
    this.#exemptions = new Exemptions(challenges);
  }

  /** The visitor's clearance, or null. */
  cleared(facts: DoorFacts): Clearance | null {
    if (facts.clearance !== undefined) return facts.clearance;
    const { headers, scheme } = facts.exchange.head;
    const value = cookieOf(headers, scheme === "https" ? SECURE_COOKIE : PLAIN_COOKIE);
    if (value === "") facts.clearance = null;
    else {
      const userAgent = joinHeader(headers, "user-agent") ?? "";
      const bearer = { address: facts.client, userAgent };
      facts.clearance = this.challenges.cleared(value, bearer, Math.floor(facts.time / 1000));
    }
    return facts.clearance;
  }

  /** True where a verdict that challenges lets this request through: it goes on to what comes next. */
  admits(facts: DoorFacts, mode: ChallengeMode): boolean {
    const cleared = this.cleared(facts);
    if (cleared !== null && suffices(cleared.kind, mode)) return true;
    return this.welcomes(facts) || this.#exemptions.admit(facts, mode);
  }

  /** True for a bot that proved who it is, where the zone lets its category pass. */
  welcomes(facts: DoorFacts): boolean {
    const bot = this.bot(facts);
    return bot?.verified === true && this.#bots.policy[bot.category] === "allow";
  }

  /** The bot that the visitor is or claims to be, or null. */
  bot(facts: DoorFacts): Bot | null {
    if (facts.bot === undefined) {
      const { client, authority, exchange, time } = facts;
      const now = Math.floor(time / 1000);
      facts.bot = this.#bots.identify({ head: exchange.head, client, authority, now });
    }
    return facts.bot;
  }
}
