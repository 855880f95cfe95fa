import type { LogPolicy } from "@egide/contract/policy/log.ts";
import type { Facts } from "#facts.ts";
import { redactedNames } from "#wire/redact.ts";

/** A zone's log policy, made ready once. */
export class LogRules {
  readonly policy: LogPolicy;
  readonly redacted: ReadonlySet<string>;

  constructor(policy: LogPolicy) {
    this.policy = policy;
    this.redacted = redactedNames(policy.redact);
  }

  /** False: this request is one of those that a sampled log leaves out. */
  takes(facts: Facts<unknown>, random: () => number): boolean {
    const { enabled, sample, alwaysFrom } = this.policy;
    if (!enabled) return false;
    if (sample >= 1) return true;
    if (facts.status >= alwaysFrom || (facts.outcome === "failed" && alwaysFrom < 600)) return true;
    return random() < sample;
  }
}
