import { type ByteSet, hasByte, type Node } from "#regex/ast.ts";
import { isWordByte } from "#regex/classes.ts";

/** Steps after which a search is given up: about ten milliseconds. */
const maxSteps = 250_000;
/** Nested continuations after which a search is given up, well before the stack ends. */
const maxStack = 3000;

interface State {
  readonly text: string;
  readonly groups: Int32Array;
  steps: number;
  depth: number;
}

type Next = (at: number) => boolean;
type Matcher = (state: State, at: number, next: Next) => boolean;

/** Thrown inside a search only; `search` turns it into "gave up". */
const gaveUp = Symbol("gave up");

/**
 * A backtracking matcher for the patterns that no linear engine can run: lookaround, back-references,
 * atomic groups, possessive quantifiers. Every step is counted, and past the budget the search says
 * that it gave up, so that the caller decides what a value means that could not be judged.
 */
export class Backtracker {
  readonly #run: Matcher;
  readonly #groups: number;

  constructor(node: Node, groups: number) {
    this.#run = build(node);
    this.#groups = groups;
  }

  /** Offsets of the groups (start, end; -1 where unset), null without a match, undefined if given up. */
  search(text: string): Int32Array | null | undefined {
    const groups = new Int32Array((this.#groups + 1) * 2);
    const state: State = { text, groups, steps: 0, depth: 0 };
    try {
      for (let start = 0; start <= text.length; start++) {
        groups.fill(-1);
        const found = this.#run(state, start, (end) => {
          groups[1] = end;
          return true;
        });
        if (!found) continue;
        groups[0] = start;
        return groups;
      }
      return null;
    } catch (error) {
      if (error === gaveUp) return undefined;
      throw error;
    }
  }
}

function step(state: State): void {
  if (++state.steps > maxSteps) throw gaveUp;
}

function build(node: Node): Matcher {
  switch (node.kind) {
    case "empty":
      return (_state, at, next) => next(at);
    case "set":
      return (state, at, next) => {
        step(state);
        return (
          at < state.text.length && hasByte(node.set, state.text.charCodeAt(at)) && next(at + 1)
        );
      };
    case "cat":
      return node.parts
        .map(build)
        .reduceRight(
          (rest, first) => (state, at, next) => first(state, at, (end) => rest(state, end, next)),
        );
    case "alt": {
      const parts = node.parts.map(build);
      return (state, at, next) => parts.some((part) => part(state, at, next));
    }
    case "group":
      return capture(build(node.body), node.index);
    case "repeat":
      if (node.mode === "possessive") return atomic(repeat({ ...node, mode: "greedy" }));
      return repeat(node);
    case "atomic":
      return atomic(build(node.body));
    case "assert":
      return (state, at, next) => holds(node.at, state.text, at) && next(at);
    case "look":
      return look(build(node.body), node.ahead, node.negated);
    case "back":
      return back(node.index, node.fold);
  }
}

function capture(body: Matcher, index: number): Matcher {
  return (state, at, next) => {
    const oldStart = state.groups[index * 2] as number;
    const oldEnd = state.groups[index * 2 + 1] as number;
    const found = body(state, at, (end) => {
      const keepStart = state.groups[index * 2] as number;
      const keepEnd = state.groups[index * 2 + 1] as number;
      state.groups[index * 2] = at;
      state.groups[index * 2 + 1] = end;
      if (next(end)) return true;
      state.groups[index * 2] = keepStart;
      state.groups[index * 2 + 1] = keepEnd;
      return false;
    });
    if (!found) {
      state.groups[index * 2] = oldStart;
      state.groups[index * 2 + 1] = oldEnd;
    }
    return found;
  };
}

function atomic(body: Matcher): Matcher {
  return (state, at, next) => {
    let stop = -1;
    const found = body(state, at, (end) => {
      stop = end;
      return true;
    });
    return found && next(stop);
  };
}

function look(body: Matcher, ahead: boolean, negated: boolean): Matcher {
  return (state, at, next) => {
    let found = false;
    if (ahead) found = body(state, at, () => true);
    else {
      // Any start whose match ends here: PCRE limits lookbehind to fixed lengths, this does not.
      for (let start = at; start >= 0 && !found; start--) {
        found = body(state, start, (end) => end === at);
      }
    }
    return found !== negated && next(at);
  };
}

function back(index: number, fold: boolean): Matcher {
  return (state, at, next) => {
    step(state);
    const start = state.groups[index * 2] as number;
    if (start < 0) return false;
    const wanted = state.text.slice(start, state.groups[index * 2 + 1]);
    state.steps += wanted.length;
    const actual = state.text.slice(at, at + wanted.length);
    const same = fold ? actual.toLowerCase() === wanted.toLowerCase() : actual === wanted;
    return same && next(at + wanted.length);
  };
}

function repeat(node: Node & { kind: "repeat" }): Matcher {
  const { min, max, mode } = node;
  if (node.body.kind === "set") return runOfSet(node.body.set, min, max, mode === "lazy");
  const body = build(node.body);
  const round = (state: State, at: number, count: number, next: Next): boolean => {
    step(state);
    if (++state.depth > maxStack) throw gaveUp;
    const more = (): boolean =>
      count < max &&
      body(state, at, (end) => {
        // A round that took nothing would go on for ever; PCRE stops the loop there too.
        if (end === at && count >= min) return false;
        return round(state, end, count + 1, next);
      });
    const found = count < min ? more() : mode === "lazy" ? next(at) || more() : more() || next(at);
    state.depth--;
    return found;
  };
  return (state, at, next) => round(state, at, 0, next);
}

/** A run of single bytes needs no recursion. */
function runOfSet(set: ByteSet, min: number, max: number, lazy: boolean): Matcher {
  return (state, at, next) => {
    const { text } = state;
    let longest = at;
    const stop = Math.min(text.length, at + max);
    if (!lazy) {
      while (longest < stop && hasByte(set, text.charCodeAt(longest))) longest++;
      state.steps += (longest - at) >> 2;
      for (let end = longest; end >= at + min; end--) {
        step(state);
        if (next(end)) return true;
      }
      return false;
    }
    for (let end = at; ; end++) {
      step(state);
      if (end >= at + min && next(end)) return true;
      if (end >= stop || !hasByte(set, text.charCodeAt(end))) return false;
    }
  };
}

function holds(at: (Node & { kind: "assert" })["at"], text: string, index: number): boolean {
  if (at === "start") return index === 0;
  if (at === "end") return index === text.length;
  if (at === "endline") {
    return index === text.length || (index === text.length - 1 && text.charCodeAt(index) === 10);
  }
  const before = index > 0 && isWordByte(text.charCodeAt(index - 1));
  const after = index < text.length && isWordByte(text.charCodeAt(index));
  return (before !== after) === (at === "word");
}
