import type { LogicalOp, Node } from "#ast.ts";
import type { Built, Test } from "#compile/built.ts";
import type { Context } from "#compile/context.ts";
import { arrayOf, BOOL, sameType, typeName } from "#type.ts";

const BOOLS = arrayOf(BOOL);

/** A missing Boolean does not hold. */
export function testOf<Subject>({ run }: Built<Subject>): Test<Subject> {
  return (subject) => run(subject) === true;
}

export function buildNot<Subject>(
  node: Node & { kind: "not" },
  of: Built<Subject>,
  context: Context<Subject>,
): Built<Subject> {
  checkTruth(node.of, of, context);
  const { run } = of;
  if (sameType(of.type, BOOL)) {
    return { type: BOOL, each: false, run: (subject) => run(subject) !== true };
  }
  return { type: BOOLS, each: false, run: (subject) => truths(run(subject)).map((one) => !one) };
}

export function buildLogical<Subject>(
  node: Node & { kind: "logical" },
  items: readonly Built<Subject>[],
  context: Context<Subject>,
): Built<Subject> {
  const first = items[0] as Built<Subject>;
  items.forEach((item, i) => {
    const operand = node.items[i] as Node;
    checkTruth(operand, item, context);
    if (!sameType(item.type, first.type)) {
      const types = `${typeName(first.type)} and ${typeName(item.type)}`;
      context.fail(`\`${node.op}\` joins ${types}`, operand.span, "any(…) or all(…)");
    }
  });
  if (sameType(first.type, BOOL)) {
    const [one, ...others] = items.map(testOf) as [Test<Subject>, ...Test<Subject>[]];
    return { type: BOOL, each: false, run: others.reduce((a, b) => join(node.op, a, b), one) };
  }
  return { type: BOOLS, each: false, run: (subject) => zip(node.op, items, subject) };
}

function join<Subject>(op: LogicalOp, a: Test<Subject>, b: Test<Subject>): Test<Subject> {
  switch (op) {
    case "and":
      return (subject) => a(subject) && b(subject);
    case "or":
      return (subject) => a(subject) || b(subject);
    case "xor":
      return (subject) => a(subject) !== b(subject);
  }
}

/** Element by element, as long as the shortest. */
function zip<Subject>(
  op: LogicalOp,
  items: readonly Built<Subject>[],
  subject: Subject,
): readonly boolean[] {
  const columns = items.map(({ run }) => truths(run(subject)));
  const length = Math.min(...columns.map((column) => column.length));
  return Array.from({ length }, (_, i) => {
    const row = columns.map((column) => column[i] === true);
    if (op === "and") return !row.includes(false);
    if (op === "or") return row.includes(true);
    return row.filter(Boolean).length % 2 === 1;
  });
}

function truths(value: unknown): readonly boolean[] {
  return value === undefined ? [] : (value as readonly boolean[]);
}

function checkTruth<Subject>(node: Node, built: Built<Subject>, context: Context<Subject>): void {
  if (built.each) context.fail("`[*]` stands inside of any(…), all(…) or a function", node.span);
  if (sameType(built.type, BOOL) || sameType(built.type, BOOLS)) return;
  const name = typeName(built.type);
  context.fail(`a ${name} is neither true nor false: compare it with something`, node.span);
}
