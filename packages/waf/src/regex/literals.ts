import { type ByteSet, bytesOf, type Node } from "#regex/ast.ts";

/** How often a repeated part is written out in a literal. */
const mostRepeats = 6;
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
      const exact = charsOf(node.set);
      return exact.length > 16 ? nothing : { exact, need: undefined };
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

/** The bytes of a set, folded to lower case; too many where it is large. */
function charsOf(set: ByteSet): readonly string[] {
  let chars = knownChars.get(set);
  if (chars === undefined) knownChars.set(set, (chars = findChars(set)));
  return chars;
}

/** Sets of single bytes are shared by all patterns. */
const knownChars = new WeakMap<ByteSet, readonly string[]>();

function findChars(set: ByteSet): string[] {
  const lowered = set.slice();
  // A to Z and a to z stand in the same places of two words.
  const upper = (set[2] as number) & 0x07fffffe;
  lowered[2] = (set[2] as number) & ~0x07fffffe;
  lowered[3] = (set[3] as number) | upper;
  return bytesOf(lowered).map((byte) => String.fromCharCode(byte));
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
  const out: string[] = [];
  for (const left of a) for (const right of b) out.push(left + right);
  // Where one side's strings are all of one length, no two pairs make the same string.
  return sameLength(a) || sameLength(b) ? out : [...new Set(out)];
}

function sameLength(set: readonly string[]): boolean {
  for (let i = 1; i < set.length; i++) if (set[i]?.length !== set[0]?.length) return false;
  return true;
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
  for (let i = 1; i < Math.min(node.min, mostRepeats); i++) exact = cross(exact, body.exact);
  if (exact !== undefined && node.max === node.min && node.min <= mostRepeats) {
    return { exact, need: body.need };
  }
  return { exact: undefined, need: better(usable(exact ?? body.exact), body.need) };
}
