import type { Rule } from "@egide/waf/rule/model.ts";
import { selects } from "@egide/waf/rule/select.ts";
import { chainOf } from "#rules/facts.ts";
import { utf8 } from "#rules/problems.ts";
import { spellTarget } from "#rules/words/variables.ts";

/** Another rule that takes one, or targets of it, out of a request. */
interface Removal {
  readonly by: Rule;
  /** Empty: the rule as a whole. */
  readonly targets: readonly string[];
}

/** Removals that are told one by one; more are told by the file that they stand in. */
const MOST_SINGLE = 8;
/** Targets of a file that are named. */
const MOST_NAMED = 3;

/** What takes a rule out of requests, in words: some sets hold hundreds for programs that nobody has. */
export function removals(rule: Rule, rules: Iterable<Rule>): string[] {
  const found = [...find(rule, rules)];
  if (found.length <= MOST_SINGLE) return found.map(tellOne);
  const byFile = new Map<string, Removal[]>();
  for (const one of found) {
    const { file } = one.by.position;
    const known = byFile.get(file);
    if (known === undefined) byFile.set(file, [one]);
    else known.push(one);
  }
  return [...byFile].map(([file, list]) =>
    list.length === 1 ? tellOne(list[0] as Removal) : tellFile(file, list),
  );
}

function* find(rule: Rule, rules: Iterable<Rule>): Generator<Removal> {
  for (const by of rules) {
    for (const { effects } of chainOf(by)) {
      for (const effect of effects) {
        if (effect.kind !== "ctl") continue;
        const { control } = effect;
        if (control.kind !== "removeRules" && control.kind !== "removeTarget") continue;
        if (!selects(control.rules, rule)) continue;
        const targets = control.kind === "removeRules" ? [] : control.targets.map(spellTarget);
        yield { by, targets };
      }
    }
  }
}

function tellOne({ by, targets }: Removal): string {
  const what = targets.length === 0 ? "as a whole" : `for ${targets.join(", ")}`;
  const said = utf8(by.msg?.source ?? "");
  const { file, line } = by.position;
  return `${what}, where rule ${by.id} matches${said === "" ? "" : `: ${said}`} (${file}:${line})`;
}

function tellFile(file: string, list: readonly Removal[]): string {
  const targets = [...new Set(list.flatMap((one) => one.targets))];
  const ids = [...new Set(list.map(({ by }) => by.id))];
  const more = targets.length - MOST_NAMED;
  const named = targets.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const isWhole = list.some((one) => one.targets.length === 0);
  const what = [...(isWhole ? ["as a whole"] : []), ...(named === "" ? [] : [`for ${named}`])];
  const range =
    ids.length === 1
      ? `rule ${ids[0]} matches`
      : `one of ${ids.length} rules matches, ${Math.min(...ids)} to ${Math.max(...ids)}`;
  return `${what.join(", or ")}, where ${range} (${file})`;
}
