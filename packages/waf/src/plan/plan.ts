import type { Operator } from "#operator/operator.ts";
import { Gate } from "#plan/gate.ts";
import { resolveJumps } from "#plan/jumps.ts";
import { SlotNames } from "#plan/slots.ts";
import {
  headVariables,
  type PlannedTarget,
  type PlannedTargets,
  responseVariables,
  type Step,
} from "#plan/step.ts";
import { findPlays, type Plays } from "#plan/plays.ts";
import { type Stage, StageTree } from "#plan/stage.ts";
import type { BuiltRules } from "#rule/builder.ts";
import type { Entry, Rule, Target, TargetSet } from "#rule/model.ts";
import { targetSetKey } from "#rule/targets.ts";
import { isVolatile } from "#rule/variables.ts";
import { type Transform, transforms } from "#transform/registry.ts";

/** Places of one phase: from the first to before the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A rule set compiled once: what rules share is found and numbered. */
export interface Plan {
  /** The first rules of all chains by place; each phase begins at a multiple of 32. */
  readonly steps: readonly (Step | undefined)[];
  /** The later rules of chains that values can rule out, by their gate. */
  readonly links: ReadonlyMap<number, Step>;
  /** How many places and gates there are. */
  readonly gates: number;
  /** Phase 1 to 5, at index 0 to 4. */
  readonly phases: readonly Range[];
  readonly gate: Gate;
  readonly slots: SlotNames;
  readonly plays: Plays;
  readonly operators: readonly Operator[];
}

/** Makes the plan in steps, so that a thread can do other things in between. */
export function makePlan(built: BuiltRules): Generator<undefined, Plan> {
  return new Planner().run(built);
}

class Planner {
  readonly #slots = new SlotNames();
  readonly #stages = new StageTree();
  readonly #pure: Operator[] = [];
  readonly #pureIndex = new Map<string, number>();
  readonly #fileKeys = new Map<Operator, string>();
  readonly #operators = new Set<Operator>();
  readonly #targets = new Map<string, PlannedTargets>();
  readonly #bases = new Map<string, number>();
  readonly #links = new Map<number, Step>();
  #chains = 0;

  *run(built: BuiltRules): Generator<undefined, Plan> {
    const steps: (Step | undefined)[] = [];
    const phases: Range[] = [];
    for (const entries of built.phases) {
      phases.push(this.#phase(entries, steps));
      yield;
    }
    const gates = this.#addGates(steps);
    const plays = findPlays(steps, this.#slots);
    yield;
    return {
      steps,
      links: this.#links,
      gates,
      phases,
      gate: new Gate(this.#pure),
      slots: this.#slots,
      plays,
      operators: [...this.#operators],
    };
  }

  #phase(entries: readonly Entry[], steps: (Step | undefined)[]): Range {
    const rules = entries.flatMap((entry) => (entry.kind === "rule" ? [entry.rule] : []));
    const jumps = resolveJumps(entries);
    // A place lies between phases, so that the end of one is not the start of the next.
    do steps.push(undefined);
    while (steps.length % 32 !== 0);
    const from = steps.length;
    for (const rule of rules) {
      const local = jumps.get(rule);
      const jump = local === undefined ? -1 : from + local;
      steps.push(this.#step(rule, rule, { index: this.#chains++, place: steps.length, jump }));
    }
    return { from, to: steps.length };
  }

  #step(rule: Rule, first: Rule, at: { index: number; place: number; jump: number }): Step {
    const stage = this.#stages.stageFor(rule.transforms, transformNamed);
    const targets = this.#plannedTargets(rule.targets);
    const operator = rule.operator === undefined ? undefined : this.#shared(rule.operator);
    this.#nameSlots(rule);
    const [only] = targets.list;
    const quick =
      targets.list.length === 1 && only?.exclude.length === 0 && stage.parent === undefined
        ? only
        : undefined;
    const next =
      rule.next === undefined ? undefined : this.#step(rule.next, first, { ...at, jump: -1 });
    const valued =
      operator?.pure === true && !targets.volatile && targets.list.every((target) => !target.count);
    return {
      rule,
      first,
      ...at,
      operator,
      pure: operator?.pure === true ? this.#pureNumber(operator) : -1,
      negated: rule.negated,
      stage,
      stages: path(stage),
      targets,
      slot: quick?.slot ?? -1,
      count: quick?.count ?? false,
      next,
      valued,
      gate: valued && rule === first ? at.place : -1,
      guards: [],
    };
  }

  /**
   * Gives a gate to the later rules of a chain that values can rule out, as long as nothing that runs
   * before them in the chain leaves a trace. Returns how many places and gates there are.
   */
  #addGates(steps: (Step | undefined)[]): number {
    let gate = steps.length;
    for (const [place, first] of steps.entries()) {
      if (first?.next === undefined) continue;
      const guards: number[] = [];
      const links = [first];
      for (let step: Step | undefined = first; step !== undefined; step = step.next) {
        const link: Step = step.valued && step !== first ? { ...step, gate: gate++ } : step;
        if (step !== first) links.push(link);
        if (link.gate >= 0 && link !== first) guards.push(link.gate);
        if (!leavesNoTrace(step)) {
          for (let rest = step.next; rest !== undefined; rest = rest.next) links.push(rest);
          break;
        }
      }
      if (guards.length > 0) steps[place] = this.#relink(links, guards);
    }
    return gate;
  }

  /** The chain made anew with what is known of it now. */
  #relink(links: readonly Step[], guards: readonly number[]): Step {
    let next: Step | undefined;
    for (const link of links.toReversed()) {
      next = { ...link, next, guards: link === links[0] ? guards : [] };
      if (next.gate >= 0 && link !== links[0]) this.#links.set(next.gate, next);
    }
    return next as Step;
  }

  /** Numbers the TX variables that a rule writes, and those that its macros read. */
  #nameSlots(rule: Rule): void {
    const macros = [rule.operator?.macro];
    for (const effect of rule.effects) {
      if (effect.kind !== "setvar") continue;
      macros.push(effect.key, effect.value);
      if (effect.collection === "TX" && effect.key.constant !== undefined)
        this.#slots.slotOf(effect.key.constant);
    }
    for (const { variable, key } of macros.flatMap((macro) => macro?.references ?? [])) {
      if (variable === "TX" && key !== undefined) this.#slots.slotOf(key);
    }
  }

