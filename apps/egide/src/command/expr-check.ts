import { schemesFor } from "@egide/edge/decide/rules/schemes.ts";
import { compileValue } from "@egide/expr/compile/compile.ts";
import { ExprError } from "@egide/expr/error.ts";
import { parseValue } from "@egide/expr/parse/parse.ts";
import { print } from "@egide/expr/print.ts";
import { typeName } from "@egide/expr/type.ts";
import { type Command, flag, type Input, type Shell } from "#cli/command.ts";
import { LISTS_OPTION, namedLists } from "#command/expr-lists.ts";
import { showError } from "#expr/show.ts";

export const exprCheckCommand: Command = {
  name: "check",
  summary: "Say whether an expression is sound, and where it is not.",
  about:
    "Prints the expression as it was understood, its type, and the fields and lists that it asks. Exits with 1 where it is none.",
  arguments: [{ name: "expression", summary: "A filter, or anything that gives a value." }],
  options: {
    config: LISTS_OPTION,
    response: {
      type: "boolean",
      summary: "It is for a rule that comes after the answer: http.response.* may be named.",
    },
  },
  examples: [["egide expr check 'http.host eq \"example.org\" && ssl'", "Boolean"]],
  run: check,
};

function check({ args, options }: Input, shell: Shell): number {
  const lists = namedLists(options, shell);
  if (lists === null) return 1;
  const schemes = schemesFor(lists);
  const source = args[0] ?? "";
  try {
    const scheme = flag(options, "response") ? schemes.response : schemes.request;
    const { type, fields, lists: asked } = compileValue(source, scheme);
    shell.out(`${print(parseValue(source))}\n`);
    shell.out(`type    ${typeName(type)}\n`);
    if (fields.length > 0) shell.out(`fields  ${fields.join(" ")}\n`);
    if (asked.length > 0) shell.out(`lists   ${asked.map((name) => `$${name}`).join(" ")}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    showError(error, shell);
    return 1;
  }
}
