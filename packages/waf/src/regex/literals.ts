import { bytesOf, type Node } from "#regex/ast.ts";

/** Bytes of a literal that the gate's automaton knows; the rest is compared where they are found. */
export const cutLength = 6;
const maxSet = 48;

interface Info {
  /** Every string that the node can match, folded to lower case; undefined where too many. */
  readonly exact: readonly string[] | undefined;
  /** A set of strings of which every match contains at least one; undefined where none is known. */
  readonly need: readonly string[] | undefined;
}

const nothing: Info = { exact: undefined, need: undefined };

/**
 * Strings (lower case) of which every text that matches must hold at least one, without regard to
 * ASCII case; undefined where no useful set exists. The idea is that of RE2's prefilter and of
 * Russ Cox's "Regular Expression Matching with a Trigram Index", reduced to one set.
 */
export function requiredLiterals(node: Node): readonly string[] | undefined {
  return best(infoOf(node));
}

function best(info: Info): readonly string[] | undefined {
  const exact = usable(info.exact);
  if (exact === undefined) return info.need;
  return better(exact, info.need);
}

function usable(set: readonly string[] | undefined): readonly string[] | undefined {
  return set === undefined || set.length === 0 || set.includes("") ? undefined : set;
}

/** Prefers the longer shortest literal, then the smaller set. */
function better(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return rank(a) >= rank(b) ? a : b;
}

function rank(set: readonly string[]): number {
  let shortest = 4;
  for (const { length } of set) if (length < shortest) shortest = length;
  return shortest * 100 - set.length;
}

function infoOf(node: Node): Info {
  switch (node.kind) {
    case "set": {
      const bytes = bytesOf(node.set);
      // Folding leaves at least half of them.
      if (bytes.length > 32) return nothing;
      const exact = new Set(bytes.map((byte) => fold(String.fromCharCode(byte))));
      return exact.size > 16 ? nothing : { exact: [...exact], need: undefined };
    }
    case "empty":
    case "assert":
    case "look":
      return { exact: [""], need: undefined };
    case "back":
      return nothing;
    case "group":
    case "atomic":
      return infoOf(node.body);
    case "cat":
      return catInfo(node.parts);
    case "alt":
      return altInfo(node.parts.map(infoOf));
    case "repeat":
      return repeatInfo(node);
  }
}

function fold(char: string): string {
  return char >= "A" && char <= "Z" ? char.toLowerCase() : char;
}

function catInfo(parts: readonly Node[]): Info {
  let run: readonly string[] | undefined = [""];
  let whole = true;
  let need: readonly string[] | undefined;
  const close = (): void => {
    need = better(usable(run), need);
    whole = false;
  };
  for (const part of parts) {
    const info = infoOf(part);
    need = better(info.need, need);
    const joined: readonly string[] | undefined = cross(run, info.exact);
    if (joined !== undefined) {
      run = joined;
      continue;
    }
    close();
    run = info.exact;
  }
  if (whole) return { exact: run, need };
  close();
  return { exact: undefined, need };
}

function cross(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  if (a === undefined || b === undefined || a.length * b.length > maxSet) return undefined;
  const out = new Set<string>();
  for (const left of a) for (const right of b) out.add(left + right);
  return [...out];
}

function altInfo(parts: readonly Info[]): Info {
  let exact: Set<string> | undefined = new Set();
  for (const part of parts) {
    if (part.exact === undefined || exact === undefined) {
      exact = undefined;
      break;
    }
    for (const text of part.exact) exact.add(text);
    if (exact.size > maxSet * 4) exact = undefined;
  }
  if (exact !== undefined) return { exact: [...exact], need: undefined };
  const need = new Set<string>();
  for (const part of parts) {
    const set = best(part);
    if (set === undefined) return nothing;
    for (const text of set) need.add(text);
  }
  return { exact: undefined, need: need.size > maxSet * 8 ? undefined : [...need] };
}

function repeatInfo(node: Node & { kind: "repeat" }): Info {
  const body = infoOf(node.body);
  if (node.min === 0) {
    if (node.max === 1 && body.exact !== undefined) {
      return { exact: [...new Set([...body.exact, ""])], need: undefined };
    }
    return node.max === 0 ? { exact: [""], need: undefined } : nothing;
  }
  let exact: readonly string[] | undefined = body.exact;
  for (let i = 1; i < Math.min(node.min, cutLength); i++) exact = cross(exact, body.exact);
  if (exact !== undefined && node.max === node.min && node.min <= cutLength) {
    return { exact, need: body.need };
  }
  return { exact: undefined, need: better(usable(exact ?? body.exact), body.need) };
}

/** The literals as the gate keeps them: cut to the same short length, without repetition. */
export function cutLiterals(literals: readonly string[]): readonly string[] {
  const cut = [...new Set(literals.map((text) => text.slice(0, cutLength)))].sort(
    (a, b) => a.length - b.length,
  );
  const kept = new Set<string>();
  for (const text of cut) if (!holdsOne(text, kept)) kept.add(text);
  return [...kept];
}

function holdsOne(text: string, kept: ReadonlySet<string>): boolean {
  for (let from = 0; from < text.length; from++) {
    for (let to = from + 1; to <= text.length; to++)
      if (kept.has(text.slice(from, to))) return true;
  }
  return false;
}
