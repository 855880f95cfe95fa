import type { Argument, Element, Node } from "#ast.ts";
import type { Sample } from "#testing/sample.ts";

/**
 * The language once more, as plainly as it can be said and sharing nothing with the compiler: numbers
 * of any size for addresses, backtracking for wildcards, the engine's own RegExp. For tests.
 */
export function interpret(node: Argument, sample: Sample): unknown {
  switch (node.kind) {
    case "true":
    case "false":
      return node.kind === "true";
    case "string":
    case "int":
      return node.value;
    case "ip":
      return number(bytesOf(node.value));
    case "field": {
      const value = sample[node.name];
      return value instanceof Uint8Array ? number(value) : value;
    }
    case "index":
      return index(interpret(node.of, sample), node.at);
    case "not": {
      const value = interpret(node.of, sample);
      return Array.isArray(value) ? value.map((one) => one !== true) : value !== true;
    }
    case "logical":
      return node.items
        .map((item) => interpret(item, sample))
        .reduce((a, b) => join(node.op, a, b));
    case "compare":
      return onEach(node.left, interpret(node.left, sample), (value) =>
        compare(node.op, value, interpret(node.right, sample)),
      );
    case "in":
      return onEach(node.left, interpret(node.left, sample), (value) =>
        node.set.some((element) => holds(element, value)),
      );
    case "in list":
      throw new Error("no lists here");
    case "call":
      return call(
        node.name,
        node.args.map((arg) => interpret(arg, sample)),
      );
  }
}

function index(of: unknown, at: (Node & { kind: "index" })["at"]): unknown {
  if (of === undefined || at.kind === "each") return of;
  if (at.kind === "key") return (of as ReadonlyMap<string, unknown>).get(at.value);
  return (of as readonly unknown[])[at.value];
}

function join(op: string, a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = Math.min(a.length, b.length);
    return Array.from({ length }, (_, i) => join(op, a[i], b[i]));
  }
  const [left, right] = [a === true, b === true];
  if (op === "and") return left && right;
  return op === "or" ? left || right : left !== right;
}

function onEach(node: Node, value: unknown, test: (value: unknown) => boolean): unknown {
  const each = node.kind === "index" && node.at.kind === "each";
  if (each) return ((value ?? []) as unknown[]).map(test);
  return value !== undefined && test(value);
}

function compare(op: string, value: unknown, than: unknown): boolean {
  const [a, b] = [value as string, than as string];
  switch (op) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
    case "contains":
      return a.split(b).length > 1 || b === "";
    case "matches":
      return new RegExp(b, "s").test(a);
    case "wildcard":
      return star(fold(b), fold(a));
    default:
      return star(b, a);
  }
}

function star(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*") {
    return star(pattern.slice(1), text) || (text !== "" && star(pattern, text.slice(1)));
  }
  const rest = pattern[0] === "\\" ? pattern.slice(1) : pattern;
  return text !== "" && rest[0] === text[0] && star(rest.slice(1), text.slice(1));
}

function fold(text: string): string {
  return text
    .split("")
    .map((char) => (char >= "A" && char <= "Z" ? char.toLowerCase() : char))
    .join("");
}

function holds(element: Element, value: unknown): boolean {
  switch (element.kind) {
    case "string":
    case "int":
      return element.value === value;
    case "int range":
      return element.low <= (value as number) && (value as number) <= element.high;
    case "ip":
      return number(bytesOf(element.value)) === value;
    case "ip range":
      return between(value, number(bytesOf(element.low)), number(bytesOf(element.high)));
    case "cidr": {
      const [address, bits] = element.value.split("/") as [string, string];
      const bytes = bytesOf(address);
      const size = 1n << BigInt(bytes.length * 8 - Number(bits));
      const low = (untagged(number(bytes)) / size) * size;
      const tag = tagOf(bytes.length);
      return between(value, tag + low, tag + low + size - 1n);
    }
  }
}

function between(value: unknown, low: bigint, high: bigint): boolean {
  return (value as bigint) >= low && (value as bigint) <= high;
}

/** Addresses of the two families as numbers that never meet. */
function number(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) + tagOf(bytes.length);
}

function tagOf(length: number): bigint {
  return length === 4 ? 0n : 1n << 128n;
}

function untagged(value: bigint): bigint {
  return value & ((1n << 128n) - 1n);
}

/** Enough of the notation for the addresses that tests use. */
function bytesOf(text: string): Uint8Array {
  if (!text.includes(":")) return Uint8Array.from(text.split("."), Number);
  const [head = "", tail = ""] = text.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: missing }, () => "0"), ...groups(tail)];
  return Uint8Array.from(
    all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
}

function call(name: string, args: readonly unknown[]): unknown {
  const [first] = args;
  switch (name) {
    case "any":
      return (first as boolean[]).some((one) => one);
    case "all":
      return (first as boolean[]).every((one) => one);
    case "lower":
      return first === undefined ? undefined : fold(first as string);
    case "len":
      return (first as string | undefined)?.length;
    case "concat":
      return (args as (string | undefined)[]).map((one) => one ?? "").join("");
    default:
      throw new Error(name);
  }
}
