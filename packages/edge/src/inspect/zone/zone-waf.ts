import type { WafExclusion, WafPolicy } from "@egide/contract/policy/waf.ts";
import type { Zone } from "@egide/contract/policy/zone.ts";
import type { Transaction } from "@egide/waf/run/transaction.ts";
import type { Facts } from "#facts.ts";
import { zoneVariables } from "#inspect/rules/preamble.ts";
import type { LoadedRules } from "#inspect/rules/shelf.ts";
import type { AuditRules } from "#inspect/record/audit.ts";
import { SecretNames } from "#inspect/record/secret.ts";
import type { RequestSample } from "#inspect/record/sample.ts";
import { Exclusions } from "#inspect/zone/exclusions.ts";

/** What of a zone's settings the engine reads. */
export type InspectedZone = Pick<Zone, "id" | "waf" | "log">;

/** The rule engine as one zone has set it: what its requests begin with. */
export class ZoneWaf {
  readonly policy: WafPolicy;
  #rules: LoadedRules | null = null;
  readonly sample: RequestSample | null;
  readonly audit: AuditRules;
  #variables: Readonly<Record<string, string>> = {};
  #exclusions: Exclusions | null = null;
  readonly #zone: string;
  readonly #random: () => number;

  /** Throws a RuleError where an exclusion names what does not exist. */
  constructor(
    { id, waf: policy, log }: InspectedZone,
    rules: LoadedRules | null,
    exclusions: readonly WafExclusion[],
    sample: RequestSample | null,
    random: () => number,
  ) {
    this.policy = policy;
    // Who wants no query in the log wants no part of one either.
    this.audit = { secrets: new SecretNames(log.redact), excerpts: log.query };
    this.sample = sample;
    this.#zone = id;
    this.#random = random;
    this.become(rules, exclusions);
  }

  /** Null: its rules never loaded, and the fail mode decides about every request. */
  get rules(): LoadedRules | null {
    return this.#rules;
  }

  /** From the next request on, these rules. Throws as the constructor does, and changes nothing then. */
  become(rules: LoadedRules | null, exclusions: readonly WafExclusion[]): void {
    const { policy } = this;
    this.#exclusions =
      rules === null
        ? null
        : new Exclusions(rules.set.overlay, exclusions, `zone ${this.#zone}: waf.exclusions`);
    const { paranoia, detectionParanoia = paranoia } = policy;
    this.#variables = zoneVariables(
      {
        paranoia,
        detection: Math.max(paranoia, detectionParanoia),
        inbound: policy.inboundThreshold,
        outbound: policy.outboundThreshold,
      },
      rules?.overruled === true,
    );
    this.#rules = rules;
  }

  /** A transaction for this request; null where it is none of those that are looked at. */
  begin(facts: Facts<unknown>): Transaction | null {
    if (this.#rules === null || this.#exclusions === null) return null;
    const { policy } = this;
    if (policy.sample < 1 && this.#random() >= policy.sample) return null;
    const overlay = this.#exclusions.for(facts.target);
    if (overlay === null) return null;
    const { remote, local } = facts.exchange.client;
    const transaction = this.#rules.set.begin({
      mode: policy.mode === "block" ? "on" : "detect",
      failMode: policy.failMode,
      id: facts.requestId,
      remoteAddress: facts.client,
      remotePort: remote.port,
      serverAddress: local.address,
      serverPort: local.port,
      overlay,
      variables: this.#variables,
      budgetMs: policy.budgetMs,
    });
    transaction.requestBodyAccess = policy.bodyLimit > 0;
    transaction.requestBodyLimit = policy.bodyLimit;
    transaction.responseBodyAccess = policy.responseBodyLimit > 0;
    transaction.responseBodyLimit = policy.responseBodyLimit;
    return transaction;
  }
}
