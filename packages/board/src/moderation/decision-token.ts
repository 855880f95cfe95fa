import { createHmac, timingSafeEqual } from "node:crypto";

/** Characters of an act's id, and of what proves that its address was given out by us. */
const ID = 22;
const PROOF = 22;

/**
 * Names an act to the person whom it concerns. Staff see the ids of acts, and the provider does;
 * neither may read a decision in that person's place, let alone spend the one appeal.
 */
export class DecisionTokens {
  readonly #key: Uint8Array;

  /** `key`: 32 bytes that no page shows. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  of(actId: string): string {
    return actId + this.#proof(actId);
  }

  /** The act's id, or null where the token is none of ours. */
  open(token: string): string | null {
    const actId = token.slice(0, ID);
    const given = Buffer.from(token.slice(ID));
    const own = Buffer.from(this.#proof(actId));
    return given.length === own.length && timingSafeEqual(given, own) ? actId : null;
  }

  #proof(actId: string): string {
    return createHmac("sha256", this.#key)
      .update(`decision ${actId}`)
      .digest("base64url")
      .slice(0, PROOF);
  }
}
