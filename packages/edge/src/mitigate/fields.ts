import type { KeyHash } from "@egide/limit/key.ts";
import { BOOL, STRING } from "@egide/expr/type.ts";
import type { Field } from "@egide/expr/scheme.ts";
import type { Facts } from "#facts.ts";
import { headerPrint } from "#mitigate/header-print.ts";
import { kindOf } from "#mitigate/kind.ts";
import { visitorKey } from "#mitigate/observe.ts";
import { getHeader } from "#wire/headers.ts";

export interface FieldDeps<Subject> {
  readonly factsOf: (subject: Subject) => Facts<unknown>;
  readonly hash: KeyHash;
  readonly isKnown: (visitor: number) => boolean;
}

/** What the detection adds to the rules language, so that its rules can be read and written by people. */
export function mitigationFields<Subject>(deps: FieldDeps<Subject>): Field<Subject>[] {
  const { factsOf, hash, isKnown } = deps;
  return [
    {
      name: "egide.header_print",
      type: STRING,
      about:
        "Which fields the client sends, in its order and spelling, as eight hexadecimal digits.",
      read: (subject) => headerPrint(factsOf(subject).exchange.head.headers),
    },
    {
      name: "egide.kind",
      type: STRING,
      about: "What is asked for: page, asset, feed or data.",
      read(subject) {
        const { target, exchange } = factsOf(subject);
        const mark = target.indexOf("?");
        return kindOf(mark < 0 ? target : target.slice(0, mark), exchange.head.headers);
      },
    },
    {
      name: "egide.visitor.known",
      type: BOOL,
      about:
        "The visitor (address and user agent) was here before an attack began, and asks no faster than then.",
      read(subject) {
        const { client, exchange } = factsOf(subject);
        const agent = getHeader(exchange.head.headers, "user-agent") ?? "";
        return isKnown(visitorKey(client, agent, hash));
      },
    },
  ];
}
