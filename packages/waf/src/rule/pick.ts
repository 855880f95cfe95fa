import type { Regex } from "#regex/regex.ts";
import type { Selector } from "#rule/model.ts";

/** True where a selector picks the value of that name. */
export function picks(selector: Selector, key: string, lower: string): boolean {
  switch (selector.kind) {
    case "all":
      return true;
    case "name":
      return lower === selector.lower;
    case "pattern":
      return keyMatches(selector.regex, key);
    case "xpath":
      return key === selector.path;
  }
}

/** Keys come back from request to request: what a selector says of one is remembered. */
const remembered = new WeakMap<Regex, Map<string, boolean>>();
const maxRemembered = 1000;

export function keyMatches(regex: Regex, key: string): boolean {
  let known = remembered.get(regex);
  if (known === undefined || known.size >= maxRemembered) {
    known = new Map();
    remembered.set(regex, known);
  }
  let found = known.get(key);
  if (found === undefined) {
    found = regex.test(key) === true;
    if (key.length <= 128) known.set(key, found);
  }
  return found;
}
