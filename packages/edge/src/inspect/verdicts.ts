import type { Intervention } from "@egide/waf/run/outcome.ts";
import type { Verdict } from "#verdict.ts";

type Answered = Exclude<Verdict, { kind: "allow" }>;

/** A body past the limit of a zone that wants none uninspected. */
export const BODY_TOO_LARGE: Answered = deny(413, "waf.body_limit");

/** The zone's fail mode at work. */
export function cannotJudge(): Answered {
  return { kind: "unavailable", status: 503, code: "waf.unavailable", retryAfter: null };
}

/** What the rules want done, as the edge does it. */
export function toVerdict({ action, status, location, ruleId }: Intervention): Answered {
  switch (action) {
    case "drop":
      return { kind: "drop", code: "waf.blocked" };
    case "redirect":
      return location === undefined || !isLocation(location)
        ? deny(403, "waf.blocked")
        : { kind: "redirect", status: redirectStatus(status), location, code: "waf.blocked" };
    case "deny":
      // Rule 0: no rule, but what a bounded search could not finish.
      if (ruleId === 0 && status === 503) return cannotJudge();
      return {
        ...deny(status >= 400 && status <= 599 ? status : 403, "waf.blocked"),
        rule: String(ruleId),
      };
  }
}

function deny(status: number, code: string): Extract<Verdict, { kind: "deny" }> {
  return { kind: "deny", status, code, headers: [], order: null };
}

function redirectStatus(status: number): 301 | 302 | 307 | 308 {
  return status === 301 || status === 307 || status === 308 ? status : 302;
}

/** Nothing that would end the field, or that a rule's macro carried in from the request as bytes. */
function isLocation(text: string): boolean {
  return text !== "" && /^[\x21-\x7e]+$/.test(text);
}
