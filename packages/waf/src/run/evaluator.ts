import { hasBit, setBit } from "#plan/gate.ts";
import type { Step } from "#plan/step.ts";
import type { Stage, Text, TextStore } from "#plan/text.ts";
import type { OperatorScope } from "#operator/operator.ts";
import type { EffectRunner } from "#run/effects.ts";
import { Item } from "#run/item.ts";
import type { Overlay } from "#run/overlay.ts";
import type { State } from "#run/state.ts";
import type { Target } from "#rule/model.ts";

/** The values of one list of targets after one chain of transformations. */
interface Batch {
  readonly phase: number;
  readonly items: readonly Item[];
  readonly texts: readonly Text[];
  /** Operators that match none of the texts, as far as known when it was made. */
  readonly miss: Int32Array;
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
  readonly #batches: (Batch | undefined)[] = [];
  readonly #words: number;
  readonly overlay: Overlay;
  phase = 0;

  constructor(
    state: State,
    scope: OperatorScope,
    effects: EffectRunner,
    observer: Observer,
    overlay: Overlay,
    texts: TextStore | undefined,
    words: number,
  ) {
    this.#state = state;
    this.#scope = scope;
    this.#effects = effects;
    this.#observer = observer;
    this.overlay = overlay;
    this.#texts = texts;
    this.#words = words;
  }

  /** Runs a chain; true where all its rules match. */
  chain(first: Step): boolean {
    if (this.overlay.removes(first.index)) return false;
    const state = this.#state;
    state.matched = [];
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
    if (this.#texts !== undefined && step.pure >= 0 && !step.targets.volatile) {
      return more === undefined
        ? this.#batched(step, this.#texts)
        : this.#shared(step, this.#texts, more);
    }
    return this.#plain(step, more);
  }

  /** Several rules look at the same values: one bit tells that none of them can match. */
  #batched(step: Step, store: TextStore): boolean {
    const batch = this.#batch(step, store);
    if (batch.items.length === 0) return false;
    if (!step.negated && hasBit(batch.miss, step.pure)) return false;
    return this.#judge(step, batch.items, batch.texts);
  }

  #shared(step: Step, store: TextStore, more: readonly Target[]): boolean {
    const items = this.#state.select(step.targets, more);
    return this.#judge(
      step,
      items,
      items.map((item) => store.get(item.value).at(step.stage, store)),
    );
  }

  #batch(step: Step, store: TextStore): Batch {
    const known = this.#batches[step.batch];
    if (known !== undefined && (step.targets.headOnly || known.phase === this.phase)) return known;
    const items = this.#state.select(step.targets, undefined);
    const texts: Text[] = [];
    const miss = new Int32Array(this.#words).fill(-1);
    for (const item of items) {
      const text = store.get(item.value).at(step.stage, store);
      texts.push(text);
      for (let i = 0; i < miss.length; i++)
        miss[i] = (miss[i] as number) & (text.miss[i] as number);
    }
    const batch = { phase: this.phase, items, texts, miss };
    this.#batches[step.batch] = batch;
    return batch;
  }

  #judge(step: Step, items: readonly Item[], texts: readonly Text[]): boolean {
    let any = false;
    for (let i = 0; i < items.length; i++) {
      const text = texts[i] as Text;
      let found = false;
      if (!hasBit(text.miss, step.pure)) {
        if (!this.#observer.mayGoOn(text.value.length)) return any;
        found = step.operator?.test(text.value, this.#scope) === true;
        if (!found) setBit(text.miss, step.pure);
      }
      if (found === step.negated) continue;
      any = true;
      this.#hit(step, items[i], text.value);
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
    for (const item of this.#state.select(step.targets, more)) {
      let value = item.value;
      for (const stage of step.stages) {
        const next = stage.transform?.(value, this.overlay.unicodeMap) ?? value;
        if (stage.parent !== undefined && next === value) continue;
        value = next;
        if (!this.#observer.mayGoOn(value.length)) return any;
        const found =
          this.#texts === undefined || step.pure < 0
            ? step.operator?.test(value, this.#scope) === true
            : this.#remembered(step, this.#texts.get(value));
        if (found === step.negated) continue;
        any = true;
        this.#hit(step, item, value);
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

  #hit(step: Step, item: Item | undefined, value: string | undefined): void {
    const state = this.#state;
    let seen: Item | undefined;
    if (item !== undefined && value !== undefined) {
      seen = value === item.value ? item : new Item(item.variable, item.key, value, item.lower);
      state.matched.push(seen);
    }
    if (
      step.rule.capture &&
      value !== undefined &&
      step.operator?.captures !== undefined &&
      !step.negated
    ) {
      state.tx.capture(step.operator.captures(value, this.#scope));
    }
    if (step.rule.effects.length > 0) this.#effects.run(step.rule.effects);
    if (step.next === undefined) this.#observer.matched(step, seen);
  }
}
