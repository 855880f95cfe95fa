import type { Word } from "#parse/word.ts";
import type { Control, RuleSelector } from "#rule/effect.ts";
import { parseIdRanges, selectByText } from "#rule/select.ts";
import { compileTargets } from "#rule/targets.ts";
import { bodyProcessors } from "#body/processor.ts";
import type { Target } from "#rule/model.ts";

/** Makes a word of a part of an action's value, so that its errors name a place. */
export type SubWord = (text: string) => Word;
type Fail = (problem: string) => never;

/** Reads what stands behind `ctl:` (reference manual, ctl). */
export function compileControl(value: string, fail: Fail, word: SubWord): Control {
  const cut = value.indexOf("=");
  if (cut < 0) fail("ctl wants option=value");
  const option = value.slice(0, cut).trim();
  const setting = value.slice(cut + 1).trim();
  switch (option.toLowerCase()) {
    case "ruleremovebyid":
      return { kind: "removeRules", rules: byId(setting, fail) };
    case "ruleremovebytag":
      return { kind: "removeRules", rules: selectByText("tag", setting, fail) };
    case "ruleremovebymsg":
      return { kind: "removeRules", rules: selectByText("msg", setting, fail) };
    case "ruleremovetargetbyid":
      return removeTarget(setting, fail, word, (text) => byId(text, fail));
    case "ruleremovetargetbytag":
      return removeTarget(setting, fail, word, (text) => selectByText("tag", text, fail));
    case "ruleremovetargetbymsg":
      return removeTarget(setting, fail, word, (text) => selectByText("msg", text, fail));
    case "ruleengine":
      return {
        kind: "ruleEngine",
        mode: pick({ on: "on", off: "off", detectiononly: "detect" }, setting, fail),
      };
    case "requestbodyprocessor": {
      const name = setting.toUpperCase();
      if (!Object.hasOwn(bodyProcessors, name)) fail(`unknown request body processor ${setting}`);
      return { kind: "bodyProcessor", name };
    }
    case "forcerequestbodyvariable":
      return { kind: "forceRequestBody", on: onOff(setting, fail) };
    case "requestbodyaccess":
      return { kind: "requestBodyAccess", on: onOff(setting, fail) };
    case "responsebodyaccess":
      return { kind: "responseBodyAccess", on: onOff(setting, fail) };
    case "requestbodylimit":
      return { kind: "requestBodyLimit", bytes: bytes(setting, fail) };
    case "responsebodylimit":
      return { kind: "responseBodyLimit", bytes: bytes(setting, fail) };
    case "auditengine":
      return {
        kind: "auditEngine",
        mode: pick({ on: "on", off: "off", relevantonly: "relevant" }, setting, fail),
      };
    case "auditlogparts":
    case "debugloglevel":
    case "hashengine":
    case "hashenforcement":
      return { kind: "inert" };
    default:
      return fail(`unknown ctl option ${option}`);
  }
}

function byId(text: string, fail: Fail): RuleSelector {
  return { kind: "id", ranges: parseIdRanges(text, fail) };
}

function removeTarget(
  setting: string,
  fail: Fail,
  word: SubWord,
  select: (text: string) => RuleSelector,
): Control {
  const cut = setting.indexOf(";");
  if (cut < 0) fail("a target is missing after ;");
  const targets: readonly Target[] = compileTargets(word(setting.slice(cut + 1))).include;
  return { kind: "removeTarget", rules: select(setting.slice(0, cut)), targets };
}

function pick<T>(values: Readonly<Record<string, T>>, text: string, fail: Fail): T {
  const found = values[text.toLowerCase()];
  return found ?? fail(`"${text}" is none of ${Object.keys(values).join(", ")}`);
}

function onOff(text: string, fail: Fail): boolean {
  return pick({ on: true, off: false }, text, fail);
}

function bytes(text: string, fail: Fail): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : fail(`"${text}" is no number of bytes`);
}
