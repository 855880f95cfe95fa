import type { Effect, RuleSelector, WritableCollection } from "#rule/effect.ts";
import type { Target } from "#rule/model.ts";
import { toInteger } from "#operator/compare.ts";
import type { State } from "#run/state.ts";
import type { CollectionStore, StoredRecord, StoredValue } from "#run/stored.ts";

/** What `ctl` may change, kept by the transaction. */
export interface Controls {
  mode: "on" | "off" | "detect";
  requestBodyAccess: boolean;
  requestBodyLimit: number;
  responseBodyAccess: boolean;
  responseBodyLimit: number;
  forceRequestBody: boolean;
  auditEngine: "on" | "off" | "relevant";
  removeRules(rules: RuleSelector): void;
  removeTargets(rules: RuleSelector, targets: readonly Target[]): void;
  /** Names whose values never reach a record. */
  hide(what: "arg" | "requestHeader" | "responseHeader" | "matched", name: string): void;
}

/** Runs non-disruptive actions. */
export class EffectRunner {
  readonly #state: State;
  readonly #controls: Controls;
  readonly #store: CollectionStore;
  readonly #timeout: number;

  constructor(state: State, controls: Controls, store: CollectionStore, timeout: number) {
    this.#state = state;
    this.#controls = controls;
    this.#store = store;
    this.#timeout = timeout;
  }

  run(effects: readonly Effect[]): void {
    for (const effect of effects) this.#one(effect);
  }

  #one(effect: Effect): void {
    const state = this.#state;
    switch (effect.kind) {
      case "setvar":
        return this.#setvar(effect);
      case "ctl":
        return this.#control(effect.control);
      case "initcol":
        return this.#open(effect.collection, effect.key.expand(state));
      case "identify": {
        const key = effect.key.expand(state);
        if (effect.what !== "RESOURCE") state.ids.set(effect.what, key);
        return this.#open(effect.what, key);
      }
      case "expirevar": {
        const stored = this.#stored(effect.collection, effect.key.expand(state));
        if (stored !== undefined) {
          stored.expires = state.clock.now() + toInteger(effect.seconds.expand(state)) * 1000;
        }
        return;
      }
      case "deprecatevar":
        return this.#lower(effect);
      case "setenv":
        state.env.set(effect.key, effect.value.expand(state));
        return;
      case "sanitise":
        this.#controls.hide(effect.what, effect.name);
    }
  }

  #setvar(effect: Effect & { kind: "setvar" }): void {
    const state = this.#state;
    const key = effect.key.expand(state);
    if (effect.how === "unset") return this.#write(effect.collection, key, undefined);
    const operand = effect.value.expand(state);
    if (effect.how === "set") return this.#write(effect.collection, key, operand);
    const old = toInteger(state.lookUp(effect.collection, key.toLowerCase()) ?? "0");
    const sum = effect.how === "add" ? old + toInteger(operand) : old - toInteger(operand);
    // Counters never go below zero (ModSecurity 2, setvar).
    this.#write(effect.collection, key, String(Math.max(0, sum)));
  }

  #write(collection: WritableCollection, key: string, value: string | undefined): void {
    const state = this.#state;
    if (collection === "TX") {
      if (value === undefined) state.tx.unset(key);
      else state.tx.set(key, value);
      return;
    }
    if (collection === "ENV") {
      if (value === undefined) state.env.delete(key);
      else state.env.set(key, value);
      return;
    }
    const open = state.records.get(collection);
    if (open === undefined) return;
    open.changed = true;
    const lower = key.toLowerCase();
    if (value === undefined) open.record.values.delete(lower);
    else {
      const old = liveValue(open.record, lower, state.clock.now());
      open.record.values.set(lower, { ...old, value });
    }
  }

  #open(collection: "GLOBAL" | "IP" | "RESOURCE" | "SESSION" | "USER", key: string): void {
    const state = this.#state;
    if (state.records.has(collection)) return;
    const record = this.#store.load(collection, key) ?? {
      values: new Map(),
      expires: state.clock.now() + this.#timeout * 1000,
    };
    state.records.set(collection, { key, record, changed: false });
  }

  #stored(collection: string, key: string): StoredValue | undefined {
    if (collection === "TX") return undefined;
    const open = this.#state.records.get(collection as "IP");
    if (open === undefined) return undefined;
    open.changed = true;
    return open.record.values.get(key.toLowerCase());
  }

  #lower(effect: Effect & { kind: "deprecatevar" }): void {
    const stored = this.#stored(effect.collection, effect.key.expand(this.#state));
    if (stored === undefined) return;
    const now = this.#state.clock.now();
    const since = stored.lowered ?? this.#state.startedAt;
    const times = Math.floor((now - since) / (effect.seconds * 1000));
    if (times > 0) {
      stored.value = String(Math.max(0, toInteger(stored.value) - times * effect.amount));
      stored.lowered = since + times * effect.seconds * 1000;
    } else stored.lowered ??= since;
  }

  #control(control: (Effect & { kind: "ctl" })["control"]): void {
    const controls = this.#controls;
    switch (control.kind) {
      case "removeRules":
        return controls.removeRules(control.rules);
      case "removeTarget":
        return controls.removeTargets(control.rules, control.targets);
      case "ruleEngine":
        controls.mode = control.mode;
        return;
      case "bodyProcessor":
        this.#state.processor = control.name;
        return;
      case "forceRequestBody":
        controls.forceRequestBody = control.on;
        return;
      case "requestBodyAccess":
        controls.requestBodyAccess = control.on;
        return;
      case "requestBodyLimit":
        controls.requestBodyLimit = control.bytes;
        return;
      case "responseBodyAccess":
        controls.responseBodyAccess = control.on;
        return;
      case "responseBodyLimit":
        controls.responseBodyLimit = control.bytes;
        return;
      case "auditEngine":
        controls.auditEngine = control.mode;
        return;
      case "inert":
    }
  }

  /** Puts back what changed in stored collections. */
  save(): void {
    const { records, clock } = this.#state;
    for (const [collection, open] of records) {
      if (!open.changed) continue;
      open.record.expires = clock.now() + this.#timeout * 1000;
      this.#store.save(collection, open.key, open.record);
    }
  }
}

function liveValue(record: StoredRecord, key: string, now: number): StoredValue | undefined {
  const old = record.values.get(key);
  return old?.expires !== undefined && old.expires <= now ? undefined : old;
}
