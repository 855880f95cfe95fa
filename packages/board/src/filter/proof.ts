import { ZoneKeys } from "@egide/challenge/issue/keys.ts";
import {
  issueTicket,
  readTicket,
  SKEW_SECONDS,
  TICKET_SECONDS,
} from "@egide/challenge/issue/ticket.ts";
import { type Difficulty, workFor } from "@egide/challenge/issue/work.ts";
import { countShares, MOST_PROOF, type Work } from "@egide/challenge/kind/proof.ts";
import { digest } from "@egide/challenge/kind/sha256.ts";
import type { Limits } from "#filter/limits.ts";
import type { Use } from "#store/limits.ts";

export interface ProofAsked {
  readonly ticket: string;
  readonly work: Work;
}

/** For who has no script: a ticket that is good once its seconds are over. */
export interface WaitAsked {
  readonly ticket: string;
  /** Those that are left. */
  readonly seconds: number;
}

/**
 * What came along with a post: nothing, work that is sound or not, or a ticket whose time is over
 * (`waited`) or not yet (`early`).
 */
export type ProofState = "none" | "sound" | "waited" | "early" | "failed";

/** A ticket that `check` found good counts once, for as long as it could be good anywhere. */
export function ticketUse(limits: Limits, ticket: string): Use {
  return limits.once("ticket", ticket, (TICKET_SECONDS + SKEW_SECONDS) * 1000);
}

/**
 * Work that a new poster's device does before a post is taken: the edge's own challenge (ADR 0133),
 * under the board's own keys. Nothing is kept for a ticket until it is used. `now` in seconds.
 */
export class PostingProof {
  readonly #keys: ZoneKeys;
  readonly #difficulty: Difficulty;

  constructor(secret: Uint8Array, instance: string, difficulty: Difficulty) {
    this.#keys = new ZoneKeys(secret, `board ${instance}`);
    this.#difficulty = difficulty;
  }

  /** Tor's users are asked for more, as they all look alike. */
  ask(tor: boolean, now: number): ProofAsked {
    const work = this.#work(tor);
    return { ticket: issueTicket(this.#keys, "js", work, 0, now), work };
  }

  /** A ticket to wait with: the one that came back, while it is good, else a new one. */
  askToWait(tor: boolean, known: string, seconds: number, now: number): WaitAsked {
    const read = readTicket(this.#keys, known, now);
    if (read !== null && read !== "expired" && read.wait > 0) {
      return { ticket: known, seconds: Math.max(0, read.issued + read.wait - now) };
    }
    const ticket = issueTicket(this.#keys, "managed", this.#work(tor), seconds, now);
    return { ticket, seconds };
  }

  /** `answer` as base64url, as a form sends it. Nothing is used up by looking. */
  check(ticket: string, answer: string, now: number): ProofState {
    if (ticket === "" && answer === "") return "none";
    const read = readTicket(this.#keys, ticket, now);
    if (read === null || read === "expired") return "failed";
    if (answer === "") {
      if (read.wait === 0) return "failed";
      return now < read.issued + read.wait ? "early" : "waited";
    }
    if (answer.length > (MOST_PROOF * 4) / 3 + 4) return "failed";
    const seed = digest(Buffer.from(ticket, "latin1"));
    const shares = countShares(seed, read.work, Buffer.from(answer, "base64url"));
    return shares < read.work.least ? "failed" : "sound";
  }

  #work(tor: boolean): Work {
    return workFor("cycle", this.#difficulty, tor ? 1 : 0);
  }
}
