import { parseArgs } from "node:util";
import type { Command, Input, OptionSpec } from "#cli/command.ts";
import { nearest } from "#config/suggest.ts";

export type Parsed =
  | { readonly kind: "run"; readonly path: readonly Command[]; readonly input: Input }
  | { readonly kind: "help"; readonly path: readonly Command[] }
  | { readonly kind: "wrong"; readonly path: readonly Command[]; readonly message: string };

export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  help: { type: "boolean", short: "h", summary: "Show this help." },
};

/** Finds the command that `argv` names, then reads its options and arguments. */
export function parse(root: Command, argv: readonly string[]): Parsed {
  const path = [root];
  let rest = [...argv];
  for (;;) {
    const here = path.at(-1) as Command;
    const word = rest[0];
    if (here.commands === undefined) break;
    // A command that does something by itself takes options where another takes a name.
    const isHelp = word === "--help" || word === "-h";
    if (here.run !== undefined && (word === undefined || (word.startsWith("-") && !isHelp))) break;
    if (word === undefined || isHelp || word === "help") {
      return helpFor(path, rest.slice(1));
    }
    const next = here.commands.find((command) => command.name === word);
    if (next === undefined) return { kind: "wrong", path, message: unknownCommand(here, word) };
    path.push(next);
    rest = rest.slice(1);
  }
  return parseRest(path, rest);
}

/** `egide help up` is `egide up --help`. */
function helpFor(path: readonly Command[], words: readonly string[]): Parsed {
  const named = path.at(-1)?.commands?.find((command) => command.name === words[0]);
  return { kind: "help", path: named === undefined ? path : [...path, named] };
}

function parseRest(path: readonly Command[], rest: string[]): Parsed {
  const command = path.at(-1) as Command;
  const specs: Readonly<Record<string, OptionSpec>> = { ...command.options, ...COMMON_OPTIONS };
  const wrong = (message: string): Parsed => ({ kind: "wrong", path, message });
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: rest,
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(specs).map(([name, { type, short, multiple }]) => [
          name,
          { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
        ]),
      ),
    });
  } catch (error) {
    return wrong(optionError(error, rest, specs));
  }
  const options = parsed.values;
  if (options["help"] === true) return { kind: "help", path };
  for (const [name, { choices }] of Object.entries(specs)) {
    const value = options[name];
    if (choices !== undefined && typeof value === "string" && !choices.includes(value)) {
      return wrong(notAChoice(`--${name}`, value, choices));
    }
  }
  const complaint = checkArguments(command, parsed.positionals);
  if (complaint !== null) return wrong(complaint);
  return {
    kind: "run",
    path,
    input: { options: options as Input["options"], args: parsed.positionals },
  };
}

function checkArguments(command: Command, args: readonly string[]): string | null {
  const specs = command.arguments ?? [];
  if (args.length > specs.length && specs.at(-1)?.multiple !== true)
    return `unexpected argument ${JSON.stringify(args[specs.length])}`;
  for (const [i, spec] of specs.entries()) {
    const value = args[i];
    if (value === undefined) {
      if (spec.optional !== true) return `${spec.name.toUpperCase()} is missing`;
    } else if (spec.choices !== undefined && !spec.choices.includes(value)) {
      return notAChoice(spec.name.toUpperCase(), value, spec.choices);
    }
  }
  return null;
}

function notAChoice(what: string, value: string, choices: readonly string[]): string {
  const meant = nearest(value, choices);
  const hint = meant === null ? "" : `; did you mean ${meant}?`;
  return `${what} is one of ${choices.join(", ")}, not ${JSON.stringify(value)}${hint}`;
}

function unknownCommand(here: Command, word: string): string {
  const names = (here.commands ?? []).map((command) => command.name);
  const meant = nearest(word, names);
  const what = word.startsWith("-") ? "option" : "command";
  const hint = meant === null ? `known: ${names.join(", ")}` : `did you mean ${meant}?`;
  return `unknown ${what} ${JSON.stringify(word)}; ${hint}`;
}

function optionError(
  error: unknown,
  rest: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): string {
  const known = new Set(Object.keys(specs));
  for (const word of rest) {
    if (word === "--") break;
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name === undefined || known.has(name)) continue;
    const meant = nearest(name, known);
    return `unknown option --${name}${meant === null ? "" : `; did you mean --${meant}?`}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return (message.split(". ")[0] as string).replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}
