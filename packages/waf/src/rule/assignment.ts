import type { Effect, WritableCollection } from "#rule/effect.ts";
import { Macro } from "#rule/macro.ts";

type Fail = (problem: string) => never;

const writable: Readonly<Record<string, WritableCollection>> = {
  env: "ENV",
  global: "GLOBAL",
  ip: "IP",
  resource: "RESOURCE",
  session: "SESSION",
  tx: "TX",
  user: "USER",
};

/** Reads `tx.name=+%{tx.other}`, `!tx.name`, `tx.name` (reference manual, setvar). */
export function compileSetvar(text: string, fail: Fail): Effect {
  const unset = text.startsWith("!");
  const [, name = "", sign, operand] =
    /^([^=]*)(?:=([+-]?)([\s\S]*))?$/.exec(unset ? text.slice(1) : text) ?? [];
  const { collection, key } = splitName(name.trim(), fail);
  if (unset) {
    return { kind: "setvar", collection, key, how: "unset", value: new Macro("", fail) };
  }
  const how = sign === "+" ? "add" : sign === "-" ? "subtract" : "set";
  return { kind: "setvar", collection, key, how, value: new Macro(operand ?? "1", fail) };
}

/** Reads `ip.name=60` (reference manual, expirevar). */
export function compileExpirevar(text: string, fail: Fail): Effect {
  const cut = text.indexOf("=");
  if (cut < 0) fail("expirevar wants name=seconds");
  const { collection, key } = splitName(text.slice(0, cut).trim(), fail);
  if (collection === "ENV") fail("ENV does not expire");
  const seconds = new Macro(text.slice(cut + 1), fail);
  return { kind: "expirevar", collection, key, seconds };
}

/** Reads `session.score=60/300`: less 60 every 300 seconds (reference manual, deprecatevar). */
export function compileDeprecatevar(text: string, fail: Fail): Effect {
  const found = /^([^=]+)=(\d{1,9})\/(\d{1,9})$/.exec(text);
  if (found === null) return fail("deprecatevar wants name=amount/seconds");
  const { collection, key } = splitName(found[1] as string, fail);
  if (collection === "ENV" || collection === "TX") fail(`${collection} is not stored`);
  return {
    kind: "deprecatevar",
    collection,
    key,
    amount: Number(found[2]),
    seconds: Math.max(1, Number(found[3])),
  };
}

/** Reads `ip=%{remote_addr}` (reference manual, initcol). */
export function compileInitcol(text: string, fail: Fail): Effect {
  const cut = text.indexOf("=");
  const collection = writable[text.slice(0, Math.max(cut, 0)).trim().toLowerCase()];
  if (cut < 0 || collection === undefined || collection === "TX" || collection === "ENV") {
    return fail("initcol wants global, ip, resource, session or user = key");
  }
  return { kind: "initcol", collection, key: new Macro(text.slice(cut + 1).trim(), fail) };
}

function splitName(name: string, fail: Fail): { collection: WritableCollection; key: Macro } {
  const dot = name.search(/[.:]/);
  const collection = dot < 0 ? undefined : writable[name.slice(0, dot).toLowerCase()];
  if (collection === undefined) return fail(`"${name}" names no collection that can be written`);
  if (dot + 1 >= name.length) fail("the variable's name is missing");
  return { collection, key: new Macro(name.slice(dot + 1), fail) };
}
