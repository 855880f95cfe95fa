import type { Command } from "#cli/command.ts";
import { completionScript, SHELLS, type ShellName } from "#cli/completion.ts";

/** The command needs the table that it is itself a part of: so it is given it later. */
export function completionCommand(root: () => Command): Command {
  return {
    name: "completion",
    summary: "Print a script that lets your shell complete egide's commands.",
    arguments: [{ name: "shell", choices: SHELLS, summary: "Your shell." }],
    examples: [
      ["source <(egide completion bash)", "bash, for this session."],
      ['egide completion zsh > "${fpath[1]}/_egide"', "zsh, for good."],
      ["egide completion fish | source", "fish, for this session."],
    ],
    run({ args }, shell) {
      shell.out(completionScript(args[0] as ShellName, root()));
      return 0;
    },
  };
}
