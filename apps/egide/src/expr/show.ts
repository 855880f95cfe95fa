import type { ExprError } from "@egide/expr/error.ts";
import { formatIp } from "@egide/expr/function/spell.ts";
import { quote } from "@egide/expr/print.ts";
import type { Missable, Value } from "@egide/expr/value.ts";
import type { Shell } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { renderProblem } from "#config/problem.ts";

/** A value as it could be written in an expression, as far as it could. */
export function show(value: Missable): string {
  if (value === undefined) return "(missing)";
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return formatIp(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(show).join(", ")}]`;
  if (!(value instanceof Map)) return "{…}";
  const entries = [...(value as ReadonlyMap<string, Value>)];
  return `{${entries.map(([key, item]) => `${quote(key)}: ${show(item)}`).join(", ")}}`;
}

/** As compilers do: the line, and a caret under what is wrong. */
export function showError(error: ExprError, shell: Shell): void {
  const { line, column, length, message, suggestion, text } = error;
  const problem = {
    source: "expression",
    line,
    column,
    length,
    message,
    suggestion: suggestion === null ? null : `did you mean ${suggestion}?`,
    excerpt: text.split("\n")[line - 1] ?? "",
  };
  shell.err(`${renderProblem(problem, paintFor(shell.isTerminal, shell.env))}\n`);
}
