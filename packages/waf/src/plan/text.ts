import type { Operator, OperatorScope } from "#operator/operator.ts";
import { allBits, type Bits, hasBit, setBit } from "#plan/bits.ts";
import type { BytesSeen } from "#plan/bytes-seen.ts";
import type { Gate } from "#plan/gate.ts";
import { acts, type Stage } from "#plan/stage.ts";
import { lowercase } from "#transform/case.ts";
import { anyKind, loweredKinds } from "#transform/kinds.ts";
import type { Transform } from "#transform/registry.ts";
import type { UnicodeMap } from "#transform/url-decode-uni.ts";

/** Says which steps a text does not rule out: see plan/role.ts. */
export interface TextJudge {
  judge(text: Text, store: TextStore): Bits | undefined;
}

/** What a role made of a text. */
interface Verdict {
  readonly role: TextJudge;
  readonly bits: Bits | undefined;
  readonly older: Verdict | undefined;
  looks: number;
}

type Captures = readonly (string | undefined)[];

/** What was captured last. */
interface Captured {
  readonly operator: Operator;
  readonly value: string;
  readonly groups: Captures;
}

/** Longest value of which it is kept what a search captured. */
const maxCaptured = 1024;

/** How often a verdict that leaves steps open is made anew, since evaluations close them. */
const verdictLooks = 3;

/**
 * A distinct string that rules look at, with everything that was found out about it: what the
 * transformations make of it, and which operators are known not to match it, or to match it. All of
 * it depends on the string alone, so that it can be shared by rules, by variables and (for short
 * strings) by requests.
 */
export class Text {
  readonly value: string;
  /** Bit n is set where pure operator n does not match. Others may hold the same: see `ruleOut`. */
  miss: Bits;
  /** Bit n is set where pure operator n does match. */
  hit: Bits | undefined = undefined;
  /** The kinds of its bytes. */
  readonly kinds: number;
  private outs: (Text | undefined)[] | undefined = undefined;
  /** What transformations made of it and of what they made. */
  private made: Text[] | undefined = undefined;
  private verdict: Verdict | undefined = undefined;
  private captured: Captured | undefined = undefined;

  /** What the gate said of it. */
  private readonly gated: Bits;
  /** The bytes that it is made of; letters may have changed their case since. */
  private readonly seen: BytesSeen;

  constructor(value: string, gated: Bits, seen: BytesSeen, kinds = seen.kinds) {
    this.value = value;
    this.miss = gated;
    this.gated = gated;
    this.seen = seen;
    this.kinds = kinds;
  }

  /**
   * True where what a chain of transformations makes of it can match none of these operators, since
   * they need bytes that it does not have and that the transformations do not make.
   */
  lacks(stage: Stage, operators: Bits, store: TextStore): boolean {
    let { kinds } = this;
    let { low, high } = this.seen;
    for (const step of stage.path) {
      if (step.own !== anyKind && (kinds & step.own) === 0) continue;
      const { made } = step;
      if (made === undefined || (kinds & made.unless) !== 0) {
        if (step === stage) return false;
        const from = this.at(step, store);
        ({ kinds } = from);
        ({ low, high } = from.seen);
        continue;
      }
      kinds |= made.kinds;
      const classes = store.gate.classesOf(step);
      low |= classes.low;
      high |= classes.high;
    }
    const { lacking } = store.gate.seen(low, high);
    for (let word = 0; word < operators.length; word++)
      if (((operators[word] as number) & ~(lacking[word] as number)) !== 0) return false;
    return true;
  }

  /** What is known of it is what the gate said, and no more. */
  get fresh(): boolean {
    return this.miss === this.gated && this.hit === undefined;
  }

  /** Notes that an operator does not match. */
  ruleOut(number: number): void {
    if (this.miss === this.gated) this.miss = this.gated.slice();
    setBit(this.miss, number);
  }

  /** What a chain of transformations makes of it. */
  at(stage: Stage, store: TextStore): Text {
    if (!acts(stage, this.kinds)) return this;
    this.outs ??= [];
    const known = this.outs[stage.index];
    if (known !== undefined) return known;
    const from = this.at(stage.parent as Stage, store);
    const made = this.transformed(from, stage, store);
    this.outs[stage.index] = made;
    return made;
  }

  /** What the last transformation of a chain makes of what those before it made. */
  private transformed(from: Text, stage: Stage, store: TextStore): Text {
    if (stage.own !== anyKind && (from.kinds & stage.own) === 0) return from;
    const value = (stage.transform as Transform)(from.value, store.unicodeMap);
    if (value === from.value) return from;
    if (value === this.value) return this;
    this.made ??= [];
    for (const known of this.made) if (known.value === value) return known;
    // The gate does not see the difference between upper and lower case.
    const made =
      stage.transform === lowercase
        ? new Text(value, from.gated, from.seen, loweredKinds(from.kinds))
        : textOf(value, store.gate);
    this.made.push(made);
    return made;
  }

