import type { Spread } from "@egide/contract/abuse/figures.ts";

/** Median, ninth decile and largest of times in milliseconds, as seconds. */
export function spreadOf(times: readonly number[]): Spread {
  if (times.length === 0) return { count: 0, median: null, p90: null, max: null };
  const sorted = [...times].sort((a, b) => a - b);
  return {
    count: sorted.length,
    median: seconds((rank(sorted, 0.5) + rank(sorted, 0.5, true)) / 2),
    p90: seconds(rank(sorted, 0.9)),
    max: seconds(sorted.at(-1) as number),
  };
}

/** Nearest rank from below; `above` takes the other middle of an even number. */
function rank(sorted: readonly number[], part: number, above = false): number {
  const exact = sorted.length * part;
  const index = above ? Math.floor(exact) : Math.ceil(exact) - 1;
  return sorted[Math.min(sorted.length - 1, Math.max(0, index))] as number;
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 10) / 100);
}
