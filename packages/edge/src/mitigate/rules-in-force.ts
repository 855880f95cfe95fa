import { type Grounds, holdMs, type Mitigation, newRule, upkeep } from "#mitigate/rule.ts";
import { type Signature, signatureKey } from "#mitigate/signature.ts";

const MOST_RULES = 24;
/** Signatures of which it is remembered how often they were met with a rule. */
const MOST_TIMES = 1000;

/** The rules that hold off attacks on one zone now. */
export class RulesInForce {
  #rules: readonly Mitigation[] = [];
  /** How often each signature was met with a rule: the next is held for longer. */
  readonly #times = new Map<string, number>();

  get list(): readonly Mitigation[] {
    return this.#rules;
  }

  /** There is a rule for it, or no room for one. */
  isMet(signature: Signature): boolean {
    const key = signatureKey(signature);
    return (
      this.#rules.length >= MOST_RULES ||
      this.#rules.some((rule) => signatureKey(rule.signature) === key)
    );
  }

  make(grounds: Omit<Grounds, "hold">): Mitigation {
    const key = signatureKey(grounds.found.signature);
    const times = (this.#times.get(key) ?? 0) + 1;
    if (this.#times.size > MOST_TIMES) this.#times.clear();
    this.#times.set(key, times);
    const rule = newRule({ ...grounds, hold: holdMs(times) });
    this.#rules = [...this.#rules, rule];
    return rule;
  }

  /** Answers the rules that are over. `stopped`: requests that a rule stopped in the last `ms`. */
  keepUp(stopped: (id: string) => number, now: number, ms: number): Mitigation[] {
    const over: Mitigation[] = [];
    this.#rules = this.#rules.flatMap((rule) => {
      const next = upkeep(rule, now, ms, stopped(rule.id));
      if (now < next.expires) return [next];
      over.push(next);
      return [];
    });
    return over;
  }

  /** Takes a rule back. Null: there is none with this id. */
  lift(id: string): Mitigation | null {
    const rule = this.#rules.find((each) => each.id === id);
    if (rule === undefined) return null;
    this.#rules = this.#rules.filter((each) => each !== rule);
    return rule;
  }
}
