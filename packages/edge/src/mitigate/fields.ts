import type { Field } from "@egide/expr/scheme.ts";
import { BOOL } from "@egide/expr/type.ts";
import type { RequestView } from "#fields/view.ts";

/** The name in the rules language for "was here before". */
export const KNOWN = "egide.visitor.known";

/** And for "was sent round with a cookie, and brought it along". */
export const PROBED = "egide.probed";

export function probedField(isPassed: (view: RequestView) => boolean): Field<RequestView> {
  return {
    name: PROBED,
    type: BOOL,
    read: (view) => view.once(PROBED, () => isPassed(view)),
    about: "The visitor was sent round once with a cookie, and brought it along.",
  };
}

/** `isKnown`: asks for a visitor by address and user agent, and counts that it was asked. */
export function knownField(
  isKnown: (client: string, agent: string) => boolean,
): Field<RequestView> {
  return {
    name: KNOWN,
    type: BOOL,
    read: (view) => view.once(KNOWN, () => isKnown(view.facts.client, view.field("user-agent"))),
    about: "The visitor was here before an attack began, and asks no faster than then.",
  };
}
