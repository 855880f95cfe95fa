import type { Operator, OperatorScope } from "#operator/operator.ts";
import { allBits, type Bits, type Gate, hasBit, setBit } from "#plan/gate.ts";
import { lowercase } from "#transform/case.ts";
import { anyKind, loweredKinds, triggers } from "#transform/kinds.ts";
import type { Transform } from "#transform/registry.ts";
import type { UnicodeMap } from "#transform/url-decode-uni.ts";

/** One step in a chain of transformations; chains with the same beginning share their nodes. */
export interface Stage {
  readonly index: number;
  readonly parent: Stage | undefined;
  readonly transform: Transform | undefined;
  /** Kinds of bytes without which its own transformation changes nothing. */
  readonly own: number;
  /** Kinds of bytes without which the whole chain changes nothing. */
  readonly triggers: number;
}

/** All chains of transformations of a rule set, as a tree. Stage 0 changes nothing. */
export class StageTree {
  readonly root: Stage = {
    index: 0,
    parent: undefined,
    transform: undefined,
    own: 0,
    triggers: 0,
  };
  readonly #children = new Map<string, Stage>();
  #count = 1;

  stageFor(names: readonly string[], transformNamed: (name: string) => Transform): Stage {
    let stage = this.root;
    let path = "";
    for (const name of names) {
      path += `/${name}`;
      let next = this.#children.get(path);
      if (next === undefined) {
        const own = triggers[name] ?? anyKind;
        next = {
          index: this.#count++,
          parent: stage,
          transform: transformNamed(name),
          own,
          triggers: stage.triggers | own,
        };
        this.#children.set(path, next);
      }
      stage = next;
    }
    return stage;
  }
}

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

/** Bytes from which a text is worth not looking at twice. */
const longText = 1024;

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
  /** Bit n is set where pure operator n does not match. */
  readonly miss: Bits;
  /** Bit n is set where pure operator n does match. */
  hit: Bits | undefined = undefined;
  /** The kinds of its bytes. */
  readonly kinds: number;
  private outs: (Text | undefined)[] | undefined = undefined;
  private verdict: Verdict | undefined = undefined;

  /** What the gate said of it, kept where saying it again would take long. */
  private readonly gated: Bits | undefined;

  constructor(value: string, miss: Bits, kinds: number) {
    this.value = value;
    this.miss = miss;
    this.kinds = kinds;
    this.gated = value.length > longText ? miss.slice() : undefined;
  }

  /** What a chain of transformations makes of it. */
  at(stage: Stage, store: TextStore): Text {
    if (!acts(stage, this.kinds)) return this;
    this.outs ??= [];
    const known = this.outs[stage.index];
    if (known !== undefined) return known;
    const from = this.at(stage.parent as Stage, store);
    const made = from.transformed(stage, store);
    this.outs[stage.index] = made;
    return made;
  }

  /** What the last transformation of a chain makes of it. */
  private transformed(stage: Stage, store: TextStore): Text {
    if (stage.own !== anyKind && (this.kinds & stage.own) === 0) return this;
    const value = (stage.transform as Transform)(this.value, store.unicodeMap);
    if (value === this.value) return this;
    // The gate does not see the difference between upper and lower case.
    if (this.gated !== undefined && stage.transform === lowercase)
      return new Text(value, this.gated.slice(), loweredKinds(this.kinds));
    return store.get(value);
  }

  /** Whether an operator matches: looked up where it is known. */
  matches(number: number, operator: Operator, scope: OperatorScope): boolean {
    if (hasBit(this.miss, number)) return false;
    if (this.hit !== undefined && hasBit(this.hit, number)) return true;
    const found = operator.test(this.value, scope);
    if (!found) setBit(this.miss, number);
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

/** False where a chain of transformations changes nothing in strings of these kinds of bytes. */
export function acts(stage: Stage, kinds: number): boolean {
  return (
    stage.parent !== undefined && (stage.triggers === anyKind || (kinds & stage.triggers) !== 0)
  );
}

/** Strings up to this length are shared between requests. */
const sharedLength = 256;
/** Shared strings a generation; two generations live. */
const generationSize = 2048;

/** What requests share: short strings come back (header values, names), and cost nothing then. */
export class SharedTexts {
  #young = new Map<string, Text>();
  #old = new Map<string, Text>();

  get(value: string, gate: Gate): Text {
    const young = this.#young.get(value);
    if (young !== undefined) return young;
    const text = this.#old.get(value) ?? textOf(value, gate);
    if (this.#young.size >= generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(value, text);
    return text;
  }
}

/** Finds the one Text of a string, for one transaction. */
export class TextStore {
  readonly unicodeMap: UnicodeMap | undefined;
  readonly #gate: Gate;
  readonly #shared: SharedTexts;
  #own: Map<string, Text> | undefined;

  constructor(gate: Gate, shared: SharedTexts, unicodeMap: UnicodeMap | undefined) {
    this.#gate = gate;
    this.#shared = shared;
    this.unicodeMap = unicodeMap;
  }

  get(value: string): Text {
    if (value.length <= sharedLength) return this.#shared.get(value, this.#gate);
    this.#own ??= new Map();
    let text = this.#own.get(value);
    if (text === undefined) {
      text = textOf(value, this.#gate);
      this.#own.set(value, text);
    }
    return text;
  }
}

function textOf(value: string, gate: Gate): Text {
  const miss = gate.missesOf(value);
  return new Text(value, miss, gate.lastKinds);
}
