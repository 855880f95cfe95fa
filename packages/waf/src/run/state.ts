import type { Clock } from "@egide/std/clock.ts";
import {
  headVariables,
  type PlannedTarget,
  type PlannedTargets,
  responseVariables,
} from "#plan/step.ts";
import type { Facts } from "#run/facts.ts";
import { Item, noItems, scalar } from "#run/item.ts";
import { readers } from "#run/readers.ts";
import type { StoredRecord } from "#run/stored.ts";
import type { TxStore } from "#run/tx-store.ts";
import type { MacroScope } from "#rule/macro.ts";
import { picks } from "#rule/pick.ts";
import type { Rule, Target } from "#rule/model.ts";
import type { StoredCollection, VariableName } from "#rule/variables.ts";

/** A stored collection in use: its key and what is kept under it. */
export interface OpenRecord {
  readonly key: string;
  readonly record: StoredRecord;
  changed: boolean;
}

/** Every variable as the rules see it now: the facts, and what the rules themselves wrote. */
export class State implements MacroScope {
  readonly facts: Facts;
  readonly tx: TxStore;
  readonly clock: Clock;
  readonly startedAt: number;
  readonly records = new Map<StoredCollection, OpenRecord>();
  readonly env = new Map<string, string>();
  readonly ids = new Map<"SESSION" | "USER", string>();
  geo: ReadonlyMap<string, string> | undefined;
  matched: Item[] = [];
  /** The rule that runs, for RULE. */
  rule: Rule | undefined;
  processor = "";
  severity = 255;
  webAppId = "";
  readonly #cache = new Map<VariableName, readonly Item[]>();
  readonly #bases: ({ readonly epoch: number; readonly items: readonly Item[] } | undefined)[] = [];
  /** How often the head, the request and the response have changed so far. */
  readonly epochs: [number, number, number] = [0, 0, 0];

  constructor(facts: Facts, tx: TxStore, clock: Clock) {
    this.facts = facts;
    this.tx = tx;
    this.clock = clock;
    this.startedAt = clock.now();
  }

  /** Forgets what was read of the facts, since more of the request or the response is known now. */
  refresh(what: "request" | "response"): void {
    if (what === "request") this.epochs[1]++;
    this.epochs[2]++;
    for (const variable of this.#cache.keys()) {
      const stays =
        what === "request" ? headVariables.has(variable) : !responseVariables.has(variable);
      if (!stays) this.#cache.delete(variable);
    }
  }

  /** All values of a variable. */
  items(variable: VariableName): readonly Item[] {
    const reader = readers[variable];
    if (reader === undefined) return this.#moving(variable);
    let items = this.#cache.get(variable);
    if (items === undefined) {
      items = reader(this.facts, variable);
      this.#cache.set(variable, items);
    }
    return items;
  }

  #moving(variable: VariableName): readonly Item[] {
    switch (variable) {
      case "TX":
        return this.tx.all();
      case "MATCHED_VARS":
        return this.matched.map((item) => new Item(variable, item.name, item.value));
      case "MATCHED_VARS_NAMES":
        return this.matched.map((item) => new Item(variable, item.name, item.name));
      case "MATCHED_VAR":
        return scalar(variable, this.matched.at(-1)?.value);
      case "MATCHED_VAR_NAME":
        return scalar(variable, this.matched.at(-1)?.name);
      case "REQBODY_PROCESSOR":
        return scalar(variable, this.processor);
      case "HIGHEST_SEVERITY":
        return scalar(variable, String(this.severity));
      case "DURATION":
        return scalar(variable, String(Math.round(this.clock.now() - this.startedAt)));
      case "GLOBAL":
      case "IP":
      case "RESOURCE":
      case "SESSION":
      case "USER":
        return this.#stored(variable);
      case "SESSIONID":
        return scalar(variable, this.ids.get("SESSION"));
      case "USERID":
        return scalar(variable, this.ids.get("USER"));
      case "WEBAPPID":
        return scalar(variable, this.webAppId);
      case "ENV":
        return [...this.env].map(([key, value]) => new Item(variable, key, value));
      case "GEO":
        return [...(this.geo ?? [])].map(([key, value]) => new Item(variable, key, value));
      case "RULE":
        return ruleItems(this.rule);
      case "XML":
        return [...this.#xml("/*"), ...this.#xml("//@*")];
      default:
        return variable.startsWith("TIME") ? scalar(variable, this.#time(variable)) : noItems;
    }
  }

  #stored(collection: StoredCollection): Item[] {
    const open = this.records.get(collection);
    if (open === undefined) return [];
    const now = this.clock.now();
    const out: Item[] = [];
    for (const [key, stored] of open.record.values) {
      if (stored.expires === undefined || stored.expires > now) {
        out.push(new Item(collection, key, stored.value));
      }
    }
    return out;
  }

