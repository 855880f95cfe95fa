import { type ByteSet, hasByte, type Node } from "#regex/ast.ts";
import { isWordByte } from "#regex/classes.ts";
import {
  END,
  makeProgram,
  MATCH,
  NOT_WORD,
  type Program,
  SPLIT,
  START,
  TAKE,
  WORD,
} from "#regex/nfa.ts";
import { type Keeper, type Place, Room } from "#regex/room.ts";

/** Instructions that wait for the next byte, or for what comes next to be known. */
type Waiting = readonly number[];

/**
 * A state: where in the program a match that has begun may be by now. That one may begin here, too, is
 * true of every state and not written down.
 */
interface State {
  readonly begun: Waiting;
  /** At the value's beginning. */
  readonly first: boolean;
  /** Behind a byte of a word; always false where nothing asks. */
  readonly behindWord: boolean;
  /** Whether the value may end here with a match; undefined where nobody asked. */
  atEnd: boolean | undefined;
}

/** What a match that begins at a byte of some class waits for behind it. */
interface Entry {
  readonly begun: Waiting;
  readonly matches: boolean;
}

/** Entries of the table that say more than where to go on. */
const unknown = -1;
const found = -2;
const never = -3;

/** Entries that a table may have, and instructions that its states may hold: then it is begun anew. */
const maxEntries = 32_768;
const maxHeld = 60_000;
/** What all automata of a thread may hold beyond what each begins with, bytes, roughly. */
const shared = new Room(32 << 20);
/** A state or an entry of classes beside its instructions, and each of these with its place in the key. */
const stateBytes = 200;
const waitingBytes = 10;
/** Instructions that one search may look at to make states; past that it is left to others. */
const makingBudget = 120_000;

/**
 * Tells whether a pattern matches anywhere in a value, byte by byte over a table that is filled in as
 * values ask for it (Russ Cox, "Regular Expression Matching Can Be Simple And Fast", 2007). It keeps
 * neither places nor groups. What making states may cost is bounded: past that it gives no answer.
 * What it holds is bounded twice, for itself and for all automata together.
 */
export class LazyDfa implements Keeper {
  readonly #program: Program;
  readonly #stride: number;
  /** Where the first state is; anywhere else only `#restart` begins anew. */
  readonly #start: Waiting;
  readonly #restart: Waiting;
  readonly #inRestart: Uint8Array;
  /** The empty string is a match, or what begins behind any byte is one. */
  readonly #always: boolean;
  readonly #anywhere: boolean;
  readonly #entries: (Entry | undefined)[] = [];
  #table = new Int32Array(0);
  #states: State[] = [];
  #byKey = new Map<string, number>();
  /** The table was begun anew while a state was made: what led to it is gone. */
  #renewed = false;
  #held = 0;
  readonly #room: Room;
  readonly #place: Place = { keeper: new WeakRef(this), bytes: 0 };
  /** What of the room its table and states take. */
  #taken = 0;
  /** For the set of instructions that is being made: which are in it. */
  readonly #marks: Int32Array;
  #mark = 0;
  #waiting: number[] = [];
  readonly #stack: number[] = [];
  #work = 0;

  private constructor(program: Program, room: Room) {
    this.#program = program;
    this.#room = room;
    this.#stride = program.sample.length;
    this.#marks = new Int32Array(program.ops.length);
    this.#inRestart = new Uint8Array(program.ops.length);
    this.#begin();
    this.#always = this.#follow(program.start, true);
    this.#start = this.#waiting;
    this.#begin();
    this.#anywhere = this.#follow(program.start, false);
    this.#restart = this.#waiting;
    for (const at of this.#restart) this.#inRestart[at] = 1;
    this.#clear();
  }

  /** Undefined for a pattern that is too large, or that no automaton can run. */
  static of(node: Node, room = shared): LazyDfa | undefined {
    const program = makeProgram(node);
    return program === undefined ? undefined : new LazyDfa(program, room);
  }

  /** Begins anew, between two searches; the room has taken back what it held. */
  forget(): void {
    this.#entries.length = 0;
    this.#taken = 0;
    this.#clear();
  }

  /** Undefined where the search was given up. */
  test(value: string): boolean | undefined {
    const { classOf } = this.#program;
    if (this.#always) return true;
    let table = this.#table;
    this.#work = 0;
    // A state is known by where its row begins in the table.
    let state = 0;
    for (let i = 0; i < value.length; i++) {
      const kind = classOf[value.charCodeAt(i) & 255] as number;
      let next = table[state + kind] as number;
      if (next < 0) {
        if (next === unknown) {
          next = this.#step(state, kind);
          table = this.#table;
          if (next === unknown) return undefined;
        }
        if (next === found) return true;
        if (next === never) return false;
      }
      state = next;
    }
    return this.#endsAt(state);
  }

  /** Only the first state is left. */
  #clear(): void {
    this.#room.shrink(this.#place, this.#taken);
    this.#taken = 0;
    this.#states = [];
    this.#held = 0;
    this.#byKey = new Map();
    this.#table = new Int32Array(Math.min(maxEntries, this.#stride * 16)).fill(unknown);
    this.#stateOf(this.#start, true, false);
  }

  /** A new set of instructions. */
  #begin(): void {
    this.#mark++;
    this.#waiting = [];
  }

