import type { Operator } from "#operator/operator.ts";
import { Gate } from "#plan/gate.ts";
import { SlotNames } from "#plan/slots.ts";
import {
  headVariables,
  type PlannedTarget,
  type PlannedTargets,
  responseVariables,
  type Step,
} from "#plan/step.ts";
import { type Stage, StageTree } from "#plan/text.ts";
import type { BuiltRules } from "#rule/builder.ts";
import type { Entry, Rule, Target, TargetSet } from "#rule/model.ts";
import { targetSetKey } from "#rule/targets.ts";
import { isVolatile } from "#rule/variables.ts";
import { type Transform, transforms } from "#transform/registry.ts";

/** A rule set compiled once: what rules share is found and numbered. */
export interface Plan {
  /** Phase 1 to 5, at index 0 to 4. */
  readonly phases: readonly (readonly Step[])[];
  readonly gate: Gate;
  readonly slots: SlotNames;
  readonly operators: readonly Operator[];
  readonly pieceCount: number;
  readonly chainCount: number;
}

export function makePlan(built: BuiltRules): Plan {
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
  readonly #pieces = new Map<string, number>();
  readonly #bases = new Map<string, number>();
  #chains = 0;

  run(built: BuiltRules): Plan {
    const phases = built.phases.map((entries) => this.#phase(entries));
    return {
      phases,
      gate: new Gate(this.#pure),
      slots: this.#slots,
      operators: [...this.#operators],
      pieceCount: this.#pieces.size,
      chainCount: this.#chains,
    };
  }

  #phase(entries: readonly Entry[]): Step[] {
    const rules = entries.flatMap((entry) => (entry.kind === "rule" ? [entry.rule] : []));
    const jumps = resolveJumps(entries);
    return rules.map((rule) => {
      const index = this.#chains++;
      return this.#step(rule, rule, index, jumps.get(rule) ?? -1);
    });
  }

  #step(rule: Rule, first: Rule, index: number, jump: number): Step {
    const stage = this.#stages.stageFor(rule.transforms, transformNamed);
    const targets = this.#plannedTargets(rule.targets);
    const operator = rule.operator === undefined ? undefined : this.#shared(rule.operator);
    for (const effect of rule.effects) {
      if (
        effect.kind === "setvar" &&
        effect.collection === "TX" &&
        effect.key.constant !== undefined
      ) {
        this.#slots.slotOf(effect.key.constant);
      }
    }
    const [only] = targets.list;
    const quick =
      targets.list.length === 1 && only?.exclude.length === 0 && stage.parent === undefined
        ? only
        : undefined;
    return {
      rule,
      first,
      index,
      operator,
      pure: operator?.pure === true ? this.#pureNumber(operator) : -1,
      negated: rule.negated,
      stage,
      stages: path(stage),
      targets,
      pieces: targets.list.map((target) => this.#piece(target, stage)),
      slot: quick?.slot ?? -1,
      count: quick?.count ?? false,
      next: rule.next === undefined ? undefined : this.#step(rule.next, first, index, -1),
      jump,
    };
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

  #piece(target: PlannedTarget, stage: Stage): number {
    const key = `${target.base} ${stage.index}`;
    let number = this.#pieces.get(key);
    if (number === undefined) {
      number = this.#pieces.size;
      this.#pieces.set(key, number);
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

function transformNamed(name: string): Transform {
  return transforms[name] as Transform;
}

function path(stage: Stage): Stage[] {
  const out: Stage[] = [];
  for (let at: Stage | undefined = stage; at !== undefined; at = at.parent) out.unshift(at);
  return out;
}

/** For each rule that skips: the number of the step where its phase goes on. */
function resolveJumps(entries: readonly Entry[]): Map<Rule, number> {
  const jumps = new Map<Rule, number>();
  const total = entries.filter((entry) => entry.kind === "rule").length;
  let step = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== "rule") continue;
    step++;
    const { rule } = entry;
    if (rule.skip > 0) jumps.set(rule, Math.min(total, step + rule.skip));
    if (rule.skipAfter !== undefined)
      jumps.set(rule, landing(entries, index, rule.skipAfter, step, total));
  }
  return jumps;
}

/** The step behind the next marker of that label, or behind the rule of that id; else the phase's end. */
function landing(
  entries: readonly Entry[],
  from: number,
  label: string,
  step: number,
  total: number,
): number {
  let at = step;
  for (const entry of entries.slice(from + 1)) {
    if (entry.kind === "marker") {
      if (entry.label === label) return at;
    } else {
      at++;
      if (String(entry.rule.id) === label) return at;
    }
  }
  return total;
}
