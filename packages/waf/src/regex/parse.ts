import {
  addRange,
  type ByteSet,
  byteSet,
  complement,
  emptySet,
  foldCase,
  type Node,
  unite,
} from "#regex/ast.ts";
import { PatternError } from "#regex/error.ts";
import { readQuantifier } from "#regex/quantifier.ts";
import { control, posix, shorthand, skipExtended } from "#regex/classes.ts";

export interface Pattern {
  readonly node: Node;
  readonly groups: number;
  /** True where lookaround, back-references, atomic groups or possessive quantifiers are used. */
  readonly irregular: boolean;
}

/** Marks of lookaround: ahead or behind, negated or not. */
const lookMarks = [
  ["=", true, false],
  ["!", true, true],
  ["<=", false, false],
  ["<!", false, true],
] as const;

interface Flags {
  readonly fold: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

const maxRepeat = 65_535;
const maxDepth = 250;

/**
 * Parses the part of PCRE's syntax that has a meaning over bytes (pcre2pattern(3)), with the options
 * that ModSecurity gives `@rx`: DOTALL and DOLLAR_ENDONLY, no MULTILINE. Anything else is refused with
 * its offset; nothing is guessed.
 */
export function parsePattern(source: string, options: { fold?: boolean } = {}): Pattern {
  return new Parser(source, options.fold === true).run();
}

const everyByte = complement(emptySet());

class Parser {
  readonly #text: string;
  #at = 0;
  #groups = 0;
  #irregular = false;
  #highestBack = 0;
  #depth = 0;
  readonly #names = new Map<string, number>();
  #flags: Flags;

  constructor(text: string, fold: boolean) {
    this.#text = text;
    this.#flags = { fold, dotAll: true, extended: false };
  }

