import type { Limits } from "#filter/limits.ts";
import { fold } from "#match/text/fold.ts";
import type { Use } from "#store/limits.ts";

/** Shorter texts («yes», «thank you») are said again by anybody. */
const LEAST_LETTERS = 24;

/** The same text, however dressed, may come once in a while on a board; null: it is too short to matter. */
export function recentText(
  limits: Limits,
  board: number,
  text: string,
  keepMs: number,
): Use | null {
  const letters = fold(text);
  return letters.length < LEAST_LETTERS ? null : limits.once(`text ${board}`, letters, keepMs);
}

export function recentFile(limits: Limits, board: number, sha256: string, keepMs: number): Use {
  return limits.once(`file ${board}`, sha256, keepMs);
}
