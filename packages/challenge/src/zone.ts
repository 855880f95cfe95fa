import { createHash, timingSafeEqual } from "node:crypto";
import type { ChallengePolicy } from "@egide/contract/policy/challenge.ts";
import { issueResponse, readResponse, type WidgetResponse } from "#issue/response.ts";
import { ZoneKeys } from "#issue/keys.ts";
import { issueTicket, type Mode, readTicket, type Ticket } from "#issue/ticket.ts";
import { suspicionOf, workFor } from "#issue/work.ts";
import { digest } from "#kind/sha256.ts";
import { countShares, type Work } from "#kind/proof.ts";
import {
  type Clearance,
  type ClearanceKind,
  grantClearance,
  readClearance,
} from "#verify/clearance.ts";
import { type Mark, Networks } from "#verify/network.ts";
import type { UsedTokens } from "#verify/once.ts";
import type { Roam } from "#verify/roam.ts";
import type { Tally } from "#verify/tally.ts";

/** What all zones of a process share. */
export interface SharedTables {
  readonly used: UsedTokens;
  readonly tally: Tally;
  readonly roam: Roam;
}

/** Who asks, as far as clearances are bound to it. */
export interface Bearer {
  readonly address: string;
  readonly userAgent: string;
}

export interface Issued {
  readonly ticket: string;
  readonly work: Work;
  /** Seconds for who has no script; 0: waiting will not do. */
  readonly wait: number;
}

/** `stale`: too old or used before, a new one will do; `early`: come again in `seconds`. */
export type Redeemed =
  | { readonly kind: "cleared"; readonly value: string; readonly seconds: number }
  | { readonly kind: "stale" }
  | { readonly kind: "unsound" }
  | { readonly kind: "early"; readonly seconds: number }
  | { readonly kind: "crowded" };

export type SiteVerified =
  | { readonly kind: "verified"; readonly response: WidgetResponse }
  | { readonly kind: "refused"; readonly code: string };

/** Clearances of which the MAC was checked already. */
const KEPT = 8192;
/** A clearance of who stopped early lasts at least this long. */
const SHORTEST = 300;

const ACCEPTED: Readonly<Record<Mode, readonly ClearanceKind[]>> = {
  managed: ["wait", "proof", "pressed", "interactive"],
  js: ["proof", "interactive"],
  interactive: ["pressed", "interactive"],
};

/** What is counted of a network: keeps the counters of one network apart. */
const UNSOLVED = 0x5bd1e995;
const WAITS = 0x2545f491;
const QUIET = 0x1b873593;

/** True where a clearance of this kind spares its bearer a challenge of this mode. */
export function suffices(kind: ClearanceKind, mode: Mode): boolean {
  return ACCEPTED[mode].includes(kind);
}

/** Challenges of one zone: issues, redeems, and knows its own clearances. Times in seconds. */
export class ZoneChallenges {
  readonly policy: ChallengePolicy;
  readonly keys: ZoneKeys;
  readonly networks: Networks;
  readonly #shared: SharedTables;
  readonly #known = new Map<string, Clearance>();

  constructor(policy: ChallengePolicy, zone: string, secret: Uint8Array, shared: SharedTables) {
    this.policy = policy;
    this.keys = new ZoneKeys(secret, zone);
    this.networks = new Networks(this.keys.network);
    this.#shared = shared;
  }

  issue(mode: Mode, address: string, now: number): Issued {
    const { policy } = this;
    const unsolved = this.#shared.tally.add(this.#counter(address, UNSOLVED), 1, now);
    const kind = policy.proof === "hash" ? "hash" : "cycle";
    const work = workFor(kind, policy.difficulty, suspicionOf(unsolved));
    const wait = mode !== "js" && policy.withoutScript.enabled ? policy.withoutScript.seconds : 0;
    return { ticket: issueTicket(this.keys, mode, work, wait, now), work, wait };
  }

  /** A ticket of one's own once more, with the seconds that are left to wait; null: it is none. */
  shownAgain(ticket: string, now: number): (Issued & { readonly mode: Mode }) | null {
    const read = readTicket(this.keys, ticket, now);
    if (read === null || read === "expired") return null;
    const wait = Math.max(1, read.issued + read.wait - now);
    return { ticket, work: read.work, wait, mode: read.mode };
  }

  /** A ticket with the work that it asked for. */
  redeemWork(text: string, proof: Uint8Array, bearer: Bearer, now: number): Redeemed {
    const done = this.#takeWork(text, proof, bearer.address, now);
    if (typeof done === "string") return { kind: done };
    const { lifetimeSeconds } = this.policy;
    const part = Math.floor(lifetimeSeconds * done.share);
    const seconds = Math.min(lifetimeSeconds, Math.max(SHORTEST, part));
    const kind = done.ticket.mode === "interactive" ? "interactive" : "proof";
    return this.#clear(kind, seconds, bearer, now);
  }

  /** The same for a widget: a token for the site's own server instead of a clearance, or null. */
  redeemWidget(
    text: string,
    proof: Uint8Array,
    address: string,
    response: WidgetResponse,
  ): string | null {
    const done = this.#takeWork(text, proof, address, response.issued);
    return typeof done === "string" ? null : issueResponse(this.keys, response);
  }

