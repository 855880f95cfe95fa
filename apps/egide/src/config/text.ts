import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import type { Problem } from "#config/problem.ts";

/** YAML (or JSON, which is YAML) with the way back from a value to the place it was written. */
export interface SourceText {
  readonly name: string;
  readonly value: unknown;
  /** What is wrong with the text as YAML; `value` means nothing if there is any. */
  readonly problems: readonly Problem[];
  /** A problem with the value at `path`, or with the key itself. */
  problemAt(path: Path, at: "key" | "value", message: string, suggestion: string | null): Problem;
}

export type Path = readonly PropertyKey[];

interface Span {
  readonly start: number;
  readonly end: number;
}

export function readText(name: string, text: string): SourceText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    // A billion laughs in a configuration is refused, not unfolded.
    maxAliasCount: 100,
  } as Parameters<typeof parseDocument>[1]);
  const rows = text.split(/\r?\n/);
  const problemFor = (span: Span, message: string, suggestion: string | null): Problem => {
    const { line, col } = lines.linePos(span.start);
    return {
      source: name,
      line,
      column: col,
      length: Math.max(1, span.end - span.start),
      message,
      suggestion,
      excerpt: rows[line - 1] ?? "",
    };
  };
  const problems = [...document.errors, ...document.warnings].map((error) =>
    problemFor({ start: error.pos[0], end: error.pos[1] }, error.message, null),
  );
  return {
    name,
    value: problems.length > 0 ? undefined : toValue(document, problems, problemFor),
    problems,
    problemAt: (path, at, message, suggestion) =>
      problemFor(spanOf(document, path, at), message, suggestion),
  };
}

function toValue(
  document: Document,
  problems: Problem[],
  problemFor: (span: Span, message: string, suggestion: string | null) => Problem,
): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems.push(problemFor({ start: 0, end: 1 }, message, null));
    return undefined;
  }
}

/** Follows `path` as far as the text goes; what is missing is pointed at by its nearest parent. */
function spanOf(document: Document, path: Path, at: "key" | "value"): Span {
  let node: unknown = document.contents;
  let best = spanOfNode(node) ?? { start: 0, end: 1 };
  for (let i = 0; i < path.length; i++) {
    const step = path[i] as string | number;
    const isLast = i === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!isPair(pair)) return best;
      const key = spanOfNode(pair.key);
      const value = spanOfNode(pair.value);
      best =
        (isLast && at === "key" ? (key ?? value) : (shortSpan(pair.value, key) ?? key)) ?? best;
      node = pair.value;
    } else {
      const child: unknown =
        isNode(node) && "get" in node ? (node as ParentNode).get(step, true) : undefined;
      const span = spanOfNode(child);
      if (span === null) return best;
      best = span;
      node = child;
    }
  }
  return best;
}

type ParentNode = { get(key: unknown, keepScalar: true): unknown };

/** A scalar is underlined itself; of a whole mapping or list the key says it better. */
function shortSpan(value: unknown, key: Span | null): Span | null {
  return isScalar(value) ? (spanOfNode(value) ?? key) : (key ?? spanOfNode(value));
}

/** Of a mapping the first key is shown: the whole of it would be half a page. */
function spanOfNode(node: unknown): Span | null {
  if (isMap(node) && node.items.length > 0) {
    return spanOfNode(node.items[0]?.key) ?? rangeOf(node);
  }
  return rangeOf(node);
}

function rangeOf(node: unknown): Span | null {
  const range = isNode(node) ? (node as Node).range : null;
  return range ? { start: range[0], end: range[1] } : null;
}
