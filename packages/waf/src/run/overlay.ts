import type { RuleSelector } from "#rule/effect.ts";
import type { Target } from "#rule/model.ts";
import type { UnicodeMap } from "#transform/url-decode-uni.ts";

/** Finds the numbers of the chains that a selector is about. */
export type ChainFinder = (rules: RuleSelector) => readonly number[];

/**
 * What a zone, or a rule's `ctl`, takes out of a shared rule set: whole chains, or targets of them.
 * Neither the rule set nor an overlay ever changes, so that a thousand zones can share the one and
 * a rule that takes out the same thing in every request finds the other ready.
 */
export class Overlay {
  readonly find: ChainFinder;
  readonly unicodeMap: UnicodeMap | undefined;
  #removed: ReadonlySet<number> | undefined;
  #targets: ReadonlyMap<number, readonly Target[]> | undefined;
  readonly #derived = new WeakMap<object, Overlay>();

  constructor(find: ChainFinder, unicodeMap: UnicodeMap | undefined) {
    this.find = find;
    this.unicodeMap = unicodeMap;
  }

  removes(chain: number): boolean {
    return this.#removed !== undefined && this.#removed.has(chain);
  }

  exclusions(chain: number): readonly Target[] | undefined {
    return this.#targets?.get(chain);
  }

  /** This overlay without the rules that are named. */
  withoutRules(rules: RuleSelector): Overlay {
    return this.#derive(rules, (next) => {
      next.#removed = new Set([...(this.#removed ?? []), ...this.find(rules)]);
    });
  }

  /** This overlay without targets of the rules that are named. */
  withoutTargets(rules: RuleSelector, targets: readonly Target[]): Overlay {
    return this.#derive(rules, (next) => {
      const map = new Map(this.#targets);
      for (const chain of this.find(rules)) map.set(chain, [...(map.get(chain) ?? []), ...targets]);
      next.#targets = map;
    });
  }

  #derive(key: object, change: (next: Overlay) => void): Overlay {
    let next = this.#derived.get(key);
    if (next === undefined) {
      next = new Overlay(this.find, this.unicodeMap);
      next.#removed = this.#removed;
      next.#targets = this.#targets;
      change(next);
      this.#derived.set(key, next);
    }
    return next;
  }
}
