import type { HeaderChange, Ready, ZoneRules } from "#decide/rules/compile.ts";
import { note } from "#decide/rules/judge.ts";
import type { Facts } from "#facts.ts";
import { type RequestView, viewOf } from "#fields/view.ts";
import type { OriginResponse, RawHeaders } from "#stream.ts";
import { withoutHeaders } from "#wire/headers.ts";

/** A value made of a visitor's words must not end the line that it stands in. */
const UNFIT = /[\0\r\n]/;

/** The fields as the origin is to see them. */
export function requestHeaders(rules: ZoneRules, headers: RawHeaders, facts: Facts<unknown>) {
  return rules.request.length === 0
    ? headers
    : changeHeaders(rules.request, headers, viewOf(facts), facts);
}

/** A response as the visitor is to see it. */
export function responseHeaders(
  rules: ZoneRules,
  response: OriginResponse,
  facts: Facts<unknown>,
): OriginResponse {
  if (rules.response.length === 0) return response;
  const view = viewOf(facts);
  view.response = { status: response.status, headers: response.headers };
  return { ...response, headers: changeHeaders(rules.response, response.headers, view, facts) };
}

/**
 * Changes fields as the rules that hold say, one after the other: taken out, set, added. A value that
 * is missing, or that can't stand in a field, changes nothing.
 */
function changeHeaders(
  rules: readonly Ready<HeaderChange>[],
  headers: RawHeaders,
  view: RequestView,
  facts: Facts<unknown>,
): RawHeaders {
  let out = headers;
  for (const rule of rules) {
    if (!rule.holds(view)) continue;
    note(facts, rule);
    out = change(rule.does, out, view);
  }
  return out;
}

function change({ set, add, remove }: HeaderChange, headers: RawHeaders, view: RequestView) {
  const added: string[] = [];
  const gone = new Set(remove);
  for (const [name, value] of set) {
    const text = value(view);
    if (text === undefined || UNFIT.test(text)) continue;
    gone.add(name.toLowerCase());
    added.push(name, text);
  }
  for (const [name, value] of add) {
    const text = value(view);
    if (text !== undefined && !UNFIT.test(text)) added.push(name, text);
  }
  const kept = gone.size === 0 ? headers : withoutHeaders(headers, (lower) => gone.has(lower));
  return added.length === 0 ? kept : [...kept, ...added];
}
