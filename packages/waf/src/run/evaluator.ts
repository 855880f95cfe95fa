import { type Bits, hasBit, setBit } from "#plan/gate.ts";
import type { PlannedTarget, Step } from "#plan/step.ts";
import { acts, type Stage, type Text, type TextStore } from "#plan/text.ts";
import type { OperatorScope } from "#operator/operator.ts";
import type { EffectRunner } from "#run/effects.ts";
import { Item } from "#run/item.ts";
import type { Overlay } from "#run/overlay.ts";
import { excluded, type State } from "#run/state.ts";
import type { Target } from "#rule/model.ts";

/** The values of one target after one chain of transformations, whatever rules exclude of them. */
interface Piece {
  readonly epoch: number;
  readonly items: readonly Item[];
  readonly texts: readonly Text[];
  /** Operators that match none of the texts, as far as known when it was made. */
  readonly miss: Bits;
  /** The kinds of bytes in the values before any transformation. */
  readonly kinds: number;
}

/** What an evaluation reports to. */
export interface Observer {
  /** The last rule of a chain matched this value. */
  matched(step: Step, item: Item | undefined): void;
  /** Asked before expensive work; false ends the phase. */
  mayGoOn(cost: number): boolean;
}

/** Judges rules one by one. With a text store it uses the plan; without, it evaluates plainly. */
export class Evaluator {
  readonly #state: State;
  readonly #scope: OperatorScope;
  readonly #effects: EffectRunner;
  readonly #observer: Observer;
  readonly #texts: TextStore | undefined;
  readonly #pieces: (Piece | undefined)[] = [];
  readonly #roots: (Piece | undefined)[] = [];
  overlay: Overlay;

  constructor(
    state: State,
    scope: OperatorScope,
    effects: EffectRunner,
    observer: Observer,
    overlay: Overlay,
    texts: TextStore | undefined,
  ) {
    this.#state = state;
    this.#scope = scope;
    this.#effects = effects;
    this.#observer = observer;
    this.overlay = overlay;
    this.#texts = texts;
  }

  /** Runs a chain; true where all its rules match. */
  chain(first: Step): boolean {
    const state = this.#state;
    // Most rules end here: the one variable does not match, or no value can.
    if (first.slot >= 0) {
      if (!this.#slotMatches(first)) return false;
    } else if (this.#texts !== undefined && planned(first) && this.#blocked(first, this.#texts)) {
      return false;
    }
    if (this.overlay.removes(first.index)) return false;
    if (state.matched.length > 0) state.matched = [];
    for (let step: Step | undefined = first; step !== undefined; step = step.next) {
      state.rule = step.rule;
      if (!this.#step(step)) return false;
    }
    return true;
  }

  #step(step: Step): boolean {
    if (step.operator === undefined) {
      this.#hit(step, undefined, undefined);
      return true;
    }
    const more = this.overlay.exclusions(step.index);
    if (step.rule.multiMatch) return this.#multi(step, more);
    if (this.#texts !== undefined && planned(step)) return this.#judge(step, more, this.#texts);
    return this.#plain(step, more);
  }

  /** One TX variable, as it is. */
  #slotMatches(step: Step): boolean {
    const item = this.#state.tx.at(step.slot);
    const compare = step.operator?.compare;
    if (compare !== undefined) {
      // Levels, scores and flags: most of a request's rules.
      if (item === undefined && !step.count) return false;
      const number = step.count ? (item === undefined ? 0 : 1) : (item as Item).number;
      return compare(number) !== step.negated;
    }
    const value = step.count ? (item === undefined ? "0" : "1") : item?.value;
    if (value === undefined) return false;
    return (step.operator?.test(value, this.#scope) === true) !== step.negated;
  }

  /** Rules share their pieces: a bit in each tells that the operator matches none of the values. */
  #blocked(step: Step, store: TextStore): boolean {
    const { list } = step.targets;
    for (let i = 0; i < list.length; i++) {
      const piece = this.#piece(step, i, store);
      if (piece.items.length > 0 && (step.negated || !hasBit(piece.miss, step.pure))) return false;
    }
    return true;
  }

  #piece(step: Step, index: number, store: TextStore): Piece {
    const number = step.pieces[index] as number;
    const target = step.targets.list[index] as PlannedTarget;
    const epoch = this.#state.epochOf(target);
    const known = this.#pieces[number];
    if (known?.epoch === epoch) return known;
    const items = this.#state.base(target);
    const base = this.#rootPiece(target, items, epoch, store);
    const piece = acts(step.stage, base.kinds) ? this.#transform(base, step.stage, store) : base;
    this.#pieces[number] = piece;
    return piece;
  }

  /** The values as they are: what a chain of transformations starts from, or all there is to it. */
  #rootPiece(
    target: PlannedTarget,
    items: readonly Item[],
    epoch: number,
    store: TextStore,
  ): Piece {
    const known = this.#roots[target.base];
    if (known?.epoch === epoch) return known;
    let kinds = 0;
    const texts: Text[] = [];
    for (const item of items) {
      item.text ??= store.get(item.value);
      kinds |= item.text.kinds;
      texts.push(item.text);
    }
    const root = { epoch, items, texts, kinds, miss: commonMiss(texts) };
    this.#roots[target.base] = root;
    return root;
  }

