import { responseScheme } from "@egide/edge/fields/scheme.ts";
import { signature } from "@egide/expr/compile/call.ts";
import { FUNCTIONS } from "@egide/expr/function/all.ts";
import { typeName } from "@egide/expr/type.ts";
import { type Command, flag, type Input, type Shell } from "#cli/command.ts";

export const exprFieldsCommand: Command = {
  name: "fields",
  summary: "List the fields and functions that expressions may name.",
  arguments: [{ name: "word", optional: true, summary: "Only names that hold this word." }],
  options: { json: { type: "boolean", summary: "One JSON object a line." } },
  examples: [["egide expr fields tls", "Everything about TLS."]],
  run: list,
};

interface Known {
  readonly name: string;
  readonly kind: "field" | "function";
  readonly type: string;
  readonly about: string;
}

function list({ args, options }: Input, shell: Shell): number {
  const word = args[0]?.toLowerCase() ?? "";
  const known = everything().filter(({ name }) => name.toLowerCase().includes(word));
  if (known.length === 0) {
    shell.err(`nothing of that name: egide expr fields lists all\n`);
    return 1;
  }
  const width = Math.min(44, Math.max(...known.map(({ name }) => name.length)));
  for (const one of known) {
    if (flag(options, "json")) shell.out(`${JSON.stringify(one)}\n`);
    else shell.out(`${one.name.padEnd(width)}  ${one.type.padEnd(18)}  ${one.about}\n`);
  }
  return 0;
}

function everything(): Known[] {
  const fields = [...responseScheme().fields.values()].map(
    ({ name, type, about, aliasOf }): Known => ({
      name,
      kind: "field",
      type: typeName(type),
      about: aliasOf === undefined ? about : `The same as ${aliasOf}.`,
    }),
  );
  const functions = [...FUNCTIONS.values()].map(
    ({ name, params, about }): Known => ({
      name: signature(name, params),
      kind: "function",
      type: "function",
      about,
    }),
  );
  return [...fields, ...functions];
}
