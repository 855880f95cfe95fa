import { RE2JS } from "re2js";
import type { Node } from "#regex/ast.ts";
import { Backtracker } from "#regex/backtrack.ts";
import { boundOf } from "#regex/bound.ts";
import { LazyDfa } from "#regex/dfa.ts";
import { PatternError } from "#regex/error.ts";
import type { PatternFacts } from "#regex/facts.ts";
import { emit } from "#regex/emit.ts";
import { requiredLiterals } from "#regex/literals.ts";
import { neededBytes } from "#regex/needs.ts";
import { parsePattern } from "#regex/parse.ts";

/** `undefined` means that the search was given up at its bound. */
export type Verdict = boolean | undefined;

/**
 * A compiled pattern whose every search costs a bounded time. Four engines share the work:
 * JavaScriptCore where backtracking is proven to stay within its step budget on a value of that
 * length, an automaton over bytes for longer values, RE2 for what that automaton can't finish and for
 * captures, and a counted backtracker for what no linear engine can run.
 */
export class Regex {
  readonly source: string;
  readonly groups: number;
  #knownLimit: number | undefined;
  readonly #fold: boolean;
  readonly #irregular: boolean;
  #parsed: Node | undefined;
  #native: RegExp | undefined;
  /** Null where the pattern is too large for one. */
  #automaton: LazyDfa | null | undefined;
  #linear: RE2JS | undefined;
  #counted: Backtracker | undefined;

  /** With `facts`, which are known of patterns that were parsed before, it is parsed when needed. */
  constructor(source: string, options: { fold?: boolean; facts?: PatternFacts | undefined } = {}) {
    this.source = source;
    this.#fold = options.fold === true;
    if (options.facts !== undefined) {
      this.groups = options.facts.groups;
      this.#irregular = options.facts.irregular;
      return;
    }
    const pattern = parsePattern(source, { fold: this.#fold });
    this.groups = pattern.groups;
    this.#parsed = pattern.node;
    this.#irregular = pattern.irregular || overRe2(pattern.node);
  }

  get #node(): Node {
    this.#parsed ??= parsePattern(this.source, { fold: this.#fold }).node;
    return this.#parsed;
  }

  /** Longest value given to JavaScriptCore. */
  get #limit(): number {
    this.#knownLimit ??= boundOf(this.#node).limit;
    return this.#knownLimit;
  }

  /** What loading has to know of it. */
  facts(): PatternFacts {
    const irregular = this.#irregular;
    const literals = irregular ? undefined : requiredLiterals(this.#node);
    const needs = irregular ? [] : neededBytes(this.#node);
    return { groups: this.groups, irregular, literals, needs };
  }

  /** Compiles what a later search may need, so that no visitor pays for it. */
  warm(): void {
    if (this.#irregular) this.#backtracker();
    else if (this.#limit < Number.POSITIVE_INFINITY && this.#dfa() === null) this.#re2();
  }

  test(value: string): Verdict {
    if (this.#irregular) {
      const found = this.#backtracker().search(value);
      return found === undefined ? undefined : found !== null;
    }
    if (value.length <= this.#limit) return this.#regExp().test(value);
    return this.#dfa()?.test(value) ?? this.#re2().test(value);
  }

  /** The whole match and the groups; only to be asked once `test` said true. */
  captures(value: string): readonly (string | undefined)[] {
    if (this.#irregular) {
      const found = this.#backtracker().search(value);
      if (!found) return [];
      const out: (string | undefined)[] = [];
      for (let i = 0; i < found.length; i += 2) {
        out.push((found[i] as number) < 0 ? undefined : value.slice(found[i], found[i + 1]));
      }
      return out;
    }
    if (value.length <= this.#limit) return this.#regExp().exec(value) ?? [];
    const matcher = this.#re2().matcher(value);
    if (!matcher.find()) return [];
    const out: (string | undefined)[] = [];
    for (let i = 0; i <= this.groups; i++) out.push(matcher.group(i) ?? undefined);
    return out;
  }

  #regExp(): RegExp {
    this.#native ??= new RegExp(emit(this.#node));
    return this.#native;
  }

  #dfa(): LazyDfa | null {
    if (this.#automaton === undefined) this.#automaton = LazyDfa.of(this.#node) ?? null;
    return this.#automaton;
  }

  #re2(): RE2JS {
    this.#linear ??= RE2JS.compile(emit(this.#node));
    return this.#linear;
  }

  #backtracker(): Backtracker {
    this.#counted ??= new Backtracker(this.#node, this.groups);
    return this.#counted;
  }
}

/** RE2 refuses counts above 1,000 (also multiplied through nesting). */
function overRe2(node: Node, factor = 1): boolean {
  switch (node.kind) {
    case "repeat": {
      const count = Math.max(node.min, node.max === Number.POSITIVE_INFINITY ? 0 : node.max, 1);
      return factor * count > 1000 || overRe2(node.body, factor * count);
    }
    case "cat":
    case "alt":
      return node.parts.some((part) => overRe2(part, factor));
    case "group":
    case "atomic":
    case "look":
      return overRe2(node.body, factor);
    case "set":
    case "empty":
    case "assert":
    case "back":
      return false;
  }
}

/** A pattern that names what is selected (`ARGS:/^a/`); tags and messages are matched this way too. */
export function compilePattern(
  source: string,
  fail: (message: string) => never,
  options: { fold?: boolean; facts?: PatternFacts | undefined } = {},
): Regex {
  try {
    return new Regex(source, options);
  } catch (error) {
    if (error instanceof PatternError) {
      return fail(`in the regular expression, at character ${error.offset + 1}: ${error.message}`);
    }
    throw error;
  }
}
