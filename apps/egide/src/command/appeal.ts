import { resolve } from "node:path";
import type { Appeal } from "@egide/contract/appeal.ts";
import type { Config } from "@egide/contract/config.ts";
import { openReceipt } from "@egide/contract/receipt.ts";
import { publicKeyOf, signingKeyOf } from "@egide/contract/signing.ts";
import { AppError } from "@egide/std/error.ts";
import { evidenceOf } from "#appeal/evidence.ts";
import { listAppeals, readAppeal, writeAppeal } from "#appeal/files.ts";
import { liftFor } from "#appeal/lift.ts";
import { type Command, flag, type Input, type Shell, text } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { STATE_OPTION } from "#command/state.ts";
import { CONFIG_OPTION, configFile } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";
import { loadKeys } from "#run/keys.ts";

const COMMON = { config: CONFIG_OPTION, state: STATE_OPTION };
const ID = { name: "request", summary: "Id of the refused request, as the list says it." };
const ANSWER = {
  type: "string",
  value: "text",
  summary: "What the visitor is told, on the page where the outcome is looked up.",
} as const;

export const appealCommand: Command = {
  name: "appeal",
  summary: "What visitors wrote who were refused: look at the evidence, lift or dismiss.",
  commands: [
    {
      name: "list",
      summary: "Show appeals, the newest last.",
      options: {
        ...COMMON,
        all: { type: "boolean", summary: "Also those that were decided." },
        json: { type: "boolean", summary: "One JSON object a line." },
      },
      run: list,
    },
    {
      name: "show",
      summary: "Show one: the receipt, the text, and what the decision rested on.",
      arguments: [ID],
      options: COMMON,
      run: show,
    },
    {
      name: "lift",
      summary: "Agree: lifts the mitigation or the ban, and tells the visitor.",
      arguments: [ID],
      options: { answer: ANSWER, ...COMMON },
      run: lift,
    },
    {
      name: "dismiss",
      summary: "Leave the decision as it is, and tell the visitor.",
      arguments: [ID],
      options: { answer: ANSWER, ...COMMON },
      run: (input, shell) => decide(input, shell, "dismissed"),
    },
    {
      name: "verify",
      summary: "Check a signed receipt.",
      arguments: [{ name: "receipt", summary: "egr1.…, as the visitor's page shows it." }],
      options: {
        key: {
          type: "string",
          value: "key",
          summary: "Public key of the installation that signed; that of this one if absent.",
        },
        ...COMMON,
      },
      run: verify,
    },
    {
      name: "key",
      summary: "Print the public key that receipts and lists of bans are signed with.",
      options: COMMON,
      run(input, shell) {
        const place = placeOf(input, shell);
        if (place === null) return 1;
        shell.out(`${ownKey(place.state)}\n`);
        return 0;
      },
    },
  ],
};

interface Place {
  readonly state: string;
  /** Null where the state directory alone was named. */
  readonly config: Config | null;
}

function placeOf({ options }: Input, shell: Shell): Place | null {
  const named = text(options, "state");
  const config = text(options, "config");
  if (named !== undefined && config === undefined) {
    return { state: resolve(shell.cwd, named), config: null };
  }
  const file = configFile(config, shell);
  const loaded = loadConfigFile(file, shell.env);
  if (!loaded.ok) {
    printProblems(loaded.problems, shell);
    return null;
  }
  const state = named ?? resolve(file.directory, loaded.config.state);
  return { state: resolve(shell.cwd, state), config: loaded.config };
}

function list(input: Input, shell: Shell): number {
  const place = placeOf(input, shell);
  if (place === null) return 1;
  const { options } = input;
  const all = listAppeals(place.state);
  const shown = flag(options, "all") ? all : all.filter(({ state }) => state === "open");
  for (const appeal of shown) {
    shell.out(flag(options, "json") ? `${JSON.stringify(appeal)}\n` : `${line(appeal)}\n`);
  }
  shell.err(`${shown.length} of ${all.length}\n`);
  return 0;
}

function line({ receipt, sent, state, text: what }: Appeal): string {
  const { request, zone, kind, rule } = receipt;
  const start = what.replaceAll("\n", " ").slice(0, 60);
  return `${request}  ${sent.slice(0, 19)}Z  ${state.padEnd(9)}  ${zone}  ${kind} ${rule}  ${start}`;
}

function show(input: Input, shell: Shell): number {
  const place = placeOf(input, shell);
  const appeal = place === null ? null : find(input, place.state, shell);
  if (place === null || appeal === null) return 1;
  const { receipt } = appeal;
  const from = appeal.sameAddress ? "the refused address" : "another address";
  shell.out(`${receipt.request} on ${receipt.zone}, refused ${receipt.time}
by ${receipt.kind} ${receipt.rule} (${receipt.code}), visitor ${receipt.visitor}
contested ${appeal.sent} from ${from}, in ${appeal.lang}; ${appeal.state}

${indent(appeal.text.split("\n"))}

evidence
${indent(evidenceOf(appeal, place.state, place.config))}
`);
  if (appeal.answer !== "") shell.out(`\nanswer\n${indent(appeal.answer.split("\n"))}\n`);
  return 0;
}

async function lift(input: Input, shell: Shell): Promise<number> {
  const place = placeOf(input, shell);
  const appeal = place === null ? null : find(input, place.state, shell);
  if (place === null || appeal === null) return 1;
  shell.out(`${await liftFor(appeal, place.state)}\n`);
  return decide(input, shell, "lifted");
}

function decide(input: Input, shell: Shell, state: "lifted" | "dismissed"): number {
  const place = placeOf(input, shell);
  const appeal = place === null ? null : find(input, place.state, shell);
  if (place === null || appeal === null) return 1;
  const answer = (text(input.options, "answer") ?? "").slice(0, 2000);
  writeAppeal(place.state, { ...appeal, state, answer, decided: new Date().toISOString() });
  shell.out(`${appeal.receipt.request} is ${state}\n`);
  return 0;
}

function find({ args }: Input, state: string, shell: Shell): Appeal | null {
  const id = args[0] as string;
  const appeal = readAppeal(state, id);
  if (appeal === null) shell.err(`nobody contested ${JSON.stringify(id)}\n`);
  return appeal;
}

function verify(input: Input, shell: Shell): number {
  let named = text(input.options, "key");
  if (named === undefined) {
    const place = placeOf(input, shell);
    if (place === null) return 1;
    named = ownKey(place.state);
  }
  const key = publicKeyOf(named);
  if (key === null) {
    shell.err("--key is no key: 43 characters, as egide appeal key prints it\n");
    return 2;
  }
  try {
    shell.out(`${JSON.stringify(openReceipt(input.args[0] as string, key), null, 2)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    shell.err(`${error.publicMessage} (${error.code})\n`);
    return 1;
  }
}

function ownKey(state: string): string {
  return signingKeyOf(loadKeys(state).signingSeed).publicText;
}

function indent(lines: readonly string[]): string {
  return lines.map((each) => `  ${each}`).join("\n");
}
