import type { Command } from "#cli/command.ts";
import { exprCheckCommand } from "#command/expr-check.ts";
import { exprEvalCommand } from "#command/expr-eval.ts";
import { exprFieldsCommand } from "#command/expr-fields.ts";

export const exprCommand: Command = {
  name: "expr",
  summary: "Try an expression of the rules language.",
  about: "docs/reference/expressions.md describes the language.",
  commands: [exprEvalCommand, exprCheckCommand, exprFieldsCommand],
};