  #pureNumber(operator: Operator): number {
    return this.#pureIndex.get(this.#key(operator)) as number;
  }

  /** Equal for operators that do the same; those that read a file are the same only as objects. */
  #key(operator: Operator): string {
    if (!operator.name.endsWith("fromfile")) return `${operator.name} ${operator.argument}`;
    const known = this.#fileKeys.get(operator) ?? `file ${this.#fileKeys.size}`;
    this.#fileKeys.set(operator, known);
    return known;
  }

  /** Equal pure operators are run once. */
  #shared(operator: Operator): Operator {
    this.#operators.add(operator);
    if (!operator.pure) return operator;
    const key = this.#key(operator);
    const known = this.#pureIndex.get(key);
    if (known !== undefined) {
      this.#operators.delete(operator);
      return this.#pure[known] as Operator;
    }
    this.#pureIndex.set(key, this.#pure.length);
    this.#pure.push(operator);
    return operator;
  }

  #base(target: Target): number {
    const key = targetSetKey({ include: [target], exclude: [] });
    let number = this.#bases.get(key);
    if (number === undefined) {
      number = this.#bases.size;
      this.#bases.set(key, number);
    }
    return number;
  }

  #plannedTargets(set: TargetSet): PlannedTargets {
    const key = targetSetKey(set);
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const list = set.include.map(
      (target): PlannedTarget => ({
        ...target,
        slot:
          target.variable === "TX" && target.selector.kind === "name"
            ? this.#slots.slotOf(target.selector.lower)
            : -1,
        base: this.#base(target),
        exclude: set.exclude.filter((other) => other.variable === target.variable),
        changes: responseVariables.has(target.variable)
          ? 2
          : headVariables.has(target.variable)
            ? 0
            : 1,
      }),
    );
    const planned: PlannedTargets = {
      index: this.#targets.size,
      list,
      volatile: list.some((target) => isVolatile(target.variable)),
    };
    this.#targets.set(key, planned);
    return planned;
  }
}

/** True where a rule of a chain that is passed has neither changed nor reported anything. */
function leavesNoTrace({ rule, operator, negated }: Step): boolean {
  const captures = rule.capture && !negated && operator?.captures !== undefined;
  return rule.effects.length === 0 && !captures && operator?.pure !== false;
}

function transformNamed(name: string): Transform {
  return transforms[name] as Transform;
}

function path(stage: Stage): Stage[] {
  const out: Stage[] = [];
  for (let at: Stage | undefined = stage; at !== undefined; at = at.parent) out.unshift(at);
  return out;
}
