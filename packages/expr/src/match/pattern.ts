import { RE2JS, RE2JSException } from "re2js";

/** Why a regular expression is none that can be run in linear time. */
export class PatternError extends Error {}

/**
 * A regular expression over bytes (one char each), on RE2: time grows with the value's length and
 * never with what the pattern might try, so there is no look-around and no back-reference, as in the
 * engine that Cloudflare uses.
 */
export class Pattern {
  readonly #re: RE2JS;

  constructor(source: string) {
    try {
      this.#re = RE2JS.compile(source);
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      throw new PatternError(reason(source, error.message), { cause: error });
    }
  }

  get groups(): number {
    return this.#re.groupCount();
  }

  test(value: string): boolean {
    return this.#re.test(value);
  }

  /** Start and end of the first match, and of each group in it; null where there is none. */
  first(value: string): readonly (readonly [number, number])[] | null {
    const matcher = this.#re.matcher(value);
    if (!matcher.find()) return null;
    const out: [number, number][] = [];
    for (let i = 0; i <= this.groups; i++) out.push([matcher.start(i), matcher.end(i)]);
    return out;
  }
}

function reason(source: string, message: string): string {
  if (/\(\?<?[=!]/.test(source)) return "look-around is not available: it has no linear time";
  if (/\\[1-9]/.test(source)) return "back-references are not available: they have no linear time";
  return message.replace(/^error parsing regexp: /, "");
}
