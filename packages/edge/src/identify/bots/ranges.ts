import { CidrSet } from "@egide/std/ip.ts";
import shipped from "#identify/bots/ranges.json" with { type: "json" };

/** What a maker published as addresses of its bot, and when. */
export interface PublishedRanges {
  readonly source: string;
  readonly date: string;
  readonly prefixes: readonly string[];
}

/** By the bot's name. */
export type RangeData = Readonly<Record<string, PublishedRanges>>;

/** Published addresses by the bot's name: what Égide brings along, with newer ones in their place. */
export function openRanges(newer: RangeData): ReadonlyMap<string, CidrSet> {
  const all: RangeData = { ...(shipped as RangeData), ...newer };
  return new Map(Object.entries(all).map(([name, { prefixes }]) => [name, new CidrSet(prefixes)]));
}

/** Reads the JSON that makers publish (`prefixes` of `ipv4Prefix` and `ipv6Prefix`). Throws on others. */
export function readPublished(text: string): { date: string; prefixes: string[] } {
  const data = JSON.parse(text) as {
    creationTime?: unknown;
    prefixes?: { ipv4Prefix?: unknown; ipv6Prefix?: unknown }[];
  };
  if (!Array.isArray(data.prefixes) || data.prefixes.length > 10_000) {
    throw new Error("there is no list of prefixes");
  }
  const prefixes = data.prefixes.map(({ ipv4Prefix, ipv6Prefix }) =>
    String(ipv4Prefix ?? ipv6Prefix),
  );
  // A list that speaks for half the Internet is a mistake, or worse.
  for (const prefix of prefixes) {
    const bits = Number(prefix.slice(prefix.indexOf("/") + 1));
    if (bits < (prefix.includes(":") ? 32 : 16)) throw new Error(`${prefix} is too wide`);
  }
  void new CidrSet(prefixes); // throws for what is no block
  const date = typeof data.creationTime === "string" ? data.creationTime.slice(0, 10) : "";
  return { date, prefixes };
}
