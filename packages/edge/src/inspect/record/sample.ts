import type { LogPolicy } from "@egide/contract/policy/log.ts";
import type { RecordedRequest } from "@egide/contract/recorded-request.ts";
import type { WafLog } from "@egide/contract/request-log.ts";
import type { Facts } from "#facts.ts";
import { cleanBody, cleanHeaders, cleanTarget } from "#inspect/record/clean.ts";
import { SecretNames } from "#inspect/record/secret.ts";
import type { SampleFile } from "#inspect/record/sample-file.ts";
import { getHeader } from "#wire/headers.ts";

export interface SampleRules {
  readonly share: number;
  readonly log: LogPolicy;
  readonly random: () => number;
  /** Writes an address as the zone's log policy allows. */
  readonly writeAddress: (address: string, how: LogPolicy["address"]) => string;
}

/** A zone's sample of recent requests, on which a change of rules can be tried. */
export class RequestSample {
  readonly #rules: SampleRules;
  readonly #file: SampleFile;
  readonly #secrets: SecretNames;
  readonly #leaveOut: ReadonlySet<string>;

  constructor(rules: SampleRules, file: SampleFile) {
    this.#rules = rules;
    this.#file = file;
    const { log } = rules;
    this.#secrets = new SecretNames(log.redact);
    this.#leaveOut = new Set([
      // They name the visitor, whom the log may not name.
      "x-forwarded-for",
      "forwarded",
      "x-real-ip",
      "true-client-ip",
      ...(log.userAgent ? [] : ["user-agent"]),
      ...(log.referer === "none" ? ["referer"] : []),
    ]);
  }

  /** True for a request that is one of those that are kept. */
  picks(): boolean {
    return this.#rules.random() < this.#rules.share;
  }

  add(facts: Facts<unknown>, waf: WafLog, body: string, bodyBytes: number): void {
    const { log, writeAddress } = this.#rules;
    const { head } = facts.exchange;
    const record: RecordedRequest = {
      time: new Date(facts.time).toISOString(),
      zone: facts.zoneId,
      requestId: facts.requestId,
      client: writeAddress(facts.client, log.address),
      country: facts.country,
      method: head.method,
      target: cleanTarget(head.target, this.#secrets, log.query),
      version: head.version,
      scheme: head.scheme,
      headers: cleanHeaders(head, this.#secrets, this.#leaveOut),
      body: log.query && body !== "" ? cleanBody(body, head, this.#secrets) : null,
      bodyBytes,
      visitor: visitorOf(facts),
      status: facts.status,
      waf: {
        action: waf.action,
        inboundScore: waf.inboundScore,
        rules: waf.matches.map((match) => match.rule),
      },
    };
    this.#file.append(JSON.stringify(record));
  }
}

/** Programs that read feeds say so, as nobody keeps them out who does not mean to. */
const FEED_READER =
  /feed|rss|miniflux|newsblur|inoreader|netnewswire|theoldreader|reeder|liferea|akregator|podcast/i;

function visitorOf(facts: Facts<unknown>): RecordedRequest["visitor"] {
  // Only what is known already: nothing is looked up for the sample's sake.
  if (facts.bot?.verified === true) return "verifiedBot";

  if (facts.clearance !== null && facts.clearance !== undefined) return "passedChallenge";
  const agent = getHeader(facts.exchange.head.headers, "user-agent") ?? "";
  return FEED_READER.test(agent.slice(0, 300)) ? "feedReader" : "unknown";
}
