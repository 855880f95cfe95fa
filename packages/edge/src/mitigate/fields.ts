import type { Field } from "@egide/expr/scheme.ts";
import { BOOL } from "@egide/expr/type.ts";
import type { RequestView } from "#fields/view.ts";

/** The name in the rules language for "was here before". */
export const KNOWN = "egide.visitor.known";

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
