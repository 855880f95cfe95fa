import { type Field, type List, type Scheme, scheme } from "@egide/expr/scheme.ts";
import { ALIASES, CLIENT_FIELDS } from "#fields/client.ts";
import { REQUEST_FIELDS } from "#fields/request.ts";
import { RESPONSE_FIELDS } from "#fields/response.ts";
import type { RequestView } from "#fields/view.ts";

const ASKED: readonly Field<RequestView>[] = withAliases([...REQUEST_FIELDS, ...CLIENT_FIELDS]);
const ANSWERED: readonly Field<RequestView>[] = [...ASKED, ...RESPONSE_FIELDS];

function withAliases(fields: readonly Field<RequestView>[]): Field<RequestView>[] {
  const aliases = ALIASES.map(([alias, name]): Field<RequestView> => {
    const field = fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`${alias} stands for nothing`);
    return { ...field, name: alias, aliasOf: name };
  });
  return [...fields, ...aliases];
}

/** What rules may name before a request is answered: those of the shield, all of them. */
export function requestScheme(
  lists: ReadonlyMap<string, List> = new Map(),
  more: readonly Field<RequestView>[] = [],
): Scheme<RequestView> {
  return scheme([...ASKED, ...more], lists);
}

/** And what rules may name that come after the answer. */
export function responseScheme(lists: ReadonlyMap<string, List> = new Map()): Scheme<RequestView> {
  return scheme(ANSWERED, lists);
}