  /** Adds where an instruction leads without taking a byte; true where that is a match. */
  #follow(from: number, first: boolean): boolean {
    const { ops, next, other } = this.#program;
    const stack = this.#stack;
    let matches = false;
    stack.push(from);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#marks[at] === this.#mark) continue;
      this.#marks[at] = this.#mark;
      this.#work++;
      switch (ops[at]) {
        case SPLIT:
          stack.push(other[at] as number, next[at] as number);
          break;
        case START:
          if (first) stack.push(next[at] as number);
          break;
        case MATCH:
          matches = true;
          break;
        default:
          if (this.#inRestart[at] !== 1) this.#waiting.push(at);
      }
    }
    return matches;
  }

  /** The place of the state behind a byte of that class; `unknown` where the budget is used up. */
  #step(from: number, kind: number): number {
    const state = this.#states[from / this.#stride] as State;
    const { behindWord } = state;
    const entry = this.#entry(behindWord, kind);
    let to = found;
    if (!entry.matches && !this.#take(state.begun, state.first, behindWord, kind)) {
      const begun = this.#waiting;
      for (const at of entry.begun) {
        if (this.#marks[at] === this.#mark) continue;
        this.#marks[at] = this.#mark;
        begun.push(at);
      }
      this.#work += entry.begun.length + 1;
      if (this.#work > makingBudget) return unknown;
      if (this.#anywhere) to = found;
      else if (begun.length === 0 && this.#restart.length === 0) to = never;
      else return this.#link(from, kind, this.#stateOf(begun, false, this.#isWord(kind)));
    }
    this.#table[from + kind] = to;
    return to;
  }

  #entry(behindWord: boolean, kind: number): Entry {
    const index = behindWord ? this.#stride + kind : kind;
    let entry = this.#entries[index];
    if (entry === undefined) {
      const matches = this.#take(this.#restart, false, behindWord, kind);
      entry = { begun: this.#waiting, matches };
      this.#entries[index] = entry;
      this.#room.grow(this.#place, stateBytes + entry.begun.length * waitingBytes);
    }
    return entry;
  }

  /** Leaves what waits behind a byte of that class; true where that, or what is before it, is a match. */
  #take(waiting: Waiting, first: boolean, behindWord: boolean, kind: number): boolean {
    const { ops, next, other, sets, sample } = this.#program;
    const byte = sample[kind] as number;
    const resolved = this.#resolve(waiting, first, behindWord, this.#isWord(kind), false);
    if (resolved === undefined) return true;
    this.#begin();
    let matches = false;
    for (const at of resolved) {
      this.#work++;
      if (ops[at] !== TAKE || !hasByte(sets[other[at] as number] as ByteSet, byte)) continue;
      if (this.#follow(next[at] as number, false)) matches = true;
    }
    return matches;
  }

  /**
   * What waits with all that lies behind assertions that hold, now that it is known what comes next: a
   * byte, in a word or not, or the end. Undefined where a match is complete.
   */
  #resolve(
    waiting: Waiting,
    first: boolean,
    behindWord: boolean,
    isWord: boolean,
    isEnd: boolean,
  ): Waiting | undefined {
    const { ops, next, asks } = this.#program;
    if (!asks) return waiting;
    this.#begin();
    const all = [...waiting];
    this.#waiting = all;
    for (const at of all) this.#marks[at] = this.#mark;
    const boundary = behindWord !== isWord;
    // Grows while it is gone through.
    for (let i = 0; i < all.length; i++) {
      const at = all[i] as number;
      const op = ops[at];
      const holds =
        (op === END && isEnd) || (op === WORD && boundary) || (op === NOT_WORD && !boundary);
      if (holds && this.#follow(next[at] as number, first)) return undefined;
    }
    return all;
  }

  #isWord(kind: number): boolean {
    return this.#program.words && isWordByte(this.#program.sample[kind] as number);
  }

  /** Notes where a state leads, unless making that state has begun the table anew. */
  #link(from: number, kind: number, to: number): number {
    if (!this.#renewed) this.#table[from + kind] = to;
    this.#renewed = false;
    return to;
  }

  #stateOf(begun: Waiting, first: boolean, behindWord: boolean): number {
    const sorted = begun.toSorted((a, b) => a - b);
    const key = `${first ? "^" : behindWord ? "w" : "-"}${String.fromCharCode(...sorted)}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const place = this.#states.length * this.#stride;
    this.#held += sorted.length;
    if (place > 0 && (place + this.#stride > maxEntries || this.#held > maxHeld)) {
      this.#clear();
      this.#renewed = true;
      return this.#stateOf(sorted, first, behindWord);
    }
    let bytes = stateBytes + sorted.length * waitingBytes;
    if (place + this.#stride > this.#table.length) {
      const grown = new Int32Array(Math.min(maxEntries, this.#table.length * 2)).fill(unknown);
      grown.set(this.#table);
      bytes += grown.byteLength - this.#table.byteLength;
      this.#table = grown;
    }
    if (place > 0) {
      this.#taken += bytes;
      this.#room.grow(this.#place, bytes);
    }
    this.#states.push({ begun: sorted, first, behindWord, atEnd: undefined });
    this.#byKey.set(key, place);
    return place;
  }

  #endsAt(place: number): boolean {
    const state = this.#states[place / this.#stride] as State;
    if (state.atEnd === undefined) {
      const { begun, first, behindWord } = state;
      const ends = (waiting: Waiting): boolean =>
        this.#resolve(waiting, first, behindWord, false, true) === undefined;
      state.atEnd = ends(begun) || ends(this.#restart);
    }
    return state.atEnd;
  }
}
