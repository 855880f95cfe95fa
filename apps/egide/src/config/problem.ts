/** One thing that is wrong with what an operator wrote, and where. */
export interface Problem {
  /** File name as the operator knows it, or `EGIDE_…` for the environment. */
  readonly source: string;
  /** From 1; null where there is no text to point at. */
  readonly line: number | null;
  readonly column: number | null;
  /** Characters to underline. */
  readonly length: number;
  readonly message: string;
  readonly suggestion: string | null;
  /** The source line, where there is one. */
  readonly excerpt: string | null;
}

export interface Paint {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
}

const EXCERPT_WIDTH = 100;

/**
 * As compilers do, so that editors and people find the spot:
 *
 *     egide.yaml:3:5: unknown key "orgin"
 *       3 |     orgin: http://127.0.0.1:3000
 *         |     ^^^^^ did you mean "origin"?
 */
export function renderProblem(problem: Problem, paint: Paint): string {
  const { source, line, column, excerpt, suggestion } = problem;
  const place = line === null || column === null ? source : `${source}:${line}:${column}`;
  const headline = `${paint.bold(`${place}:`)} ${paint.red(problem.message)}`;
  if (line === null || column === null || excerpt === null) {
    return suggestion === null ? headline : `${headline}\n  ${paint.green(suggestion)}`;
  }
  const from = column > EXCERPT_WIDTH ? column - 20 : 0;
  const shown = excerpt.slice(from, from + EXCERPT_WIDTH);
  const margin = String(line);
  const offset = column - 1 - from;
  const carets = "^".repeat(Math.max(1, Math.min(problem.length, shown.length - offset)));
  // Tabs stay tabs, so that the caret stands under what it means.
  const indent = shown.slice(0, offset).replace(/[^\t]/g, " ");
  const hint = suggestion === null ? "" : ` ${paint.green(suggestion)}`;
  return [
    headline,
    `  ${paint.dim(`${margin} |`)} ${shown}`,
    `  ${paint.dim(`${" ".repeat(margin.length)} |`)} ${indent}${paint.red(carets)}${hint}`,
  ].join("\n");
}
