import { allBits, type Bits, setBit } from "#plan/bits.ts";
import type { Step } from "#plan/step.ts";
import { acts, type Stage } from "#plan/stage.ts";
import type { Text, TextJudge, TextStore } from "#plan/text.ts";

/** The steps that look at a value after one chain of transformations, by operator. */
interface Look {
  readonly stage: Stage;
  /** Operators of steps that want a match, and of those that want none. */
  readonly wanted: Bits;
  readonly unwanted: Bits;
  /** No step wants none. */
  none: boolean;
  /** Gates of the steps for each operator. */
  readonly places: (number[] | undefined)[];
  readonly negatedPlaces: (number[] | undefined)[];
}

/** Kinds of bytes that ways to look were sorted for. */
const maxSorted = 256;

/**
 * What a value is to the rules: the steps that look at values of that variable under that name. All
 * names that no rule singles out share one role.
 */
export class Role implements TextJudge {
  readonly #looks: readonly Look[];
  readonly #stepWords: number;
  /** Kinds of bytes that some look's transformations act on. */
  readonly #triggers: number;
  /** By kinds of bytes: the looks, of which those are one that see the value itself. */
  #sorted = new Map<number, readonly Look[]>();
  /** What was found for texts that no transformation changes, by what the gate said of them. */
  readonly #plain = new WeakMap<Bits, { readonly open: Bits | undefined }>();

  constructor(steps: readonly Step[], operatorWords: number, stepWords: number) {
    this.#stepWords = stepWords;
    const looks = new Map<Stage, Look>();
    for (const step of steps) {
      for (const stage of step.rule.multiMatch ? step.stages : [step.stage]) {
        const look = looks.get(stage) ?? emptyLook(stage, operatorWords);
        looks.set(stage, look);
        setBit(step.negated ? look.unwanted : look.wanted, step.pure);
        if (step.negated) look.none = false;
        const places = step.negated ? look.negatedPlaces : look.places;
        (places[step.pure] ??= []).push(step.gate);
      }
    }
    this.#looks = [...looks.values()];
    this.#triggers = this.#looks.reduce((kinds, { stage }) => kinds | stage.triggers, 0);
  }

  /** True where no step looks at such values. */
  get idle(): boolean {
    return this.#looks.length === 0;
  }

  /** The steps that what is known of the text does not rule out, by place; undefined where all are. */
  judge(text: Text, store: TextStore): Bits | undefined {
    const kinds = text.kinds & this.#triggers;
    const looks = this.#sorted.get(kinds) ?? this.#sort(kinds);
    if (looks.length !== 1 || !text.fresh || acts((looks[0] as Look).stage, kinds))
      return this.#look(looks, text, store);
    const known = this.#plain.get(text.miss);
    if (known !== undefined) return known.open;
    const open = this.#look(looks, text, store);
    this.#plain.set(text.miss, { open });
    return open;
  }

  #look(looks: readonly Look[], text: Text, store: TextStore): Bits | undefined {
    let open: Bits | undefined;
    for (const { stage, wanted, unwanted, none, places, negatedPlaces } of looks) {
      if (none && acts(stage, text.kinds) && text.lacks(stage, wanted, store)) continue;
      const { miss, hit } = text.at(stage, store);
      for (let word = 0; word < wanted.length; word++) {
        const may = (wanted[word] as number) & ~(miss[word] as number);
        const mayNot =
          (unwanted[word] as number) & ~(hit === undefined ? 0 : (hit[word] as number));
        if ((may | mayNot) === 0) continue;
        open ??= allBits(this.#stepWords, 0);
        collect(may, word, places, open);
        collect(mayNot, word, negatedPlaces, open);
      }
    }
    return open;
  }

  /** Makes one look of all whose transformations change nothing in bytes of these kinds. */
  #sort(kinds: number): readonly Look[] {
    const idle = this.#looks.filter(({ stage }) => !acts(stage, kinds));
    const [first] = idle;
    let sorted = this.#looks;
    if (first !== undefined) {
      const one = emptyLook(rootOf(first.stage), first.wanted.length);
      for (const look of idle) add(look, one);
      sorted = [one, ...this.#looks.filter(({ stage }) => acts(stage, kinds))];
    }
    if (this.#sorted.size >= maxSorted) this.#sorted = new Map();
    this.#sorted.set(kinds, sorted);
    return sorted;
  }
}

function emptyLook(stage: Stage, operatorWords: number): Look {
  return {
    stage,
    wanted: allBits(operatorWords, 0),
    unwanted: allBits(operatorWords, 0),
    none: true,
    places: [],
    negatedPlaces: [],
  };
}

function rootOf(stage: Stage): Stage {
  return stage.parent === undefined ? stage : rootOf(stage.parent);
}

function add(look: Look, to: Look): void {
  to.none &&= look.none;
  for (let word = 0; word < to.wanted.length; word++) {
    to.wanted[word] = (to.wanted[word] as number) | (look.wanted[word] as number);
    to.unwanted[word] = (to.unwanted[word] as number) | (look.unwanted[word] as number);
  }
  for (const [operator, places] of look.places.entries())
    if (places !== undefined) (to.places[operator] ??= []).push(...places);
  for (const [operator, places] of look.negatedPlaces.entries())
    if (places !== undefined) (to.negatedPlaces[operator] ??= []).push(...places);
}

function collect(bits: number, word: number, places: (number[] | undefined)[], into: Bits): void {
  for (let left = bits; left !== 0; left &= left - 1) {
    const operator = (word << 5) + 31 - Math.clz32(left & -left);
    for (const place of places[operator] as number[]) setBit(into, place);
  }
}
