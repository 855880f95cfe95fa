import { z } from "zod";
import { nearest } from "#config/suggest.ts";

type Issue = z.core.$ZodIssue;

export interface Explanation {
  readonly path: readonly PropertyKey[];
  readonly at: "key" | "value";
  readonly message: string;
  readonly suggestion: string | null;
}

/** Turns Zod's issues into words for an operator: one explanation for each mistake. */
export function explainIssues(
  issues: readonly Issue[],
  value: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): Explanation[] {
  const out: Explanation[] = [];
  for (const issue of issues) explain(issue, value, keysAt, out);
  return out;
}

/** How Zod says that something is not there, by the kind of schema that wanted it. */
const MISSING_CODES: ReadonlySet<string> = new Set([
  "invalid_union",
  "invalid_type",
  "invalid_value",
]);

function explain(
  issue: Issue,
  root: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
  out: Explanation[],
): void {
  const value = valueAt(root, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(issue.path);
    for (const key of issue.keys) {
      const meant = nearest(key, known);
      const suggestion =
        meant !== null
          ? `did you mean ${quote(meant)}?`
          : known.length > 0
            ? `known here: ${known.join(", ")}`
            : null;
      out.push({
        path: [...issue.path, key],
        at: "key",
        message: `unknown key ${quote(key)}`,
        suggestion,
      });
    }
    return;
  }
  if (value === undefined && MISSING_CODES.has(issue.code)) {
    const name = quote(String(issue.path.at(-1) ?? "document"));
    out.push({ path: issue.path, at: "value", message: `${name} is missing`, suggestion: null });
    return;
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const branch = likeliestBranch(issue.errors);
    const isOfSomeShape = branch.some(
      (inner) => inner.path.length > 0 || inner.code !== "invalid_type",
    );
    if (isOfSomeShape) {
      for (const inner of branch) {
        explain({ ...inner, path: [...issue.path, ...inner.path] }, root, keysAt, out);
      }
      return;
    }
    const wanted = issue.errors.flatMap((errors) =>
      errors.flatMap((inner) => (inner.code === "invalid_type" ? [article(inner.expected)] : [])),
    );
    const message = `must be ${[...new Set(wanted)].join(" or ")}, is ${describe(value)}`;
    out.push({ path: issue.path, at: "value", message, suggestion: null });
    return;
  }
  out.push({ path: issue.path, at: "value", ...plain(issue, value) });
}

function plain(issue: Issue, value: unknown): { message: string; suggestion: string | null } {
  switch (issue.code) {
    case "invalid_type":
      return value === undefined
        ? {
            message: `${quote(String(issue.path.at(-1) ?? "document"))} is missing`,
            suggestion: null,
          }
        : {
            message: `must be ${article(issue.expected)}, is ${describe(value)}`,
            suggestion: null,
          };
    case "invalid_value": {
      const words = issue.values.map(String);
      const meant = typeof value === "string" ? nearest(value, words) : null;
      return {
        message: `must be ${words.map(quote).join(" or ")}, is ${describe(value)}`,
        suggestion: meant === null ? null : `did you mean ${quote(meant)}?`,
      };
    }
    case "too_small":
      return { message: `${needs(issue.origin)} at least ${issue.minimum}`, suggestion: null };
    case "too_big":
      return { message: `${needs(issue.origin)} at most ${issue.maximum}`, suggestion: null };
    default:
      return { message: lowerFirst(issue.message), suggestion: urlHint(value) };
  }
}

/** What a bound is about: entries of a list, characters of a text, or a number itself. */
function needs(origin: string): string {
  if (origin === "array") return "entries needed:";
  return origin === "string" ? "characters needed:" : "must be";
}

/** The branch that fits best: the one that got deepest, then the one with the fewest complaints. */
function likeliestBranch(branches: readonly Issue[][]): Issue[] {
  const depth = (issues: Issue[]): number =>
    issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type")
      ? -1
      : Math.max(0, ...issues.map((issue) => issue.path.length));
  return [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] as Issue[];
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** `127.0.0.1:3000` where an address with a scheme is wanted is the commonest slip of all. */
function urlHint(value: unknown): string | null {
  return typeof value === "string" && /^[a-z0-9.-]+:\d{1,5}$/i.test(value)
    ? `did you mean "http://${value}"?`
    : null;
}

function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const ARTICLES: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  null: "null",
};

function article(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

function quote(word: string): string {
  return JSON.stringify(word);
}

function lowerFirst(text: string): string {
  return text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
