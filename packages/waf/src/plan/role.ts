import { allBits, type Bits, setBit } from "#plan/gate.ts";
import type { Step } from "#plan/step.ts";
import type { Stage, Text, TextJudge, TextStore } from "#plan/text.ts";

/** The steps that look at a value after one chain of transformations, by operator. */
interface Look {
  readonly stage: Stage;
  /** Operators of steps that want a match, and of those that want none. */
  readonly wanted: Bits;
  readonly unwanted: Bits;
  /** Places of the steps for each operator. */
  readonly places: (number[] | undefined)[];
  readonly negatedPlaces: (number[] | undefined)[];
}

/**
 * What a value is to the rules: the steps that look at values of that variable under that name. All
 * names that no rule singles out share one role.
 */
export class Role implements TextJudge {
  readonly #looks: readonly Look[];
  readonly #stepWords: number;

  constructor(steps: readonly Step[], operatorWords: number, stepWords: number) {
    this.#stepWords = stepWords;
    const looks = new Map<Stage, Look>();
    for (const step of steps) {
      for (const stage of step.rule.multiMatch ? step.stages : [step.stage]) {
        const look = looks.get(stage) ?? {
          stage,
          wanted: allBits(operatorWords, 0),
          unwanted: allBits(operatorWords, 0),
          places: [],
          negatedPlaces: [],
        };
        looks.set(stage, look);
        setBit(step.negated ? look.unwanted : look.wanted, step.pure);
        const places = step.negated ? look.negatedPlaces : look.places;
        (places[step.pure] ??= []).push(step.place);
      }
    }
    this.#looks = [...looks.values()];
  }

  /** True where no step looks at such values. */
  get idle(): boolean {
    return this.#looks.length === 0;
  }

  /** The steps that what is known of the text does not rule out, by place; undefined where all are. */
  judge(text: Text, store: TextStore): Bits | undefined {
    let open: Bits | undefined;
    for (const { stage, wanted, unwanted, places, negatedPlaces } of this.#looks) {
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
}

function collect(bits: number, word: number, places: (number[] | undefined)[], into: Bits): void {
  for (let left = bits; left !== 0; left &= left - 1) {
    const operator = (word << 5) + 31 - Math.clz32(left & -left);
    for (const place of places[operator] as number[]) setBit(into, place);
  }
}
