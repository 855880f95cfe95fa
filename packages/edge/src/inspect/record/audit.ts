import type { WafLog } from "@egide/contract/request-log.ts";
import type { Outcome } from "@egide/waf/run/outcome.ts";
import type { MatchRecord } from "@egide/waf/run/record.ts";
import type { SecretNames } from "#inspect/record/secret.ts";

/** What one record keeps at most, so that an attack does not fill the disk by being described. */
const MOST_MATCHES = 100;
const MOST_TAGS = 20;
const MOST_TEXT = 500;
const MOST_NAME = 200;

/** How a zone wants matches written. */
export interface AuditRules {
  readonly secrets: SecretNames;
  /** False: no part of what was sent is written. */
  readonly excerpts: boolean;
}

/** The log's part about the rule engine. The engine has redacted already; this holds for what it let by. */
export function audit(outcome: Outcome, action: WafLog["action"], rules: AuditRules): WafLog {
  const { matches, unfinished } = outcome;
  return {
    action,
    inboundScore: outcome.inboundScore,
    outboundScore: outcome.outboundScore,
    matches: matches.length === 0 ? [] : matches.slice(0, MOST_MATCHES).map((m) => match(m, rules)),
    dropped: outcome.droppedMatches + Math.max(0, matches.length - MOST_MATCHES),
    unfinished: [...unfinished],
    duration: Math.round(outcome.spentMs * 1000) / 1000,
  };
}

function match(record: MatchRecord, { secrets, excerpts }: AuditRules): WafLog["matches"][number] {
  const hidden = !excerpts || isSecretVariable(record.variable, secrets);
  // A rule's message may quote what it matched on.
  const quotes = hidden && record.excerpt !== "" && record.message.includes(record.excerpt);
  return {
    rule: record.ruleId,
    phase: record.phase,
    message: quotes ? "" : record.message.slice(0, MOST_TEXT),
    tags: record.tags.slice(0, MOST_TAGS).map((tag) => tag.slice(0, MOST_NAME)),
    severity: record.severity ?? null,
    variable: record.variable.slice(0, MOST_NAME),
    excerpt: hidden ? "" : record.excerpt.slice(0, MOST_TEXT),
    data: hidden ? "" : record.data.slice(0, MOST_TEXT),
  };
}

/** Variables of which the part behind the colon is a name that somebody chose. */
const NAMED =
  /^(?:ARGS|ARGS_GET|ARGS_POST|REQUEST_HEADERS|RESPONSE_HEADERS|TX|MATCHED_VAR|MATCHED_VARS|FILES|MULTIPART_PART_HEADERS|JSON|XML):/;

/** True where the value is a secret by the name of the variable that it stands in. */
function isSecretVariable(variable: string, secrets: SecretNames): boolean {
  if (/^(?:REQUEST_COOKIES(?::|$)|SESSION|USERID)/.test(variable)) return true;
  if (!NAMED.test(variable)) return false;
  const name = variable.slice(variable.indexOf(":") + 1).toLowerCase();
  if (secrets.has(name)) return true;
  return /[[\].:]/.test(name) && name.split(/[[\].:]/).some((part) => secrets.has(part));
}
