import type { RuleSelector } from "#rule/effect.ts";
import type { Target } from "#rule/model.ts";
import type { UnicodeMap } from "#transform/url-decode-uni.ts";

/** Finds the numbers of the chains that a selector is about. */
export type ChainFinder = (rules: RuleSelector) => readonly number[];

/**
 * What a zone, or a rule's `ctl`, takes out of a shared rule set: whole chains, or targets of them.
 * The rule set itself stays as it is, so that a thousand zones can share it.
 */
export class Overlay {
  readonly unicodeMap: UnicodeMap | undefined;
  readonly find: ChainFinder;
  #removed: Set<number> | undefined;
  #targets: Map<number, readonly Target[]> | undefined;

  constructor(find: ChainFinder, unicodeMap: UnicodeMap | undefined, base?: Overlay) {
    this.find = find;
    this.unicodeMap = unicodeMap;
    if (base === undefined) return;
    this.#removed = base.#removed;
    this.#targets = base.#targets;
  }

  removes(chain: number): boolean {
    return this.#removed !== undefined && this.#removed.has(chain);
  }

  exclusions(chain: number): readonly Target[] | undefined {
    return this.#targets?.get(chain);
  }

  removeRules(rules: RuleSelector): void {
    this.#removed = new Set(this.#removed);
    for (const chain of this.find(rules)) this.#removed.add(chain);
  }

  removeTargets(rules: RuleSelector, targets: readonly Target[]): void {
    this.#targets = new Map(this.#targets);
    for (const chain of this.find(rules)) {
      this.#targets.set(chain, [...(this.#targets.get(chain) ?? []), ...targets]);
    }
  }
}