  /** What a search of this text, or of what was made of it, captures: kept for short ones. */
  captures(operator: Operator, value: string, scope: OperatorScope): Captures {
    const known = this.captured;
    if (known?.operator === operator && known.value === value) return known.groups;
    const groups = operator.captures?.(value, scope) ?? [];
    if (value.length <= maxCaptured) this.captured = { operator, value, groups };
    return groups;
  }

  /** Whether an operator matches: looked up where it is known. */
  matches(number: number, operator: Operator, scope: OperatorScope): boolean {
    if (hasBit(this.miss, number)) return false;
    if (this.hit !== undefined && hasBit(this.hit, number)) return true;
    const found = operator.test(this.value, scope);
    if (!found) this.ruleOut(number);
    else setBit((this.hit ??= allBits(this.miss.length, 0)), number);
    return found;
  }

  /** The steps that this text in this role does not rule out; undefined where there are none. */
  openTo(role: TextJudge, store: TextStore): Bits | undefined {
    for (let known = this.verdict; known !== undefined; known = known.older) {
      if (known.role !== role) continue;
      if (known.bits === undefined || known.looks >= verdictLooks) return known.bits;
      break;
    }
    return this.judge(role, store);
  }

  private judge(role: TextJudge, store: TextStore): Bits | undefined {
    let looks = 1;
    let others: Verdict | undefined;
    for (let known = this.verdict; known !== undefined; known = known.older) {
      if (known.role === role) looks = known.looks + 1;
      else others = { ...known, older: others };
    }
    const bits = role.judge(this, store);
    this.verdict = { role, bits, looks, older: others };
    return bits;
  }
}

/** Strings up to this length are shared between requests: pages come back as header values do. */
const sharedLength = 131_072;
/** Shared strings a generation, and their bytes; two generations live. */
const generationSize = 2048;
const generationBytes = 1_572_864;
/** Hashes of strings that were met once. */
const metSize = 8192;

/**
 * What requests share: strings come back (header values, names, pages), and cost nothing then. A
 * string is kept when it is met for the second time, so that what never comes back (tokens, times)
 * neither drives out the others nor outlives its request.
 */
export class SharedTexts {
  #young = new Map<string, Text>();
  #old = new Map<string, Text>();
  #bytes = 0;
  readonly #met = new Int32Array(metSize);

  /** What is kept, in both generations. */
  get size(): { readonly strings: number; readonly bytes: number } {
    let bytes = 0;
    for (const kept of [this.#young, this.#old])
      for (const value of kept.keys()) bytes += value.length;
    return { strings: this.#young.size + this.#old.size, bytes };
  }

  find(value: string): Text | undefined {
    const young = this.#young.get(value);
    if (young !== undefined) return young;
    const old = this.#old.get(value);
    if (old !== undefined) this.#keep(old);
    return old;
  }

  /** A text for a string that `find` does not know. */
  make(value: string, gate: Gate): Text {
    const miss = gate.missesOf(value);
    const { lastSeen, lastHash } = gate;
    const at = lastHash & (metSize - 1);
    // Zero is what an empty place holds.
    const hash = lastHash | 1;
    if (this.#met[at] !== hash) {
      this.#met[at] = hash;
      return new Text(value, miss, lastSeen);
    }
    const text = new Text(apart(value), miss, lastSeen);
    this.#keep(text);
    return text;
  }

  #keep(text: Text): void {
    if (this.#young.size >= generationSize || this.#bytes >= generationBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#bytes = 0;
    }
    this.#bytes += text.value.length;
    this.#young.set(text.value, text);
  }
}

/** The same string without the one that it was cut from, which it would keep in memory. */
function apart(value: string): string {
  return ` ${value}`.slice(1);
}

/** Finds the one Text of a string, for one transaction. */
export class TextStore {
  readonly unicodeMap: UnicodeMap | undefined;
  readonly gate: Gate;
  readonly #shared: SharedTexts;
  /** Texts of this transaction alone. */
  #own: Map<string, Text> | undefined;

  constructor(gate: Gate, shared: SharedTexts, unicodeMap: UnicodeMap | undefined) {
    this.gate = gate;
    this.#shared = shared;
    this.unicodeMap = unicodeMap;
  }

  get(value: string): Text {
    const isShared = value.length <= sharedLength;
    const known = (isShared ? this.#shared.find(value) : undefined) ?? this.#own?.get(value);
    if (known !== undefined) return known;
    const made = isShared ? this.#shared.make(value, this.gate) : textOf(value, this.gate);
    this.#own ??= new Map();
    this.#own.set(value, made);
    return made;
  }
}

function textOf(value: string, gate: Gate): Text {
  const miss = gate.missesOf(value);
  return new Text(value, miss, gate.lastSeen);
}
