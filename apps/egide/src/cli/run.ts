import { AppError } from "@egide/std/error.ts";
import type { Command, Shell } from "#cli/command.ts";
import { renderHelp, usage } from "#cli/help.ts";
import { paintFor } from "#cli/paint.ts";
import { parse } from "#cli/parse.ts";
import { appealCommand } from "#command/appeal.ts";
import { boardCommand } from "#command/board.ts";
import { botsCommand } from "#command/bots.ts";
import { challengeCommand } from "#command/challenge.ts";
import { checkCommand } from "#command/check.ts";
import { completionCommand } from "#command/completion.ts";
import { drillCommand } from "#command/drill.ts";
import { edgeCommand } from "#command/edge.ts";
import { exprCommand } from "#command/expr.ts";
import { filesCommand } from "#command/files.ts";
import { mitigationCommand } from "#command/mitigation.ts";
import { orderCommand } from "#command/order.ts";
import { bansCommand } from "#command/bans.ts";
import { banCommand } from "#command/ban.ts";
import { purgeCommand } from "#command/purge.ts";
import { snapshotCommand } from "#command/snapshot.ts";
import { rulesCommand } from "#command/rules.ts";
import { torCommand } from "#command/tor.ts";
import { upCommand } from "#command/up.ts";
import { VERSION, versionCommand } from "#command/version.ts";

/** Exit codes as shells know them: 1 it went wrong, 2 it was called wrongly. */
const MISUSE = 2;

export const rootCommand: Command = {
  name: "egide",
  summary: "a web-protection network that anyone can run.",
  about: `Stands before your site: takes every visitor's request, decides, and serves, caches, challenges or refuses it. Start with "egide up"; docs/guide/first-site.md takes it from there.`,
  commands: [
    upCommand,
    edgeCommand,
    boardCommand,
    filesCommand,
    torCommand,
    checkCommand,
    exprCommand,
    orderCommand,
    mitigationCommand,
    drillCommand,
    purgeCommand,
    snapshotCommand,
    challengeCommand,
    botsCommand,
    banCommand,
    bansCommand,
    appealCommand,
    rulesCommand,
    versionCommand,
    completionCommand(() => rootCommand),
  ],
  examples: [
    ["egide up", "Shows Égide at work, with an imageboard behind it."],
    ["egide up --origin http://127.0.0.1:3000", "Puts your site behind it."],
    ["egide check", "Reads ./egide.yaml and says what is wrong with it."],
  ],
};

/** Answers the exit code. */
export async function run(argv: readonly string[], shell: Shell): Promise<number> {
  const paint = paintFor(shell.isTerminal, shell.env);
  if (argv[0] === "--version") {
    shell.out(`${VERSION}\n`);
    return 0;
  }
  const parsed = parse(rootCommand, argv);
  switch (parsed.kind) {
    case "help":
      shell.out(renderHelp(parsed.path, paint));
      return 0;
    case "wrong": {
      const name = parsed.path.map((step) => step.name).join(" ");
      shell.err(`${paint.red(`${name}: ${parsed.message}`)}\n`);
      shell.err(`usage: ${usage(parsed.path)}\nmore:  ${name} --help\n`);
      return MISUSE;
    }
    case "run":
      try {
        return (await parsed.path.at(-1)?.run?.(parsed.input, shell)) ?? 0;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        shell.err(`${paint.red(error.publicMessage)} ${paint.dim(`(${error.code})`)}\n`);
        return 1;
      }
  }
}
