import { captureSlots, isCapture, type SlotNames } from "#plan/slots.ts";
import type { PlannedTargets, Step } from "#plan/step.ts";
import type { Effect } from "#rule/effect.ts";
import type { Macro } from "#rule/macro.ts";
import type { Rule } from "#rule/model.ts";

/** True where a rule depends on named TX variables alone and changes nothing else. */
export function isStill(rule: Rule, targets: PlannedTargets): boolean {
  const { operator } = rule;
  const judged =
    operator === undefined ||
    (targets.list.every((target) => target.slot >= captureSlots && target.exclude.length === 0) &&
      (operator.pure || (operator.macro !== undefined && readsNames(operator.macro))));
  return judged && !rule.capture && rule.effects.every(setsName);
}

/** True for a setvar of a TX variable by its name, to something that TX variables say. */
function setsName(effect: Effect): boolean {
  return (
    effect.kind === "setvar" &&
    effect.collection === "TX" &&
    effect.key.constant !== undefined &&
    !isCapture(effect.key.constant) &&
    readsNames(effect.value)
  );
}

function readsNames(macro: Macro): boolean {
  return macro.references.every(
    ({ variable, key }) => variable === "TX" && key !== undefined && !isCapture(key),
  );
}

/** Marks the slots that a still chain reads or writes. */
export function watch(first: Step, slots: SlotNames, watched: Uint8Array): void {
  for (let step: Step | undefined = first; step !== undefined; step = step.next) {
    const macros = [step.rule.operator?.macro];
    for (const target of step.targets.list) watched[target.slot] = 1;
    for (const effect of step.rule.effects) {
      if (effect.kind !== "setvar") continue;
      watched[slots.slotOf(effect.key.source)] = 1;
      macros.push(effect.value);
    }
    for (const { key } of macros.flatMap((macro) => macro?.references ?? []))
      watched[slots.slotOf(key as string)] = 1;
  }
}