  #time(variable: VariableName): string {
    const now = new Date(this.clock.now());
    const parts: Partial<Record<VariableName, number>> = {
      TIME_DAY: now.getDate(),
      TIME_EPOCH: Math.floor(now.getTime() / 1000),
      TIME_HOUR: now.getHours(),
      TIME_MIN: now.getMinutes(),
      TIME_MON: now.getMonth() + 1,
      TIME_SEC: now.getSeconds(),
      TIME_WDAY: now.getDay(),
      TIME_YEAR: now.getFullYear(),
    };
    const part = parts[variable];
    return part === undefined ? now.toTimeString().slice(0, 8) : String(part);
  }

  /** The values that a list of targets picks, without those excluded here or by `more`. */
  select(targets: PlannedTargets, more: readonly Target[] | undefined): readonly Item[] {
    const [only] = targets.list;
    if (targets.list.length === 1 && only !== undefined) return this.#pick(only, more);
    const out: Item[] = [];
    for (const target of targets.list) {
      for (const item of this.#pick(target, more)) out.push(item);
    }
    return out;
  }

  #pick(target: PlannedTarget, more: readonly Target[] | undefined): readonly Item[] {
    let items = this.#chosen(target);
    if (target.exclude.length > 0) items = items.filter((item) => !excluded(item, target.exclude));
    if (more !== undefined) items = items.filter((item) => !excluded(item, more));
    return target.count ? counted(target, items) : items;
  }

  /** The values of a target that does not count, whatever is excluded. */
  base(target: PlannedTarget): readonly Item[] {
    const epoch = this.epochs[target.changes];
    const known = this.#bases[target.base];
    if (known?.epoch === epoch) return known.items;
    const items = this.#chosen(target);
    this.#bases[target.base] = { epoch, items };
    return items;
  }

  #chosen(target: PlannedTarget): readonly Item[] {
    if (target.slot >= 0) {
      const item = this.tx.at(target.slot);
      return item === undefined ? noItems : [item];
    }
    const { variable, selector } = target;
    if (selector.kind === "xpath") return this.#xml(selector.path);
    if (variable === "TX" && selector.kind === "pattern") return this.tx.matching(selector.regex);
    const items = this.items(variable);
    if (selector.kind === "all" || items.length === 0) return items;
    return items.filter((item) => picks(selector, item.key, item.lower));
  }

  #xml(path: "/*" | "//@*"): readonly Item[] {
    const { xml } = this.facts.content;
    if (xml === undefined) return noItems;
    if (path === "/*") return [new Item("XML", path, xml.text)];
    return xml.attributes.map((value) => new Item("XML", path, value));
  }

  lookUp(variable: VariableName, key: string | undefined): string | undefined {
    if (variable === "TX") return key === undefined ? undefined : this.tx.get(key)?.value;
    if (variable === "MATCHED_VAR") return this.matched.at(-1)?.value;
    if (variable === "MATCHED_VAR_NAME") return this.matched.at(-1)?.name;
    const items = this.items(variable);
    if (key === undefined) return items[0]?.value;
    return items.find((item) => item.lower === key)?.value;
  }
}

function counted(target: Target, items: readonly Item[]): readonly Item[] {
  const key = target.selector.kind === "name" ? target.selector.lower : "";
  return [new Item(target.variable, key, String(items.length), key)];
}

/** True where one of the exclusions speaks of this value. */
export function excluded(item: Item, exclusions: readonly Target[]): boolean {
  for (const target of exclusions) {
    if (target.variable === item.variable && picks(target.selector, item.key, item.lower))
      return true;
  }
  return false;
}

function ruleItems(rule: Rule | undefined): Item[] {
  if (rule === undefined) return [];
  const values: Record<string, string | undefined> = {
    id: String(rule.id),
    rev: rule.revision,
    severity: rule.severity === undefined ? undefined : String(rule.severity),
    msg: rule.msg?.source,
    logdata: rule.logData?.source,
  };
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [new Item("RULE", key, value)],
  );
}
