import { ZoneKeys } from "@egide/challenge/issue/keys.ts";
import { issueTicket, readTicket } from "@egide/challenge/issue/ticket.ts";
import { type Difficulty, workFor } from "@egide/challenge/issue/work.ts";
import { countShares, MOST_PROOF, type Work } from "@egide/challenge/kind/proof.ts";
import { digest } from "@egide/challenge/kind/sha256.ts";
import type { UsedTokens } from "@egide/challenge/verify/once.ts";

export interface ProofAsked {
  readonly ticket: string;
  readonly work: Work;
}

/**
 * Work that a new poster's device does before a post is taken: the edge's own challenge (ADR 0133),
 * under the board's own keys. Nothing is kept for a ticket until it is used.
 */
export class PostingProof {
  readonly #keys: ZoneKeys;
  readonly #used: UsedTokens;

  constructor(secret: Uint8Array, instance: string, used: UsedTokens) {
    this.#keys = new ZoneKeys(secret, `board ${instance}`);
    this.#used = used;
  }

  /** `now` in seconds, here and below. Tor's users are asked for more, as they all look alike. */
  ask(tor: boolean, now: number, difficulty: Difficulty = "normal"): ProofAsked {
    const work = workFor("cycle", difficulty, tor ? 1 : 0);
    return { ticket: issueTicket(this.#keys, "js", work, 0, now), work };
  }

  /** `proof` as base64url, as a form sends it. A ticket counts once, whatever becomes of the post. */
  check(ticket: string, proof: string, now: number): "none" | "sound" | "failed" {
    if (ticket === "" && proof === "") return "none";
    const read = readTicket(this.#keys, ticket, now);
    if (read === null || read === "expired") return "failed";
    if (proof.length > (MOST_PROOF * 4) / 3 + 4) return "failed";
    const seed = digest(Buffer.from(ticket, "latin1"));
    const shares = countShares(seed, read.work, Buffer.from(proof, "base64url"));
    if (shares < read.work.least) return "failed";
    return this.#used.claim(read.id, now) ? "sound" : "failed";
  }
}