  /** What the site's server is told of a token, which counts once (Turnstile's `siteverify`). */
  verifyWidget(secret: string, token: string, now: number): SiteVerified {
    if (secret === "") return { kind: "refused", code: "missing-input-secret" };
    const widget = this.policy.widgets.find((other) => isSame(other.secret, secret));
    if (widget === undefined) return { kind: "refused", code: "invalid-input-secret" };
    if (token === "") return { kind: "refused", code: "missing-input-response" };
    const response = readResponse(this.keys, token, now);
    if (response === null || response.siteKey !== widget.siteKey) {
      return { kind: "refused", code: "invalid-input-response" };
    }
    if (response.late || !this.#shared.used.claim(response.id, now)) {
      return { kind: "refused", code: "timeout-or-duplicate" };
    }
    return { kind: "verified", response };
  }

  #takeWork(
    text: string,
    proof: Uint8Array,
    address: string,
    now: number,
  ): { readonly ticket: Ticket; readonly share: number } | "stale" | "unsound" {
    const ticket = readTicket(this.keys, text, now);
    if (ticket === null) return "unsound";
    if (ticket === "expired") return "stale";
    const { work } = ticket;
    const shares = countShares(digest(Buffer.from(text, "latin1")), work, proof);
    if (shares < work.least) return "unsound";
    if (!this.#shared.used.claim(ticket.id, now)) return "stale";
    this.#shared.tally.add(this.#counter(address, UNSOLVED), -1, now);
    return { ticket, share: shares / work.full };
  }

  /** A ticket whose bearer waited as long as it said. `pressed`: and then pressed the button. */
  redeemWait(text: string, pressed: boolean, bearer: Bearer, now: number): Redeemed {
    const ticket = readTicket(this.keys, text, now);
    if (ticket === null) return { kind: "unsound" };
    if (ticket === "expired") return { kind: "stale" };
    if (ticket.wait === 0 || (ticket.mode === "interactive" && !pressed)) {
      return { kind: "unsound" };
    }
    const left = ticket.issued + ticket.wait - now;
    if (left > 0) return { kind: "early", seconds: left };
    const { perNetwork, lifetimeSeconds } = this.policy.withoutScript;
    const { tally, used } = this.#shared;
    const waits = this.#counter(bearer.address, WAITS);
    if (tally.add(waits, 0, now) >= perNetwork) return { kind: "crowded" };
    if (!used.claim(ticket.id, now)) return { kind: "stale" };
    tally.add(waits, 1, now);
    tally.add(this.#counter(bearer.address, UNSOLVED), -1, now);
    const kind = ticket.mode === "interactive" ? "pressed" : "wait";
    return this.#clear(kind, lifetimeSeconds, bearer, now);
  }

  /** The clearance that a cookie's value is, if it is one and `bearer` may use it. */
  cleared(value: string, bearer: Bearer, now: number): Clearance | null {
    const clearance = this.#read(value, now);
    if (clearance === null) return null;
    if (clearance.agent !== 0 && clearance.agent !== this.#agent(bearer)) return null;
    if (clearance.network === 0) return clearance;
    const network = this.#network(bearer);
    if (network === clearance.network) return clearance;
    const { networks } = this.policy.bind;
    return this.#shared.roam.admit(clearance.sessionId, network, networks, now) ? clearance : null;
  }

  /** Counts a read that passes unchallenged for what it asks for; false: there were too many. */
  allowQuiet(address: string, now: number): boolean {
    const { perNetwork, perZone } = this.policy.quiet;
    const { tally } = this.#shared;
    if (tally.add(this.#counter(address, QUIET), 1, now) > perNetwork) return false;
    return tally.add(this.#counter("", QUIET), 1, now) <= perZone;
  }

  /** Counts something of this zone by name; answers the count of these ten minutes. */
  count(name: string, now: number): number {
    return this.#shared.tally.add(this.networks.mark(Buffer.from(name), 0xbb), 1, now);
  }

  #clear(kind: ClearanceKind, seconds: number, bearer: Bearer, now: number): Redeemed {
    const network = this.#network(bearer);
    const value = grantClearance(this.keys, kind, seconds, network, this.#agent(bearer), now);
    return { kind: "cleared", value, seconds };
  }

  #read(value: string, now: number): Clearance | null {
    const known = this.#known.get(value);
    if (known !== undefined && known.until > now) return known;
    const { lifetimeSeconds, withoutScript } = this.policy;
    const longest = Math.max(SHORTEST, lifetimeSeconds, withoutScript.lifetimeSeconds);
    const clearance = readClearance(this.keys, value, longest, now);
    if (clearance === null) return null;
    if (this.#known.size >= KEPT) this.#known.clear();
    // A copy: a slice of a request's head would keep all of that head.
    this.#known.set(Buffer.from(value, "latin1").toString("latin1"), clearance);
    return clearance;
  }

  #network({ address }: Bearer): number {
    switch (this.policy.bind.address) {
      case "off":
        return 0;
      case "prefix":
        return this.networks.prefix(address)[0];
      case "exact":
        return this.networks.mark(Buffer.from(address, "latin1"), 0xee)[0];
    }
  }

  #agent({ userAgent }: Bearer): number {
    if (!this.policy.bind.userAgent) return 0;
    return this.networks.mark(Buffer.from(userAgent, "latin1"), 0xaa)[0];
  }

  #counter(address: string, purpose: number): Mark {
    const [one, two] = this.networks.prefix(address);
    return [one ^ purpose, two];
  }
}

/** Compares secrets without telling by the time taken where they differ. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
