import { type ByteSet, complement, emptySet, intersects, type Node, unite } from "#regex/ast.ts";

/** How a backtracking matcher may behave on a pattern. */
export interface Bound {
  /** Longest value, in bytes, on which backtracking stays within the step budget; 0: never. */
  readonly limit: number;
}

interface Cost {
  /** Upper bound of the ways in which one start can be tried, apart from unbounded repeats. */
  readonly ways: number;
  /** Unbounded repeats that one path may pass: each multiplies the ways by the value's length. */
  readonly degree: number;
  readonly first: ByteSet;
  readonly nullable: boolean;
  readonly exponential: boolean;
}

/** Steps that a backtracking search may take: about a millisecond in JavaScriptCore. */
const stepBudget = 400_000;

/**
 * Bounds the work of a backtracking search: at most n starts, times `ways`, times n for each
 * unbounded repeat on a path. An unbounded repeat inside another, or over a body that can match in
 * several ways, may be exponential and is never allowed. The bound is coarse, but an upper one.
 */
export function boundOf(node: Node): Bound {
  const cost = costOf(node);
  if (cost.exponential) return { limit: 0 };
  const starts = anchored(node) ? 0 : 1;
  const exponent = cost.degree + starts;
  if (exponent <= 1 && cost.ways <= 64) return { limit: Number.POSITIVE_INFINITY };
  const limit = Math.floor((stepBudget / Math.max(1, cost.ways)) ** (1 / Math.max(1, exponent)));
  return { limit: limit < 8 ? 0 : limit };
}

function anchored(node: Node): boolean {
  if (node.kind === "assert") return node.at === "start";
  if (node.kind === "cat") return anchored(node.parts[0] as Node);
  if (node.kind === "group") return anchored(node.body);
  if (node.kind === "alt") return node.parts.every(anchored);
  return false;
}

const every = complement(emptySet());

function leaf(first: ByteSet, nullable: boolean): Cost {
  return { ways: 1, degree: 0, first, nullable, exponential: false };
}

function costOf(node: Node): Cost {
  switch (node.kind) {
    case "set":
      return leaf(node.set, false);
    case "empty":
    case "assert":
      return leaf(emptySet(), true);
    case "group":
      return costOf(node.body);
    case "cat":
      return catCost(node.parts.map(costOf));
    case "alt":
      return altCost(node.parts.map(costOf));
    case "repeat":
      return repeatCost(costOf(node.body), node.min, node.max, bodyIsFixed(node.body));
    case "look":
    case "atomic":
    case "back":
      return { ...leaf(every, true), exponential: true };
  }
}

function catCost(parts: readonly Cost[]): Cost {
  const first = emptySet();
  let nullable = true;
  let ways = 1;
  let degree = 0;
  for (const part of parts) {
    if (nullable) unite(first, part.first);
    nullable &&= part.nullable;
    ways *= part.ways;
    degree += part.degree;
  }
  return { ways, degree, first, nullable, exponential: parts.some((part) => part.exponential) };
}

function altCost(parts: readonly Cost[]): Cost {
  const first = emptySet();
  let disjoint = true;
  for (const part of parts) {
    if (part.nullable || intersects(first, part.first)) disjoint = false;
    unite(first, part.first);
  }
  const ways = parts.map((part) => part.ways);
  return {
    ways: disjoint ? Math.max(...ways) : ways.reduce((a, b) => a + b, 0),
    degree: Math.max(...parts.map((part) => part.degree)),
    first,
    nullable: parts.some((part) => part.nullable),
    exponential: parts.some((part) => part.exponential),
  };
}

/** True for a body of one byte: a run of it can be cut only by its length. */
function bodyIsFixed(node: Node): boolean {
  if (node.kind === "group") return bodyIsFixed(node.body);
  if (node.kind === "alt")
    return altCost(node.parts.map(costOf)).ways === 1 && node.parts.every(bodyIsFixed);
  return node.kind === "set";
}

function repeatCost(body: Cost, min: number, max: number, fixed: boolean): Cost {
  const nullable = min === 0 || body.nullable;
  if (max === Number.POSITIVE_INFINITY) {
    const ambiguous = body.degree > 0 || body.ways > 1 || body.nullable;
    return {
      ways: 1,
      degree: 1,
      first: body.first,
      nullable,
      exponential: body.exponential || ambiguous,
    };
  }
  if (fixed || (body.ways === 1 && body.degree === 0)) {
    return { ...body, ways: max - min + 1, nullable };
  }
  // The sum of the ways of k rounds, for every k from min to max.
  let ways = 0;
  for (let k = Math.max(1, min); k <= max && ways < 1e12; k++) ways += body.ways ** k;
  return {
    ways: Math.max(1, ways) + (min === 0 ? 1 : 0),
    degree: Math.min(1e3, body.degree * max),
    first: body.first,
    nullable,
    exponential: body.exponential,
  };
}
