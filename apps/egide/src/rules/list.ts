import type { RuleSet } from "@egide/waf/rule-set.ts";
import { factsOf, type RuleFacts } from "#rules/facts.ts";

/** Which rules are listed; what is not said is no condition. */
export interface ListFilter {
  readonly from?: number;
  readonly to?: number;
  readonly phase?: number;
  /** Rules up to this paranoia level, and those without one. */
  readonly paranoia?: number;
  /** A whole tag, or its beginning up to a slash. */
  readonly tags: readonly string[];
  /** In the message, in any case. */
  readonly search?: string;
  /** Also rules that leave no record: set-up, sums, jumps. */
  readonly all: boolean;
}

export function listRules(set: RuleSet, filter: ListFilter): readonly RuleFacts[] {
  const out: RuleFacts[] = [];
  const search = filter.search?.toLowerCase();
  for (const rule of set.rules.values()) {
    const facts = factsOf(rule);
    const isMeant =
      (filter.all || rule.log) &&
      facts.id >= (filter.from ?? 0) &&
      facts.id <= (filter.to ?? Number.MAX_SAFE_INTEGER) &&
      (filter.phase === undefined || facts.phase === filter.phase) &&
      (filter.paranoia === undefined || (facts.paranoia ?? 0) <= filter.paranoia) &&
      filter.tags.every((tag) =>
        facts.tags.some((one) => one === tag || one.startsWith(`${tag}/`)),
      ) &&
      (search === undefined || facts.message.toLowerCase().includes(search));
    if (isMeant) out.push(facts);
  }
  return out.sort((a, b) => a.id - b.id);
}
