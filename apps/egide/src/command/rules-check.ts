import type { Command } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { contextOf, PLACE_OPTIONS, RULES_OPTION } from "#command/rules-options.ts";
import { checkRules } from "#rules/problems.ts";

export const rulesCheckCommand: Command = {
  name: "check",
  summary: "Read rule files and say everything that is wrong with them.",
  about:
    "Prints every mistake with file, line and column and what was probably meant, and exits with 1 if there is any. Data files (*.data) are found in the folders that are named. Nothing is started or changed.",
  arguments: [
    {
      name: "file",
      optional: true,
      multiple: true,
      summary: "Files or folders of rules; else the rule set in use.",
    },
  ],
  options: { rules: RULES_OPTION, ...PLACE_OPTIONS },
  examples: [
    ["egide rules check my-rules.conf", "Checks one file."],
    ["egide rules check crs-setup.conf rules/", "Checks several together, in their order."],
  ],
  run(input, shell) {
    const context = contextOf(input, shell, input.args.length > 0 ? input.args : undefined);
    if (context === null) return 1;
    const { sources } = context;
    const { problems, rules } = checkRules(sources);
    if (problems.length > 0) {
      printProblems(problems, shell);
      return 1;
    }
    const count = sources.rules.length;
    shell.out(`${sources.label}: sound (${count} file${count === 1 ? "" : "s"}, ${rules} rules)\n`);
    return 0;
  },
};
