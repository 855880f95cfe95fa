import { hasBit } from "#plan/bits.ts";
import type { Step } from "#plan/step.ts";
import type { Stage } from "#plan/stage.ts";
import type { Text, TextStore } from "#plan/text.ts";
import type { Operator, OperatorScope } from "#operator/operator.ts";
import type { EffectRunner } from "#run/effects.ts";
import type { Gatherer } from "#run/gather.ts";
import { Item } from "#run/item.ts";
import type { Overlay } from "#run/overlay.ts";
import { excluded, type State } from "#run/state.ts";
import type { Target } from "#rule/model.ts";

/** What an evaluation reports to. */
export interface Observer {
  /** The last rule of a chain matched this value. */
  matched(step: Step, item: Item | undefined): void;
  /** Asked before expensive work; false ends the phase. */
  mayGoOn(cost: number): boolean;
}

/** Values that an operator is asked about at once. */
const maxAsked = 64;

/** Judges rules one by one. With a text store it uses the plan; without, it evaluates plainly. */
export class Evaluator {
  readonly #state: State;
  readonly #scope: OperatorScope;
  readonly #effects: EffectRunner;
  readonly #observer: Observer;
  /** Undefined for plain evaluation. */
  readonly texts: TextStore | undefined;
  overlay: Overlay;
  /** What was found out about the values before; undefined for plain evaluation. */
  gatherer: Gatherer | undefined;

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
    this.texts = texts;
  }

  /** Runs a chain; true where all its rules match. */
  chain(first: Step): boolean {
    const state = this.#state;
    // The quick way out for levels, scores and flags.
    if (first.slot >= 0 && !this.#slotMatches(first)) return false;
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
    if (this.texts !== undefined && planned(step)) return this.#judge(step, more, this.texts);
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

  #judge(step: Step, more: readonly Target[] | undefined, store: TextStore): boolean {
    const found = this.gatherer?.itemsFor(step);
    if (found !== undefined) {
      this.#clear(step, found, store);
      return this.#judgeItems(step, found, undefined, more, store);
    }
    let any = false;
    for (const target of step.targets.list) {
      if (this.#judgeItems(step, this.#state.base(target), target.exclude, more, store)) any = true;
    }
    return any;
  }

  /** Asks once about several values, where the operator can. */
  #clear(step: Step, items: readonly Item[], store: TextStore): void {
    if (step.operator?.noneOf === undefined) return;
    const texts: Text[] = [];
    for (const item of items) {
      item.text ??= store.get(item.value);
      for (const stage of step.rule.multiMatch ? step.stages : [step.stage]) {
        const text = item.text.at(stage, store);
        if (!hasBit(text.miss, step.pure) && !texts.includes(text)) texts.push(text);
        if (texts.length > maxAsked) return;
      }
    }
    if (texts.length < 2 || !step.operator.noneOf(texts.map((text) => text.value))) return;
    for (const text of texts) text.ruleOut(step.pure);
  }

  #judgeItems(
    step: Step,
    items: readonly Item[],
    exclude: readonly Target[] | undefined,
    more: readonly Target[] | undefined,
    store: TextStore,
  ): boolean {
    let any = false;
    for (const item of items) {
      item.text ??= store.get(item.value);
      const text = item.text.at(step.stage, store);
      if (!step.negated && hasBit(text.miss, step.pure)) continue;
      if (exclude !== undefined && exclude.length > 0 && excluded(item, exclude)) continue;
      if (more !== undefined && excluded(item, more)) continue;
      if (!this.#observer.mayGoOn(text.value.length)) return any;
      const { operator } = step as { operator: Operator };
      if (text.matches(step.pure, operator, this.#scope) === step.negated) continue;
      any = true;
      this.#hit(step, item, text.value);
    }
    return any;
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
    const store = this.texts;
    const items = this.#selected(step, more);
    if (store !== undefined && step.pure >= 0) this.#clear(step, items, store);
    for (const item of items) {
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
          found = text.matches(step.pure, step.operator as Operator, this.#scope);
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

  /** The values of a step: those that leave it open, where that is known. */
  #selected(step: Step, more: readonly Target[] | undefined): readonly Item[] {
    const found = step.valued ? this.gatherer?.itemsFor(step) : undefined;
    if (found === undefined) return this.#state.select(step.targets, more);
    return more === undefined ? found : found.filter((item) => !excluded(item, more));
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
      const groups =
        item?.text === undefined || step.pure < 0
          ? operator.captures(value, this.#scope)
          : item.text.captures(operator, value, this.#scope);
      state.tx.capture(groups);
    }
    if (rule.effects.length > 0) this.#effects.run(rule.effects);
    if (step.next === undefined) this.#observer.matched(step, seen);
  }
}

/** True where the plan's shared texts can answer: a pure operator over values that stay. */
function planned(step: Step): boolean {
  return step.valued && !step.rule.multiMatch;
}
