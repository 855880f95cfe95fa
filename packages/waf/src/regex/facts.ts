import { createHash } from "node:crypto";
import type { ByteSet } from "#regex/ast.ts";

/** What loading has to know of a pattern; the rest is worked out when it is first searched with. */
export interface PatternFacts {
  readonly groups: number;
  /** True where only the counted backtracker can run it. */
  readonly irregular: boolean;
  /** See literals.ts. */
  readonly literals: readonly string[] | undefined;
  /** See needs.ts. */
  readonly needs: readonly ByteSet[];
}

/**
 * Names how facts are worked out: a digest of the sources that do it, so that what another version
 * wrote is not believed. The test says what it has to be.
 */
export const factsVersion = "81a70e8b1dc7112e";

/** As written: source, groups, irregular, literals, needs. */
type Written = [string, number, boolean, readonly string[] | null, readonly (readonly number[])[]];

/**
 * Facts of patterns from one load of rules to the next, also across restarts: working them out is
 * nearly half of what loading takes. As text it says which version wrote it and what it digests to;
 * text that says anything else is as good as none.
 */
export class PatternMemory {
  readonly #known = new Map<string, PatternFacts>();
  readonly #used = new Map<string, PatternFacts>();
  #grew = false;

  constructor(text = "") {
    const cut = text.indexOf("\n");
    const body = text.slice(cut + 1);
    if (cut < 0 || text.slice(0, cut) !== heading(body)) return;
    for (const [source, groups, irregular, literals, needs] of JSON.parse(body) as Written[])
      this.#known.set(source, {
        groups,
        irregular,
        literals: literals ?? undefined,
        needs: needs.map((words) => Uint32Array.from(words)),
      });
  }

  find(source: string): PatternFacts | undefined {
    const facts = this.#known.get(source);
    if (facts !== undefined) this.#used.set(source, facts);
    return facts;
  }

  learn(source: string, facts: PatternFacts): void {
    this.#known.set(source, facts);
    this.#used.set(source, facts);
    this.#grew = true;
  }

  /** True where something was learned that the text did not say. */
  get grew(): boolean {
    return this.#grew;
  }

  /** What was asked for, as text. */
  text(): string {
    const written = [...this.#used].map(
      ([source, { groups, irregular, literals, needs }]): Written => [
        source,
        groups,
        irregular,
        literals ?? null,
        needs.map((set) => [...set]),
      ],
    );
    const body = JSON.stringify(written);
    return `${heading(body)}\n${body}`;
  }
}

function heading(body: string): string {
  return `egide-patterns ${factsVersion} ${createHash("sha256").update(body).digest("hex")}`;
}