  run(): Pattern {
    const node = this.#alternatives();
    if (this.#at < this.#text.length) this.#fail("unmatched )");
    if (this.#highestBack > this.#groups)
      this.#fail("back-reference to a group that is not there", 0);
    return { node, groups: this.#groups, irregular: this.#irregular };
  }

  #fail(message: string, offset = this.#at): never {
    throw new PatternError(message, offset);
  }

  #peek(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #alternatives(): Node {
    if (++this.#depth > maxDepth) this.#fail("groups nested too deeply");
    const outer = this.#flags;
    const parts: Node[] = [];
    do parts.push(this.#sequence());
    while (this.#take("|"));
    this.#flags = outer;
    this.#depth--;
    return parts.length === 1 ? (parts[0] as Node) : { kind: "alt", parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    for (let char = this.#text[this.#at]; char !== undefined; char = this.#text[this.#at]) {
      if (char === "|" || char === ")") break;
      if (this.#flags.extended) {
        const end = skipExtended(this.#text, this.#at);
        if (end > this.#at) {
          this.#at = end;
          continue;
        }
      }
      const atom = this.#atom();
      if (atom !== undefined) parts.push(this.#quantified(atom));
    }
    if (parts.length === 0) return { kind: "empty" };
    return parts.length === 1 ? (parts[0] as Node) : { kind: "cat", parts };
  }

  #atom(): Node | undefined {
    const start = this.#at;
    const char = this.#text[this.#at++] as string;
    switch (char) {
      case "(":
        return this.#group(start);
      case "[":
        return { kind: "set", set: this.#class(start) };
      case ".":
        return {
          kind: "set",
          set: (this.#flags.dotAll ? everyByte : shorthand["N"]) as ByteSet,
        };
      case "^":
        return { kind: "assert", at: "start" };
      case "$":
        return { kind: "assert", at: "end" };
      case "\\":
        return this.#escape(start);
      case "*":
      case "+":
      case "?":
        return this.#fail("quantifier without anything to repeat", start);
      default:
        return this.#byte(char.charCodeAt(0), start);
    }
  }

  #byte(code: number, offset: number): Node {
    if (code > 255) this.#fail("character above U+00FF in a byte pattern", offset);
    return { kind: "set", set: byteSet(code, this.#flags.fold) };
  }

  #quantified(atom: Node): Node {
    let node = atom;
    for (;;) {
      const start = this.#at;
      const found = readQuantifier(this.#text, start);
      if (found === undefined) return node;
      const { min, max } = found;
      this.#at = found.end;
      if (min > maxRepeat || (max !== Number.POSITIVE_INFINITY && max > maxRepeat)) {
        this.#fail("repeat count too large", start);
      }
      if (max < min) this.#fail("repeat counts out of order", start);
      if (node.kind === "assert" || node.kind === "look")
        this.#fail("an assertion can't be repeated", start);
      const mode = this.#take("?") ? "lazy" : this.#take("+") ? "possessive" : "greedy";
      if (mode === "possessive") this.#irregular = true;
      node = { kind: "repeat", body: node, min, max, mode };
    }
  }

  #group(start: number): Node | undefined {
    if (!this.#take("?")) {
      if (this.#peek("*")) this.#fail("backtracking verbs are not supported", start);
      return this.#capture(start);
    }
    if (this.#take("#")) {
      const end = this.#text.indexOf(")", this.#at);
      if (end < 0) this.#fail("comment without end", start);
      this.#at = end + 1;
      return undefined;
    }
    if (this.#take(":")) return this.#close(this.#alternatives(), start);
    if (this.#take(">"))
      return this.#irregularGroup({ kind: "atomic", body: this.#alternatives() }, start);
    for (const [mark, ahead, negated] of lookMarks) {
      if (!this.#take(mark)) continue;
      return this.#irregularGroup(
        { kind: "look", body: this.#alternatives(), ahead, negated },
        start,
      );
    }
    const name = /^(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(
      this.#text.slice(this.#at, this.#at + 80),
    );
    if (name !== null) {
      this.#at += name[0].length;
      this.#names.set((name[1] ?? name[2]) as string, this.#groups + 1);
      return this.#capture(start);
    }
    return this.#inlineFlags(start);
  }

  #irregularGroup(node: Node, start: number): Node {
    this.#irregular = true;
    return this.#close(node, start);
  }

  #capture(start: number): Node {
    const index = ++this.#groups;
    const body = this.#alternatives();
    return this.#close({ kind: "group", body, index }, start);
  }

  #close(node: Node, start: number): Node {
    if (!this.#take(")")) this.#fail("group without end", start);
    return node;
  }

  #inlineFlags(start: number): Node | undefined {
    const found = /^([imsxU]*)(?:-([imsxU]+))?([:)])/.exec(
      this.#text.slice(this.#at, this.#at + 20),
    );
    if (found === null) this.#fail("unsupported kind of group", start);
    const [all, on = "", off = "", end] = found as unknown as [string, string?, string?, string?];
    if (on.includes("m") || on.includes("U") || off.includes("U")) {
      this.#fail("the flags m and U are not supported", start);
    }
    this.#at += all.length;
    const outer = this.#flags;
    const pick = (flag: string, old: boolean): boolean =>
      off.includes(flag) ? false : on.includes(flag) || old;
    this.#flags = {
      fold: pick("i", outer.fold),
      dotAll: pick("s", outer.dotAll),
      extended: pick("x", outer.extended),
    };
    // `(?i)` lasts to the end of the enclosing group, whose own restore undoes it.
    if (end === ")") return undefined;
    const body = this.#alternatives();
    this.#flags = outer;
    return this.#close(body, start);
  }

  #escape(start: number): Node {
    const char = this.#text[this.#at] ?? this.#fail("pattern ends with \\", start);
    const known = shorthand[char];
    if (known !== undefined) {
      this.#at++;
      return { kind: "set", set: known };
    }
    switch (char) {
      case "b":
        this.#at++;
        return { kind: "assert", at: "word" };
      case "B":
        this.#at++;
        return { kind: "assert", at: "notword" };
      case "A":
        this.#at++;
        return { kind: "assert", at: "start" };
      case "z":
        this.#at++;
        return { kind: "assert", at: "end" };
      case "Z":
        this.#at++;
        return { kind: "assert", at: "endline" };
      case "k":
        return this.#named(start);
      case "Q":
        return this.#quoted();
      default:
    }
    const number = /[1-9g]/.test(char)
      ? /^(?:([1-9]\d{0,2})|g\{?(\d{1,2})\}?)/.exec(this.#text.slice(this.#at, this.#at + 6))
      : null;
    if (number !== null) {
      const index = Number(number[1] ?? number[2]);
      // Two digits and more are octal unless there are as many groups (pcre2pattern, "Backreferences").
      if (index < 10 || index <= this.#groups || number[2] !== undefined) {
        this.#at += number[0].length;
        return this.#back(index);
      }
    }
    return this.#byte(this.#escapedByte(start), start);
  }

  #back(index: number): Node {
    this.#irregular = true;
    this.#highestBack = Math.max(this.#highestBack, index);
    return { kind: "back", index, fold: this.#flags.fold };
  }

  #named(start: number): Node {
    const found = /^k(?:\{(\w+)\}|<(\w+)>|'(\w+)')/.exec(this.#text.slice(this.#at, this.#at + 80));
    const index =
      found === null ? undefined : this.#names.get((found[1] ?? found[2] ?? found[3]) as string);
    if (found === null || index === undefined) return this.#fail("unknown group name", start);
    this.#at += found[0].length;
    return this.#back(index);
  }

  #quoted(): Node {
    this.#at++;
    const end = this.#text.indexOf("\\E", this.#at);
    const text = this.#text.slice(this.#at, end < 0 ? undefined : end);
    const parts = Array.from(text, (char, i) => this.#byte(char.charCodeAt(0), this.#at + i));
    this.#at = end < 0 ? this.#text.length : end + 2;
    // A quantifier behind it is about its last character alone.
    const last = parts.pop();
    return { kind: "cat", parts: last === undefined ? [] : [...parts, this.#quantified(last)] };
  }

  /** The one byte that an escape stands for; the cursor is on the character after the backslash. */
  #escapedByte(start: number): number {
    const char = this.#text[this.#at++] ?? this.#fail("pattern ends with \\", start);
    if (char === "x") {
      const rest = this.#text.slice(this.#at, this.#at + 8);
      const hex = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{0,2}))/.exec(rest) as RegExpExecArray;
      this.#at += hex[0].length;
      const code = Number.parseInt(hex[1] ?? (hex[2] === "" ? "0" : (hex[2] as string)), 16);
      if (code > 255) this.#fail("character above U+00FF in a byte pattern", start);
      return code;
    }
    if (char === "c") {
      const next = this.#text.charCodeAt(this.#at);
      if (!(next >= 32 && next < 127)) this.#fail("\\c wants a printable character", start);
      return (this.#text[this.#at++] as string).toUpperCase().charCodeAt(0) ^ 64;
    }
    if (char >= "0" && char <= "7") {
      const octal = /^[0-7]{0,2}/.exec(this.#text.slice(this.#at, this.#at + 2)) as RegExpExecArray;
      this.#at += octal[0].length;
      return Number.parseInt(char + octal[0], 8) & 255;
    }
    const known = control[char];
    if (known !== undefined) return known;
    if (/[A-Za-z0-9]/.test(char)) this.#fail(`unknown escape \\${char}`, start);
    return char.charCodeAt(0);
  }

  #class(start: number): ByteSet {
    const set = emptySet();
    const negated = this.#take("^");
    let first = true;
    for (;;) {
      if (this.#at >= this.#text.length) this.#fail("class without end", start);
      if (!first && this.#take("]")) break;
      first = false;
      const low = this.#classItem(set, start);
      if (low === undefined) continue;
      const dash = this.#at;
      const after = this.#text[dash + 1];
      if (this.#text[dash] === "-" && after !== undefined && after !== "]") {
        this.#at++;
        const high = this.#classItem(set, start);
        if (high === undefined) {
          addRange(set, low, low);
          addRange(set, 45, 45);
          continue;
        }
        if (high < low) this.#fail("range out of order in class", dash - 1);
        addRange(set, low, high);
      } else addRange(set, low, low);
    }
    if (this.#flags.fold) foldCase(set);
    return negated ? complement(set) : set;
  }

  /** One member: a byte, or undefined where a whole class was added. */
  #classItem(set: ByteSet, start: number): number | undefined {
    if (this.#peek("[:")) {
      const named = /^\[:(\^?)([a-z]+):\]/.exec(this.#text.slice(this.#at, this.#at + 16));
      if (named !== null) {
        const found = posix[named[2] as string] ?? this.#fail("unknown POSIX class");
        unite(set, named[1] === "^" ? complement(found) : found);
        this.#at += named[0].length;
        return undefined;
      }
    }
    const at = this.#at;
    const char = this.#text[this.#at++] as string;
    if (char !== "\\") {
      if (char.charCodeAt(0) > 255) this.#fail("character above U+00FF in a byte pattern", at);
      return char.charCodeAt(0);
    }
    const next = this.#text[this.#at] ?? this.#fail("class without end", start);
    const known = shorthand[next];
    if (known !== undefined) {
      this.#at++;
      unite(set, known);
      return undefined;
    }
    if (next === "b") {
      this.#at++;
      return 8;
    }
    return this.#escapedByte(at);
  }
}
