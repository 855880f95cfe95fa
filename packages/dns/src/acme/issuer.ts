import type { HttpChallenges } from "#acme/http-challenges.ts";
import type { PemPair } from "#acme/pair.ts";

/** A certificate authority, as the keeper of certificates sees it. */
export interface Issuer {
  /** Proves control of all names by HTTP-01 and obtains one certificate for them. Throws an AppError. */
  issue(names: readonly string[], challenges: HttpChallenges): Promise<PemPair>;
}