  #transform(base: Piece, stage: Stage, store: TextStore): Piece {
    const texts: Text[] = [];
    for (const text of base.texts) texts.push(text.at(stage, store));
    return { ...base, texts, miss: commonMiss(texts) };
  }

  #judge(step: Step, more: readonly Target[] | undefined, store: TextStore): boolean {
    let any = false;
    const { list } = step.targets;
    for (let i = 0; i < list.length; i++) {
      const piece = this.#piece(step, i, store);
      if (piece.items.length === 0 || (!step.negated && hasBit(piece.miss, step.pure))) continue;
      const { exclude } = list[i] as PlannedTarget;
      for (let k = 0; k < piece.items.length; k++) {
        const item = piece.items[k] as Item;
        const text = piece.texts[k] as Text;
        if (!step.negated && hasBit(text.miss, step.pure)) continue;
        if (exclude.length > 0 && excluded(item, exclude)) continue;
        if (more !== undefined && excluded(item, more)) continue;
        if (!this.#observer.mayGoOn(text.value.length)) return any;
        if (this.#remembered(step, text) === step.negated) continue;
        any = true;
        this.#hit(step, item, text.value);
      }
    }
    return any;
  }

  #remembered(step: Step, text: Text): boolean {
    if (hasBit(text.miss, step.pure)) return false;
    const found = step.operator?.test(text.value, this.#scope) === true;
    if (!found) setBit(text.miss, step.pure);
    return found;
  }

  #plain(step: Step, more: readonly Target[] | undefined): boolean {
    let any = false;
    for (const item of this.#state.select(step.targets, more)) {
      const value = this.#transformed(item.value, step.stage);
      if (!this.#observer.mayGoOn(value.length)) return any;
      if ((step.operator?.test(value, this.#scope) === true) === step.negated) continue;
      any = true;
      this.#hit(step, item, value);
    }
    return any;
  }

  #transformed(value: string, stage: Stage): string {
    if (stage.parent === undefined) return value;
    const from = this.#transformed(value, stage.parent);
    return stage.transform?.(from, this.overlay.unicodeMap) ?? from;
  }

  /** The raw value and every different value on the way are judged, each for itself. */
  #multi(step: Step, more: readonly Target[] | undefined): boolean {
    let any = false;
    const store = this.#texts;
    for (const item of this.#state.select(step.targets, more)) {
      let last: string | undefined;
      for (const stage of step.stages) {
        let found: boolean;
        let value: string;
        if (store !== undefined && step.pure >= 0) {
          item.text ??= store.get(item.value);
          const text = item.text.at(stage, store);
          ({ value } = text);
          if (value === last) continue;
          if (!hasBit(text.miss, step.pure) && !this.#observer.mayGoOn(value.length)) return any;
          found = this.#remembered(step, text);
        } else {
          value = stage.transform?.(last ?? item.value, this.overlay.unicodeMap) ?? item.value;
          if (value === last) continue;
          if (!this.#observer.mayGoOn(value.length)) return any;
          found = step.operator?.test(value, this.#scope) === true;
        }
        last = value;
        if (found === step.negated) continue;
        any = true;
        this.#hit(step, item, value);
      }
    }
    return any;
  }

  #hit(step: Step, item: Item | undefined, value: string | undefined): void {
    const state = this.#state;
    const { rule, operator } = step;
    let seen: Item | undefined;
    if (item !== undefined && value !== undefined) {
      seen = value === item.value ? item : new Item(item.variable, item.key, value, item.lower);
      state.matched.push(seen);
    }
    if (rule.capture && value !== undefined && operator?.captures !== undefined && !step.negated) {
      state.tx.capture(operator.captures(value, this.#scope));
    }
    if (rule.effects.length > 0) this.#effects.run(rule.effects);
    if (step.next === undefined) this.#observer.matched(step, seen);
  }
}

/** Operators that match none of the texts. */
function commonMiss(texts: readonly Text[]): Bits {
  const first = texts[0];
  if (first === undefined) return [];
  if (texts.length === 1) return first.miss;
  const miss = first.miss.slice();
  for (let i = 1; i < texts.length; i++) {
    const own = (texts[i] as Text).miss;
    for (let word = 0; word < own.length; word++) {
      miss[word] = (miss[word] as number) & (own[word] as number);
    }
  }
  return miss;
}

/** True where the plan's shared pieces can answer: a pure operator over values that stay. */
function planned(step: Step): boolean {
  return step.pure >= 0 && !step.targets.volatile && !step.rule.multiMatch;
}
