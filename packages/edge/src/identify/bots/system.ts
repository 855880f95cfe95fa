import { resolve4, resolve6, reverse } from "node:dns/promises";
import type { Clock } from "@egide/std/clock.ts";
import type { BotSources } from "#identify/bots/bots.ts";
import { type BotDns, ConfirmedNames } from "#identify/bots/dns.ts";
import { KeyDirectories } from "#identify/bots/directory.ts";
import { openRanges, type RangeData } from "#identify/bots/ranges.ts";

const TIMEOUT_MS = 5000;
const MOST_BYTES = 65_536;

const systemDns: BotDns = {
  reverse,
  async addresses(name) {
    const [v4, v6] = await Promise.allSettled([resolve4(name), resolve6(name)]);
    return [v4, v6].flatMap((found) => (found.status === "fulfilled" ? found.value : []));
  },
};

async function fetchText(url: string): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { signal, redirect: "error" });
  const text = await response.text();
  if (!response.ok || text.length > MOST_BYTES) throw new Error(`${url}: ${response.status}`);
  return text;
}

/** Names, addresses and keys of bots as the system's name servers and the makers tell them. */
export function openBotSources(clock: Clock, newer: RangeData): BotSources {
  return {
    names: new ConfirmedNames(systemDns, clock),
    ranges: openRanges(newer),
    directories: new KeyDirectories(fetchText, clock),
  };
}
