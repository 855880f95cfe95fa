import { parseActions, type RawAction } from "#parse/action.ts";
import type { Word } from "#parse/word.ts";
import {
  compileDeprecatevar,
  compileExpirevar,
  compileInitcol,
  compileSetvar,
} from "#rule/assignment.ts";
import { compileControl, type SubWord } from "#rule/control.ts";
import type { Effect } from "#rule/effect.ts";
import { Macro } from "#rule/macro.ts";
import type { Disruption, Phase } from "#rule/model.ts";
import { transforms } from "#transform/registry.ts";
import { severities } from "#rule/severity.ts";

/** What a list of actions says, before the defaults of its phase are mixed in. */
export interface ActionDraft {
  id?: number;
  phase?: Phase;
  disruption?: Disruption;
  block?: true;
  status?: number;
  log?: boolean;
  auditLog?: boolean;
  msg?: Macro;
  logData?: Macro;
  tags: Macro[];
  severity?: number;
  version?: string;
  revision?: string;
  effects: Effect[];
  transforms: string[];
  /** `t:none` was there: the defaults' transformations don't count. */
  transformsReset: boolean;
  multiMatch: boolean;
  capture: boolean;
  skip: number;
  skipAfter?: string;
  chain: boolean;
}

type Fail = (problem: string) => never;
type Handler = (draft: ActionDraft, value: string, fail: Fail, word: SubWord) => void;

const phaseNames: Readonly<Record<string, Phase>> = { request: 2, response: 4, logging: 5 };

function disrupt(kind: "pass" | "deny" | "drop"): Handler {
  return (draft) => {
    draft.disruption = { kind };
  };
}

function sanitise(what: "arg" | "requestHeader" | "responseHeader" | "matched"): Handler {
  return (draft, name) =>
    void draft.effects.push({ kind: "sanitise", what, name: name.toLowerCase() });
}

function identify(what: "SESSION" | "USER" | "RESOURCE"): Handler {
  return (draft, value, fail) =>
    void draft.effects.push({ kind: "identify", what, key: new Macro(value, fail) });
}

