import { AppError } from "@egide/std/error.ts";

/** A place in a rule file, as an editor counts: lines and columns from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A rule file that can't be loaded: says where and why. The rules in force stay in force. */
export class RuleError extends AppError {
  readonly position: Position;
  /** What is wrong, without the place. */
  readonly problem: string;

  constructor(problem: string, position: Position) {
    super({
      code: "waf.rules_invalid",
      source: "operator",
      retry: false,
      publicMessage: `${position.file}:${position.line}:${position.column}: ${problem}`,
    });
    this.name = "RuleError";
    this.position = position;
    this.problem = problem;
  }
}
