import { type ByteSet, bytesOf, hasByte, type Node } from "#regex/ast.ts";

/**
 * Writes a pattern in the syntax that JavaScript and RE2 share, so that both mean the same: every
 * character is a class of `\xhh` ranges, without flags. Only regular nodes can be written.
 */
export function emit(node: Node): string {
  switch (node.kind) {
    case "set":
      return emitSet(node.set);
    case "empty":
      return "(?:)";
    case "cat":
      return node.parts
        .map((part) => (part.kind === "alt" ? `(?:${emit(part)})` : emit(part)))
        .join("");
    case "alt":
      return node.parts.map(emit).join("|");
    case "group":
      return `(${emit(node.body)})`;
    case "repeat":
      return `${emitAtom(node.body)}${quantifier(node.min, node.max)}${node.mode === "lazy" ? "?" : ""}`;
    case "assert":
      return { start: "^", end: "$", endline: "\\n?$", word: "\\b", notword: "\\B" }[node.at];
    case "look":
    case "atomic":
    case "back":
      throw new Error("an irregular pattern can't be written");
  }
}

function emitAtom(node: Node): string {
  return node.kind === "set" || node.kind === "group" ? emit(node) : `(?:${emit(node)})`;
}

function quantifier(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function emitByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
}

function emitSet(set: ByteSet): string {
  const bytes = bytesOf(set);
  if (bytes.length === 1) return emitByte(bytes[0] as number);
  if (bytes.length === 0) return "[^\\x00-\\xff]";
  let out = "[";
  for (let from = 0; from < 256; from++) {
    if (!hasByte(set, from)) continue;
    let to = from;
    while (to < 255 && hasByte(set, to + 1)) to++;
    out += emitByte(from);
    if (to > from) out += `-${emitByte(to)}`;
    from = to;
  }
  return `${out}]`;
}
