import { parseIp } from "@egide/std/ip.ts";
import type { Argument, Literal, Node } from "#ast.ts";
import type { Built } from "#compile/built.ts";
import type { Context } from "#compile/context.ts";
import { FUNCTIONS } from "#function/all.ts";
import type {
  FunctionDefinition,
  Given,
  Implementation,
  Param,
  ParamType,
} from "#function/define.ts";
import { nearest } from "#suggest.ts";
import { arrayOf, type Type, typeName } from "#type.ts";
import type { Missable, Value } from "#value.ts";

type Run<Subject> = (subject: Subject) => Missable;
type Build<Subject> = (node: Node, context: Context<Subject>) => Built<Subject>;

/** Finds the function, checks what it is given, and lets it prepare itself. */
export function buildCall<Subject>(
  node: Node & { kind: "call" },
  context: Context<Subject>,
  build: Build<Subject>,
): Built<Subject> {
  const definition = FUNCTIONS.get(node.name);
  if (definition === undefined) {
    const meant = nearest(node.name, FUNCTIONS.keys());
    return context.fail(
      `there is no function \`${node.name}\``,
      { from: node.span.from, to: node.span.from + node.name.length },
      meant,
    );
  }
  checkCount(node, definition, context);
  const args = node.args.map((arg) => buildArgument(arg, context, build));
  const given = args.map(({ type }, i): Given => {
    const written = node.args[i] as Argument;
    checkArgument(node, i, type, definition, context);
    return { type, literal: isLiteral(written) ? written : null };
  });
  args.forEach(({ each }, i) => {
    const { span } = node.args[i] as Argument;
    if (each && i > 0) context.fail("`[*]` stands in the first argument only", span);
  });
  const refuse = (index: number, message: string): never =>
    context.fail(`${node.name}: ${message}`, (node.args[index] ?? node).span);
  const run = definition.make(given, refuse);
  const type = definition.result(given);
  const optional = definition.takesMissing === true;
  const [first, ...others] = args.map((arg) => arg.run) as [Run<Subject>, ...Run<Subject>[]];
  if (args[0]?.each === true) {
    return { type: arrayOf(type), each: false, run: forEach(run, first, others, optional) };
  }
  return {
    type,
    each: false,
    run: optional ? always(run, [first, ...others]) : ifAll(run, [first, ...others]),
  };
}

function buildArgument<Subject>(
  arg: Argument,
  context: Context<Subject>,
  build: Build<Subject>,
): Built<Subject> {
  if (!isLiteral(arg)) return build(arg, context);
  const value = arg.kind === "ip" ? (parseIp(arg.value) as Uint8Array) : arg.value;
  return { type: { kind: arg.kind }, each: false, run: () => value };
}

export function isLiteral(arg: Argument): arg is Literal {
  return arg.kind === "string" || arg.kind === "int" || arg.kind === "ip";
}

/** The common cases without an array in between. */
function ifAll<Subject>(run: Implementation, args: readonly Run<Subject>[]): Run<Subject> {
  const [a, b] = args as [Run<Subject>, Run<Subject>];
  if (args.length === 1) {
    return (subject) => {
      const value = a(subject);
      return value === undefined ? undefined : run(value);
    };
  }
  if (args.length === 2) {
    return (subject) => {
      const value = a(subject);
      const second = b(subject);
      return value === undefined || second === undefined ? undefined : run(value, second);
    };
  }
  return (subject) => {
    const values = args.map((arg) => arg(subject));
    return values.includes(undefined) ? undefined : run(...values);
  };
}

function always<Subject>(run: Implementation, args: readonly Run<Subject>[]): Run<Subject> {
  return (subject) => run(...args.map((arg) => arg(subject)));
}

/** Elements for which the function has no result are left out. */
function forEach<Subject>(
  run: Implementation,
  first: Run<Subject>,
  others: readonly Run<Subject>[],
  optional: boolean,
): Run<Subject> {
  return (subject) => {
    const elements = first(subject) as readonly Value[] | undefined;
    if (elements === undefined) return undefined;
    const rest = others.map((arg) => arg(subject));
    if (!optional && rest.includes(undefined)) return [];
    return elements.map((element) => run(element, ...rest)).filter((value) => value !== undefined);
  };
}

function checkCount<Subject>(
  node: Node & { kind: "call" },
  { name, params }: FunctionDefinition,
  context: Context<Subject>,
): void {
  const least = params.filter((param) => param.optional !== true).length;
  const most = params.at(-1)?.repeated === true ? Number.POSITIVE_INFINITY : params.length;
  const count = node.args.length;
  if (count >= least && count <= most) return;
  const wanted =
    least === most
      ? `${least}`
      : most === Number.POSITIVE_INFINITY
        ? `at least ${least}`
        : `${least} to ${most}`;
  const noun = wanted === "1" ? "argument" : "arguments";
  context.fail(
    `\`${name}\` takes ${wanted} ${noun}, not ${count}`,
    node.span,
    signature(name, params),
  );
}

export function signature(name: string, params: readonly Param[]): string {
  const list = params.map((param) => {
    const more = param.repeated === true ? ", …" : "";
    return param.optional === true ? `[${param.name}]` : `${param.name}${more}`;
  });
  return `${name}(${list.join(", ")})`;
}

function checkArgument<Subject>(
  node: Node & { kind: "call" },
  index: number,
  type: Type,
  { name, params }: FunctionDefinition,
  context: Context<Subject>,
): void {
  const param = params[Math.min(index, params.length - 1)] as Param;
  const arg = node.args[index] as Argument;
  if (!param.types.some((wanted) => fits(wanted, type))) {
    const wanted = param.types.map((one) => TYPE_NAMES[one]).join(", ");
    const each = type.kind === "array" && param.types.some((one) => fits(one, type.of));
    context.fail(
      `\`${param.name}\` of \`${name}\` is of type ${wanted}, not ${typeName(type)}`,
      arg.span,
      each && index === 0 ? `${context.textOf(arg.span)}[*]` : null,
    );
  }
  if (param.form === "computed" && isLiteral(arg)) {
    context.fail(`\`${param.name}\` of \`${name}\` is a field, not a literal`, arg.span);
  }
  if (param.form === "literal" && !isLiteral(arg)) {
    context.fail(`\`${param.name}\` of \`${name}\` is a literal`, arg.span);
  }
}

const TYPE_NAMES: Record<ParamType, string> = {
  string: "String",
  int: "Integer",
  bool: "Boolean",
  ip: "IP address",
  array: "Array",
  strings: "Array<String>",
  bools: "Array<Boolean>",
  map: "Map",
};

function fits(wanted: ParamType, type: Type): boolean {
  if (wanted === "bools") return type.kind === "array" && type.of.kind === "bool";
  if (wanted === "strings") return type.kind === "array" && type.of.kind === "string";
  return wanted === type.kind;
}
