import type { Coding } from "@egide/contract/policy/respond.ts";
import { Remember } from "@egide/std/remember.ts";
import { eachWeighted } from "#respond/weighted.ts";

const NONE = 0;
const choices = new Map<string, CodingChoice>();

/**
 * Picks a content coding by Accept-Encoding (RFC 9110, section 12.5.3): the one with the highest
 * weight, and of equals the first of `offered`. Null: the body goes as it is — also where `identity`
 * weighs more, where the field is missing, and where nothing that is offered is accepted.
 */
export class CodingChoice {
  readonly #offered: readonly Coding[];
  readonly #known = new Remember<Coding | null>();

  private constructor(offered: readonly Coding[]) {
    this.#offered = offered;
  }

  /** The same for all zones that offer the same: so many zones do not make so many tables. */
  static among(offered: readonly Coding[]): CodingChoice {
    const key = offered.join();
    let choice = choices.get(key);
    if (choice === undefined) {
      choice = new CodingChoice(offered);
      choices.set(key, choice);
    }
    return choice;
  }

  choose(acceptEncoding: string | undefined): Coding | null {
    if (acceptEncoding === undefined || acceptEncoding === "") return null;
    const known = this.#known.get(acceptEncoding);
    if (known !== undefined) return known;
    const chosen = this.#work(acceptEncoding);
    this.#known.set(acceptEncoding, chosen);
    return chosen;
  }

  #work(field: string): Coding | null {
    const weights = new Map<string, number>();
    eachWeighted(field, (token, weight) => {
      const name = token === "x-gzip" ? "gzip" : token;
      if (!weights.has(name)) weights.set(name, weight);
    });
    const others = weights.get("*") ?? NONE;
    let best: Coding | null = null;
    // Identity stands by itself unless it is named: it is no rival to a coding that is accepted.
    let bestWeight = weights.get("identity") ?? NONE;
    for (const coding of this.#offered) {
      const weight = weights.get(coding) ?? others;
      if (weight > NONE && (best === null ? weight >= bestWeight : weight > bestWeight)) {
        best = coding;
        bestWeight = weight;
      }
    }
    return best;
  }
}
