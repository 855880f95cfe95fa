import type { Lists } from "@egide/contract/policy/rules.ts";
import type { Schemes } from "#decide/rules/compile.ts";
import { compileLists } from "#decide/rules/lists.ts";
import { requestScheme, responseScheme } from "#fields/scheme.ts";

/** What the expressions of a snapshot may name, its lists included. Throws a ListError. */
export function schemesFor(lists: Lists): Schemes {
  const ready = compileLists(lists);
  return { request: requestScheme(ready), response: responseScheme(ready) };
}
