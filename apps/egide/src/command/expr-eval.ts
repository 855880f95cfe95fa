import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { schemesFor } from "@egide/edge/decide/rules/schemes.ts";
import { compileValue } from "@egide/expr/compile/compile.ts";
import { ExprError } from "@egide/expr/error.ts";
import { type Command, type Input, type Shell, text, texts } from "#cli/command.ts";
import { LISTS_OPTION, namedLists } from "#command/expr-lists.ts";
import { readGiven, subjectScheme } from "#expr/given.ts";
import { PLAIN_REQUEST, readRequest } from "#expr/request.ts";
import { show, showError } from "#expr/show.ts";

export const exprEvalCommand: Command = {
  name: "eval",
  summary: "Say what an expression gives for a request.",
  about:
    "Prints the value and what it was made of. Without --request it is a plain GET of https://example.org/ from 192.0.2.1; --field says otherwise. Exits with 1 where the expression is none.",
  arguments: [{ name: "expression", summary: "A filter, or anything that gives a value." }],
  options: {
    request: {
      type: "string",
      value: "file",
      summary: "Head of a request as text; - reads stdin.",
    },
    field: {
      type: "string",
      value: "name=value",
      multiple: true,
      summary: "What a field is; JSON for arrays and maps. May be repeated.",
    },
    config: LISTS_OPTION,
  },
  examples: [
    [
      `egide expr eval 'http.request.uri.path contains "/admin"' --field http.request.uri.path=/admin/x`,
      "true",
    ],
    ["egide expr eval 'cidr(ip.src, 24, 64)'", "192.0.2.0"],
  ],
  run: evaluate,
};

function evaluate({ args, options }: Input, shell: Shell): number {
  const lists = namedLists(options, shell);
  if (lists === null) return 1;
  const known = schemesFor(lists).response;
  const file = text(options, "request");
  try {
    const source = file === undefined ? PLAIN_REQUEST : readSource(file, shell);
    const view = readRequest(source, Date.now());
    if (view === null)
      throw new Error("the request does not begin with a line such as: GET / HTTP/1.1");
    const given = readGiven(texts(options, "field"), known);
    const scheme = subjectScheme(known);
    const expression = compileValue(args[0] ?? "", scheme);
    const subject = { view, given };
    shell.out(`${show(expression.evaluate(subject))}\n`);
    for (const name of expression.fields) {
      shell.out(`  ${name} = ${show(scheme.fields.get(name)?.read(subject))}\n`);
    }
    return 0;
  } catch (error) {
    if (error instanceof ExprError) showError(error, shell);
    else if (error instanceof Error) shell.err(`${error.message}\n`);
    else throw error;
    return 1;
  }
}

function readSource(file: string, shell: Shell): string {
  return readFileSync(file === "-" ? 0 : resolve(shell.cwd, file), "utf8");
}
