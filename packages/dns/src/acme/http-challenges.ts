const PREFIX = "/.well-known/acme-challenge/";

/**
 * Answers of HTTP-01 (RFC 8555, section 8.3) while orders are under way. The edge asks before
 * everything else that it does with a plain request.
 */
export class HttpChallenges {
  readonly #answers = new Map<string, string>();

  put(token: string, keyAuthorization: string): void {
    this.#answers.set(token, keyAuthorization);
  }

  remove(token: string): void {
    this.#answers.delete(token);
  }

  /** The body to send (as application/octet-stream) for a path, or null where it is none of ours. */
  answer(path: string): string | null {
    if (this.#answers.size === 0 || !path.startsWith(PREFIX)) return null;
    return this.#answers.get(path.slice(PREFIX.length)) ?? null;
  }

  /** All that is asked for now, for workers that serve on behalf of the process that ordered. */
  get entries(): [token: string, keyAuthorization: string][] {
    return [...this.#answers];
  }
}
