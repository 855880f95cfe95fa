import type { Entry, Rule } from "#rule/model.ts";

/** For each rule that skips: the number of the step where its phase goes on. */
export function resolveJumps(entries: readonly Entry[]): Map<Rule, number> {
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
