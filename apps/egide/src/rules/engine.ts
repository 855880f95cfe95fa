import type { WafExclusion, WafPolicy } from "@egide/contract/policy/waf.ts";
import { frame, zoneVariables } from "@egide/edge/inspect/rules/preamble.ts";
import { Exclusions } from "@egide/edge/inspect/zone/exclusions.ts";
import { loadRuleSet, type RuleSet } from "@egide/waf/rule-set.ts";
import type { Outcome } from "@egide/waf/run/outcome.ts";
import { readyExclusions } from "@egide/waf-rules/exclusions.ts";
import type { RawRequest } from "#rules/raw-request.ts";
import type { RuleSources } from "#rules/source.ts";

/** What a zone decides about its rules. */
export interface EngineSettings {
  readonly paranoia: number;
  readonly detectionParanoia: number;
  readonly inboundThreshold: number;
  readonly outboundThreshold: number;
  readonly exclusions: WafPolicy["exclusions"];
  readonly bodyLimit: number;
}

/** No request of a person's waits here: what is judged is judged to the end. */
const BUDGET_MS = 5000;

/** A rule set under a zone's settings, that judges one request after another as the edge would. */
export class RuleEngine {
  readonly set: RuleSet;
  readonly settings: EngineSettings;
  readonly #overruled: boolean;
  readonly #exclusions: Exclusions;

  /** Throws a RuleError where the rules or the exclusions don't load. */
  constructor(sources: RuleSources, settings: EngineSettings) {
    const { files, overruled } = frame(sources.rules);
    this.set = loadRuleSet(files, { data: sources.data });
    this.settings = settings;
    this.#overruled = overruled;
    this.#exclusions = new Exclusions(
      this.set.overlay,
      unfold(settings.exclusions),
      "the exclusions",
    );
  }

  /**
   * Everything that matches, as in detection mode; null where an exclusion takes the whole request
   * out. `paranoia` in place of the zone's.
   */
  judge(request: RawRequest, paranoia = this.settings.paranoia): Outcome | null {
    const { detectionParanoia, inboundThreshold, outboundThreshold, bodyLimit } = this.settings;
    const overlay = this.#exclusions.for(request.target);
    if (overlay === null) return null;
    const variables = zoneVariables(
      {
        paranoia,
        detection: Math.max(paranoia, detectionParanoia),
        inbound: inboundThreshold,
        outbound: outboundThreshold,
      },
      this.#overruled,
    );
    const transaction = this.set.begin({
      mode: "detect",
      failMode: "closed",
      remoteAddress: request.client,
      budgetMs: BUDGET_MS,
      overlay,
      variables,
    });
    transaction.requestBodyAccess = bodyLimit > 0;
    transaction.requestBodyLimit = bodyLimit;
    transaction.requestLine(request.method, request.target, request.protocol);
    transaction.requestHeaders(request.headers);
    if (request.body !== "") transaction.requestBody(request.body);
    transaction.requestEnd();
    return transaction.finish();
  }
}

/** Ready lists by their contents. */
export function unfold(exclusions: WafPolicy["exclusions"]): readonly WafExclusion[] {
  return exclusions.flatMap((one) => (typeof one === "string" ? readyExclusions(one) : [one]));
}
