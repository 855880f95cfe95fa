import { HttpChallenges } from "@egide/dns/acme/http-challenges.ts";

export type ChallengeEntries = readonly (readonly [token: string, keyAuthorization: string])[];

/** Challenges that the workers answer, although the main thread has ordered. */
export class SharedChallenges extends HttpChallenges {
  readonly #changed: (entries: ChallengeEntries) => void;

  constructor(changed: (entries: ChallengeEntries) => void) {
    super();
    this.#changed = changed;
  }

  override put(token: string, keyAuthorization: string): void {
    super.put(token, keyAuthorization);
    this.#changed(this.entries);
  }

  override remove(token: string): void {
    super.remove(token);
    this.#changed(this.entries);
  }
}
