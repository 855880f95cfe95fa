import type { Directive } from "#parse/directive.ts";
import { RuleError } from "#parse/position.ts";
import type { Word } from "#parse/word.ts";
import type { ActionDraft } from "#rule/actions.ts";
import type { RuleSelector } from "#rule/effect.ts";
import type { Entry, Rule, Target } from "#rule/model.ts";
import { parseIdRanges, selectByText, selects } from "#rule/select.ts";
import { compileTargets, extendTargets, targetSetKey } from "#rule/targets.ts";

/**
 * Takes a directive that changes rules loaded before it: SecRuleRemoveBy…, SecRuleUpdateTargetBy…,
 * SecRuleUpdateActionById. False where the directive is none of them.
 */
export function applyUpdate(
  directive: Directive,
  rules: Map<number, Rule>,
  entries: Entry[],
  actions: (word: Word) => ActionDraft,
): boolean {
  const found = /^secrule(remove|updatetarget|updateaction)by(id|tag|msg)$/.exec(
    directive.name.text.toLowerCase(),
  );
  if (found === null || (found[1] === "updateaction" && found[2] !== "id")) return false;
  const [first, ...rest] = directive.args;
  if (first === undefined) throw new RuleError("an argument is missing", directive.position);
  const by = found[2] as "id" | "tag" | "msg";
  if (found[1] === "remove") {
    const words = by === "id" ? directive.args.map((word) => word.text).join(" ") : first.text;
    remove(selector(by, words, first), rules, entries);
  } else if (found[1] === "updatetarget") {
    updateTargets(matching(selector(by, first.text, first), rules), rest, first);
  } else updateAction(first, rest[0], rules, actions);
  return true;
}

function selector(by: "id" | "tag" | "msg", text: string, word: Word): RuleSelector {
  const fail = (problem: string): never => word.fail(problem);
  if (by === "id") return { kind: "id", ranges: parseIdRanges(text, fail) };
  return selectByText(by, text, fail);
}

function matching(select: RuleSelector, rules: ReadonlyMap<number, Rule>): Rule[] {
  if (select.kind === "id" && select.ranges.every(([from, to]) => from === to)) {
    return select.ranges.map(([id]) => rules.get(id)).filter((rule) => rule !== undefined);
  }
  return [...rules.values()].filter((rule) => selects(select, rule));
}

function remove(select: RuleSelector, rules: Map<number, Rule>, entries: Entry[]): void {
  const gone = new Set(matching(select, rules));
  if (gone.size === 0) return;
  for (const rule of gone) rules.delete(rule.id);
  const kept = entries.filter((entry) => entry.kind === "marker" || !gone.has(entry.rule));
  entries.splice(0, entries.length, ...kept);
}

function updateTargets(rules: readonly Rule[], words: readonly Word[], first: Word): void {
  const [added, replaced] = words;
  if (added === undefined) return first.fail("the targets are missing");
  const more = compileTargets(added);
  const dropped = replaced === undefined ? [] : compileTargets(replaced).include.map(spelling);
  for (const rule of rules) {
    const kept = rule.targets.include.filter((target) => !dropped.includes(spelling(target)));
    rule.targets = extendTargets({ include: kept, exclude: rule.targets.exclude }, more);
  }
}

function spelling(target: Target): string {
  return targetSetKey({ include: [target], exclude: [] });
}

function updateAction(
  idWord: Word,
  actionWord: Word | undefined,
  rules: ReadonlyMap<number, Rule>,
  actions: (word: Word) => ActionDraft,
): void {
  if (actionWord === undefined) return idWord.fail("the actions are missing");
  const found = /^(\d{1,15})(?::(\d{1,3}))?$/.exec(idWord.text);
  if (found === null) return idWord.fail(`"${idWord.text}" is no id`);
  const draft = actions(actionWord);
  if (draft.id !== undefined || draft.phase !== undefined || draft.chain) {
    actionWord.fail("id, phase and chain can't be updated");
  }
  let rule = rules.get(Number(found[1]));
  for (let i = Number(found[2] ?? 0); i > 0; i--) rule = rule?.next;
  if (rule === undefined) return;
  if (draft.disruption !== undefined) rule.disruption = draft.disruption;
  if (draft.status !== undefined) rule.status = draft.status;
  if (draft.log !== undefined) rule.log = draft.log;
  if (draft.auditLog !== undefined) rule.auditLog = draft.auditLog;
  if (draft.msg !== undefined) rule.msg = draft.msg;
  if (draft.logData !== undefined) rule.logData = draft.logData;
  if (draft.severity !== undefined) rule.severity = draft.severity;
  if (draft.version !== undefined) rule.version = draft.version;
  if (draft.revision !== undefined) rule.revision = draft.revision;
  if (draft.transformsReset || draft.transforms.length > 0) {
    rule.transforms = [...(draft.transformsReset ? [] : rule.transforms), ...draft.transforms];
  }
  rule.tags = [...rule.tags, ...draft.tags];
  rule.effects = [...rule.effects, ...draft.effects];
}
