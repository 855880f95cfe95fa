import type { Rule } from "@egide/contract/policy/rules.ts";
import { type Facts, isAdmitted, type Skipped } from "#facts.ts";
import type { Redirect, Rewrite, ZoneRules } from "#decide/rules/compile.ts";
import { location, pathText, queryText } from "#decide/rules/target.ts";
import { type RequestView, viewOf } from "#fields/view.ts";
import { ALLOW, type Verdict } from "#verdict.ts";

const EVERYTHING: Skipped = { limits: true, waf: true, challenge: true };

/**
 * The rules that come before an answer, in Cloudflare's order of phases: redirects (the first that
 * holds), rewrites (all that hold, the last word is the last's), then those that let pass or stop.
 */
export function judgeRules(rules: ZoneRules, facts: Facts<unknown>): Verdict {
  const view = viewOf(facts);
  for (const rule of rules.redirects) {
    if (!rule.holds(view)) continue;
    const verdict = redirected(rule.does, view);
    if (verdict === null) continue;
    note(facts, rule);
    return verdict;
  }
  for (const rule of rules.rewrites) {
    if (!rule.holds(view)) continue;
    note(facts, rule);
    facts.forward = rewrite(rule.does, view);
  }
  for (const rule of rules.firewall) {
    if (!rule.holds(view)) continue;
    const { does } = rule;
    // Who passed a challenge is asked the next rule; so is who another rule lets off it.
    if (does.action === "challenge") {
      if (facts.skipped.challenge || isAdmitted(facts, does.mode)) continue;
    }
    note(facts, rule);
    switch (does.action) {
      case "log":
        break;
      case "allow":
        facts.skipped = EVERYTHING;
        return ALLOW;
      case "skip":
        facts.skipped = {
          limits: facts.skipped.limits || does.skip.includes("limits"),
          waf: facts.skipped.waf || does.skip.includes("waf"),
          challenge: facts.skipped.challenge || does.skip.includes("challenge"),
        };
        if (does.skip.includes("rules")) return ALLOW;
        break;
      case "block":
        return blocked(does);
      case "challenge":
        return { kind: "challenge", rule: rule.id, mode: does.mode, code: "rule.challenge" };
      case "tarpit":
        return { kind: "tarpit", rule: rule.id, seconds: does.seconds, code: "rule.tarpit" };
    }
  }
  return ALLOW;
}

export function note(facts: Facts<unknown>, rule: { readonly id: string }): void {
  if (facts.rules === null) facts.rules = [rule.id];
  else facts.rules.push(rule.id);
}

function blocked(rule: Extract<Rule, { action: "block" }>): Verdict {
  const { status, body, contentType } = rule;
  const denied: Verdict = { kind: "deny", status, code: "rule.block", headers: [], order: null };
  return body === undefined ? denied : { ...denied, reply: { contentType, body } };
}

/** Null where the expression has nowhere to send this visitor: the rule is as if it did not hold. */
function redirected({ to, status, keepQuery }: Redirect, view: RequestView): Verdict | null {
  const target = location(to(view), keepQuery ? view.uri.query : "");
  if (target === null) return null;
  return { kind: "redirect", status, location: target, code: "rule.redirect" };
}

function rewrite({ path, query }: Rewrite, view: RequestView): string {
  const newPath = path === null ? undefined : pathText(path(view));
  const newQuery = query === null ? undefined : queryText(query(view));
  return view.rewrite(newPath ?? null, newQuery ?? null);
}
