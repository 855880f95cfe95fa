import type { Lists } from "@egide/contract/policy/rules.ts";
import { IntSet } from "@egide/expr/match/int-set.ts";
import { IpSet, readRange } from "@egide/expr/match/ip-set.ts";
import { toBytes } from "@egide/expr/parse/string.ts";
import type { List } from "@egide/expr/scheme.ts";
import type { Value } from "@egide/expr/value.ts";

type ListSettings = Lists[string];
type Item = ListSettings["items"][number];

/** An item of a list that is not of its kind. */
export class ListError extends Error {
  readonly list: string;
  readonly index: number;

  constructor(list: string, index: number, message: string) {
    super(message);
    this.list = list;
    this.index = index;
  }
}

/** Makes the lists of a snapshot ready to be asked. Throws a ListError. */
export function compileLists(lists: Lists): ReadonlyMap<string, List> {
  return new Map(Object.entries(lists).map(([name, list]) => [name, compileList(name, list)]));
}

function compileList(name: string, { kind, items }: ListSettings): List {
  switch (kind) {
    case "ip": {
      const set = new IpSet(items.map((item, i) => range(name, item, i)));
      return { of: "ip", has: (value) => set.has(value as Uint8Array) };
    }
    case "asn":
    case "int": {
      const set = new IntSet(items.map((item, i) => integer(name, item, i)));
      return { of: "int", has: (value) => set.has(value as number) };
    }
    case "hostname":
      return hostnames(items.map((item) => String(item).toLowerCase()));
    case "string": {
      const set = new Set<Value>(items.map((item) => toBytes(String(item))));
      return { of: "string", has: (value) => set.has(value) };
    }
  }
}

function range(list: string, item: Item, index: number) {
  const found = readRange(String(item));
  if (found !== null) return found;
  throw new ListError(list, index, `${JSON.stringify(item)} is no address, block or range`);
}

/** `64496`, `AS64496` or `64496..64511`. */
function integer(list: string, item: Item, index: number): { low: number; high: number } {
  const match = /^(?:AS)?(\d{1,15})(?:\.\.(?:AS)?(\d{1,15}))?$/i.exec(String(item));
  const low = Number(match?.[1]);
  const high = Number(match?.[2] ?? match?.[1]);
  if (match !== null && low <= high) return { low, high };
  throw new ListError(list, index, `${JSON.stringify(item)} is no integer or range`);
}

/** Whole names, and `*.example.org` for whatever is below. */
function hostnames(items: readonly string[]): List {
  const whole = new Set(items.filter((item) => !item.startsWith("*.")));
  const below = new Set(items.filter((item) => item.startsWith("*.")).map((item) => item.slice(1)));
  return {
    of: "string",
    has(value) {
      const host = value as string;
      if (whole.has(host)) return true;
      if (below.size === 0) return false;
      for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
        if (below.has(host.slice(dot))) return true;
      }
      return false;
    },
  };
}
