import { type Clock, systemClock } from "@egide/std/clock.ts";
import { libinjection } from "#operator/libinjection.ts";
import type { InjectionDetector, Operator } from "#operator/operator.ts";
import { parseFile } from "#parse/directive.ts";
import { RuleError } from "#parse/position.ts";
import { makePlan, type Plan } from "#plan/plan.ts";
import { SharedTexts, TextStore } from "#plan/text.ts";
import type { PatternMemory } from "#regex/facts.ts";
import { Overlay } from "#run/overlay.ts";
import { QuietPaths } from "#run/quiet.ts";
import type { TransactionSettings } from "#run/settings.ts";
import { type CollectionStore, MemoryStore } from "#run/stored.ts";
import { type Engine, Transaction } from "#run/transaction.ts";
import { type BuiltRules, RuleBuilder } from "#rule/builder.ts";
import type { RuleSelector } from "#rule/effect.ts";
import type { Rule } from "#rule/model.ts";
import { selects } from "#rule/select.ts";

/** A rule file or a data file, by the name that rules and errors call it. */
export interface RuleFile {
  readonly name: string;
  /** Its bytes, one char a byte. */
  readonly text: string;
}

export interface LoadOptions {
  /** Data files (`@pmFromFile`), found by their base name. */
  readonly data?: readonly RuleFile[];
  readonly clock?: Clock;
  readonly store?: CollectionStore;
  readonly injection?: InjectionDetector;
  /** What earlier loads found out about patterns, and what this one does. */
  readonly patterns?: PatternMemory;
  /** False evaluates every rule plainly, without plan, prefilter or shared results. */
  readonly prefilter?: boolean;
}

/** Loads rule files in their order. Throws a RuleError that names file, line and column. */
export function loadRuleSet(files: readonly RuleFile[], options: LoadOptions = {}): RuleSet {
  const steps = loadInSteps(files, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in many small steps, for a thread on which others wait meanwhile. */
export function* loadInSteps(
  files: readonly RuleFile[],
  options: LoadOptions = {},
): Generator<undefined, RuleSet> {
  const data = new Map((options.data ?? []).map((file) => [baseName(file.name), file.text]));
  const builder = new RuleBuilder({
    injection: options.injection ?? sharedInjection(),
    ...(options.patterns === undefined ? {} : { patterns: options.patterns }),
    data: (name) => data.get(baseName(name)),
  });
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const file of files) yield* addFile(file, builder, byName, 0);
  const built = builder.finish();
  yield;
  return new RuleSet(built, yield* makePlan(built), options);
}

function* addFile(
  file: RuleFile,
  builder: RuleBuilder,
  byName: ReadonlyMap<string, RuleFile>,
  depth: number,
): Generator<undefined, void> {
  for (const directive of parseFile(file.name, file.text)) {
    yield;
    if (!/^include(?:optional)?$/i.test(directive.name.text)) {
      builder.add(directive);
      continue;
    }
    const word = directive.args[0];
    if (word === undefined) throw new RuleError("Include wants a file", directive.position);
    const included = byName.get(word.text) ?? word.fail(`the file ${word.text} was not handed in`);
    if (depth > 8) word.fail("files include each other too deeply");
    yield* addFile(included, builder, byName, depth + 1);
  }
}

let injection: InjectionDetector | undefined;

/** The library is loaded once, and only where rules are. */
function sharedInjection(): InjectionDetector {
  injection ??= libinjection();
  return injection;
}

function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
}

/** A loaded rule set: never changes, and is shared by every zone that uses it. */
export class RuleSet {
  readonly rules: ReadonlyMap<number, Rule>;
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #chains = new Map<Rule, number>();
  readonly #found = new WeakMap<RuleSelector, readonly number[]>();

  constructor(built: BuiltRules, plan: Plan, options: LoadOptions) {
    const { config } = built;
    const clock = options.clock ?? systemClock;
    const shared = new SharedTexts();
    this.rules = built.rules;
    this.#plan = plan;
    for (const step of plan.steps) if (step !== undefined) this.#chains.set(step.rule, step.index);
    const find = (rules: RuleSelector): readonly number[] => this.#find(rules);
    const store = options.store ?? new MemoryStore(clock);
    let count = 0;
    this.#engine = {
      config,
      plan,
      paths: new QuietPaths(plan, clock, store),
      clock,
      baseOverlay: new Overlay(find, config.unicodeMap),
      store,
      texts: () =>
        options.prefilter === false
          ? undefined
          : new TextStore(plan.gate, shared, config.unicodeMap),
      nextId: () => `${clock.now().toString(36)}-${(count++).toString(36)}`,
    };
  }

  /** Starts a transaction. */
  begin(settings: TransactionSettings = {}): Transaction {
    return new Transaction(this.#engine, settings);
  }

  /** The overlay that takes nothing out: a zone's exclusions start from it. */
  get overlay(): Overlay {
    return this.#engine.baseOverlay;
  }

  /**
   * Compiles what searches would otherwise compile on their first use, one operator a step; call it
   * while idle until it is done, so that no visitor waits.
   */
  *warm(): Generator<Operator, void> {
    for (const operator of this.#plan.operators) {
      operator.warm?.();
      yield operator;
    }
  }

  #find(rules: RuleSelector): readonly number[] {
    let found = this.#found.get(rules);
    if (found === undefined) {
      found = [...this.rules.values()]
        .filter((rule) => selects(rules, rule))
        .map((rule) => this.#chains.get(rule) as number);
      this.#found.set(rules, found);
    }
    return found;
  }
}
