import type { Span } from "#ast.ts";
import { ExprError } from "#error.ts";
import { MOST_PATTERNS } from "#limits.ts";
import type { Scheme } from "#scheme.ts";

/** What the parts of one compilation share: the text for errors, the scheme, what was used so far. */
export class Context<Subject> {
  readonly scheme: Scheme<Subject>;
  readonly fields = new Set<string>();
  readonly lists = new Set<string>();
  readonly #text: string;
  #patterns = 0;

  constructor(text: string, scheme: Scheme<Subject>) {
    this.#text = text;
    this.scheme = scheme;
  }

  fail(message: string, { from, to }: Span, suggestion: string | null = null): never {
    throw new ExprError(message, this.#text, from, to - from, suggestion);
  }

  textOf({ from, to }: Span): string {
    return this.#text.slice(from, to);
  }

  countPattern(span: Span): void {
    if (++this.#patterns > MOST_PATTERNS) {
      this.fail(`more than ${MOST_PATTERNS} patterns in one expression`, span);
    }
  }
}
