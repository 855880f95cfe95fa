import { type RangeData, readPublished } from "@egide/edge/identify/bots/ranges.ts";
import { KNOWN_BOTS } from "@egide/edge/identify/bots/registry.ts";

/** Text of a URL; rejects where there is none. */
export type FetchText = (url: string) => Promise<string>;

export interface Updated {
  readonly ranges: RangeData;
  /** Bots whose list could not be had or read, and why: what was known of them stays. */
  readonly failures: readonly { readonly name: string; readonly why: string }[];
}

/** Fetches the lists that makers of bots publish. */
export async function fetchRanges(before: RangeData, fetchText: FetchText): Promise<Updated> {
  const ranges: Record<string, RangeData[string]> = { ...before };
  const failures: { name: string; why: string }[] = [];
  for (const { name, ranges: source } of KNOWN_BOTS) {
    if (source === undefined) continue;
    try {
      ranges[name] = { source, ...readPublished(await fetchText(source)) };
    } catch (error) {
      failures.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { ranges, failures };
}