/** Every action, by its lower-case name (reference manual, "Actions"). */
const handlers: Readonly<Record<string, Handler>> = {
  accuracy: () => undefined,
  allow(draft, value, fail) {
    const scope = { "": "transaction", phase: "phase", request: "request" } as const;
    const found = Object.entries(scope).find(([name]) => name === value.toLowerCase());
    if (found === undefined) return fail(`allow takes phase or request, not "${value}"`);
    draft.disruption = { kind: "allow", scope: found[1] };
  },
  auditlog(draft) {
    draft.auditLog = true;
  },
  block(draft) {
    draft.block = true;
  },
  capture(draft) {
    draft.capture = true;
  },
  chain(draft) {
    draft.chain = true;
  },
  ctl(draft, value, fail, word) {
    draft.effects.push({ kind: "ctl", control: compileControl(value, fail, word) });
  },
  deny: disrupt("deny"),
  deprecatevar: (draft, value, fail) => void draft.effects.push(compileDeprecatevar(value, fail)),
  drop: disrupt("drop"),
  expirevar: (draft, value, fail) => void draft.effects.push(compileExpirevar(value, fail)),
  id(draft, value, fail) {
    if (!/^\d{1,15}$/.test(value)) fail(`"${value}" is no id`);
    draft.id = Number(value);
  },
  initcol: (draft, value, fail) => void draft.effects.push(compileInitcol(value, fail)),
  log(draft) {
    draft.log = true;
    draft.auditLog = true;
  },
  logdata(draft, value, fail) {
    draft.logData = new Macro(value, fail);
  },
  maturity: () => undefined,
  msg(draft, value, fail) {
    draft.msg = new Macro(value, fail);
  },
  multimatch(draft) {
    draft.multiMatch = true;
  },
  noauditlog(draft) {
    draft.auditLog = false;
  },
  nolog(draft) {
    draft.log = false;
    draft.auditLog = false;
  },
  pass: disrupt("pass"),
  phase(draft, value, fail) {
    const phase = phaseNames[value.toLowerCase()] ?? Number(value);
    if (![1, 2, 3, 4, 5].includes(phase)) fail(`"${value}" is no phase`);
    draft.phase = phase as Phase;
  },
  redirect(draft, value, fail) {
    if (value === "") fail("redirect wants an address");
    draft.disruption = { kind: "redirect", to: new Macro(value, fail) };
  },
  rev(draft, value) {
    draft.revision = value;
  },
  sanitisearg: sanitise("arg"),
  sanitisematched: sanitise("matched"),
  sanitiserequestheader: sanitise("requestHeader"),
  sanitiseresponseheader: sanitise("responseHeader"),
  sanitizearg: sanitise("arg"),
  sanitizematched: sanitise("matched"),
  sanitizerequestheader: sanitise("requestHeader"),
  sanitizeresponseheader: sanitise("responseHeader"),
  setenv(draft, value, fail) {
    const cut = value.indexOf("=");
    const key = cut < 0 ? value : value.slice(0, cut);
    if (key === "") fail("setenv wants name=value");
    draft.effects.push({
      kind: "setenv",
      key,
      value: new Macro(cut < 0 ? "1" : value.slice(cut + 1), fail),
    });
  },
  setrsc: identify("RESOURCE"),
  setsid: identify("SESSION"),
  setuid: identify("USER"),
  setvar: (draft, value, fail) => void draft.effects.push(compileSetvar(value, fail)),
  severity(draft, value, fail) {
    const named = severities.indexOf(value.toUpperCase());
    const severity = named >= 0 ? named : /^[0-7]$/.test(value) ? Number(value) : -1;
    if (severity < 0) fail(`"${value}" is no severity`);
    draft.severity = severity;
  },
  skip(draft, value, fail) {
    if (!/^\d{1,6}$/.test(value)) fail("skip wants a number of rules");
    draft.skip = Number(value);
  },
  skipafter(draft, value, fail) {
    if (value === "") fail("skipAfter wants a marker or an id");
    draft.skipAfter = value;
  },
  status(draft, value, fail) {
    if (!/^[1-5]\d\d$/.test(value)) fail(`"${value}" is no status`);
    draft.status = Number(value);
  },
  t(draft, value, fail) {
    const name = value.toLowerCase();
    if (name === "none") {
      draft.transforms = [];
      draft.transformsReset = true;
    } else if (Object.hasOwn(transforms, name)) draft.transforms.push(name);
    else fail(`unknown transformation ${value}`);
  },
  tag: (draft, value, fail) => void draft.tags.push(new Macro(value, fail)),
  ver(draft, value) {
    draft.version = value;
  },
  xmlns: () => undefined,
};

/** Actions that stand alone: a value behind them is a mistake. */
const bare = new Set([
  "auditlog",
  "block",
  "capture",
  "chain",
  "deny",
  "drop",
  "log",
  "multimatch",
  "noauditlog",
  "nolog",
  "pass",
]);

function emptyDraft(): ActionDraft {
  return {
    tags: [],
    effects: [],
    transforms: [],
    transformsReset: false,
    multiMatch: false,
    capture: false,
    skip: 0,
    chain: false,
  };
}

/** Reads and checks a list of actions. */
export function compileActions(
  word: Word | undefined,
  subWord: (text: string, from: Word, index: number) => Word,
): ActionDraft {
  const draft = emptyDraft();
  if (word === undefined) return draft;
  for (const action of parseActions(word)) apply(draft, action, subWord);
  return draft;
}

function apply(
  draft: ActionDraft,
  action: RawAction,
  subWord: (text: string, from: Word, index: number) => Word,
): void {
  const { name, value, word, index } = action;
  const fail = (problem: string): never => word.fail(problem, index);
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler === undefined) return fail(`unknown action ${name}`);
  if (bare.has(name) ? value !== undefined : value === undefined && name !== "allow") {
    if (name !== "sanitisematched" && name !== "sanitizematched") {
      fail(bare.has(name) ? `${name} takes no value` : `${name} wants a value`);
    }
  }
  handler(draft, value ?? "", fail, (text) => subWord(text, word, index));
}
