import type { Argument, Element, Index, Node } from "#ast.ts";

/** How tightly a node binds; an operand that binds more loosely is put in parentheses. */
const STRENGTH = { or: 1, xor: 2, and: 3, not: 4, rest: 5 } as const;

/** The text of an expression, in English notation and with no parenthesis too many. */
export function print(node: Argument): string {
  switch (node.kind) {
    case "true":
    case "false":
      return node.kind;
    case "string":
      return quote(node.value);
    case "int":
    case "ip":
      return String(node.value);
    case "field":
      return node.name;
    case "call":
      return `${node.name}(${node.args.map(print).join(", ")})`;
    case "index":
      return `${print(node.of)}[${printIndex(node.at)}]`;
    case "not":
      return `not ${operand(node.of, STRENGTH.not)}`;
    case "logical": {
      const strength = STRENGTH[node.op];
      return node.items.map((item) => operand(item, strength + 1)).join(` ${node.op} `);
    }
    case "compare": {
      const { right } = node;
      const isPattern = node.op === "matches" && right.kind === "string";
      const literal = isPattern ? quotePattern(right.value) : print(right);
      return `${print(node.left)} ${node.op} ${literal}`;
    }
    case "in":
      return `${print(node.left)} in {${node.set.map(printElement).join(" ")}}`;
    case "in list":
      return `${print(node.left)} in $${node.list}`;
  }
}

function operand(node: Node, least: number): string {
  const own = node.kind === "logical" ? STRENGTH[node.op] : STRENGTH.rest;
  const text = print(node);
  return own < least ? `(${text})` : text;
}

function printIndex(at: Index): string {
  if (at.kind === "each") return "*";
  return at.kind === "key" ? quote(at.value) : String(at.value);
}

function printElement(element: Element): string {
  switch (element.kind) {
    case "cidr":
      return element.value;
    case "int range":
    case "ip range":
      return `${element.low}..${element.high}`;
    case "string":
    case "int":
    case "ip":
      return print(element);
  }
}

/** A string literal of bytes: readable where they are UTF-8, escaped where they are not. */
export function quote(bytes: string): string {
  const text = Buffer.from(bytes, "latin1").toString();
  const isText = Buffer.from(text).toString("latin1") === bytes && !hasControl(text);
  return `"${(isText ? text : bytes).replace(isText ? /["\\]/g : /["\\]|[^ -~]/g, escape)}"`;
}

function escape(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return /[\x00-\x1f\x7f-\x9f]/.test(text);
}

/** A pattern, raw: its backslashes are its own. */
export function quotePattern(bytes: string): string {
  const text = Buffer.from(bytes, "latin1").toString();
  const isText = Buffer.from(text).toString("latin1") === bytes;
  // Bytes that are no text are written as the pattern itself can say them.
  const source = isText ? text : bytes.replace(/[^ -~]/g, escape);
  let hashes = "";
  while (source.includes(`"${hashes}`)) hashes += "#";
  return `r${hashes}"${source}"${hashes}`;
}
