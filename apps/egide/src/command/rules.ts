import type { Command } from "#cli/command.ts";
import { rulesBacktestCommand } from "#command/rules-backtest.ts";
import { rulesCheckCommand } from "#command/rules-check.ts";
import { rulesExplainCommand } from "#command/rules-explain.ts";
import { rulesInstallCommand } from "#command/rules-install.ts";
import { rulesListCommand } from "#command/rules-list.ts";
import { rulesTestCommand } from "#command/rules-test.ts";

export const rulesCommand: Command = {
  name: "rules",
  summary: "Rules against attacks: install, check, list, explain, test, backtest.",
  about:
    "The rule engine of a zone (waf in egide.yaml) runs the OWASP Core Rule Set, or the small set that comes along, or rules of your own: docs/guide/rules.md.",
  commands: [
    rulesInstallCommand,
    rulesCheckCommand,
    rulesListCommand,
    rulesExplainCommand,
    rulesTestCommand,
    rulesBacktestCommand,
  ],
};
