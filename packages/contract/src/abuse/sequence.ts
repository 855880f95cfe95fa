import type { Status, StatusState } from "#abuse/status.ts";

/** States after which the provider says nothing more on a report, unless it takes it up again. */
const FINAL: ReadonlySet<StatusState> = new Set(["acted", "no-action", "duplicate", "withdrawn"]);

export function isFinal(state: StatusState): boolean {
  return FINAL.has(state);
}

/**
 * The word that counts, of two on one report: the one with the higher number, whichever came first
 * by wire. Pure, commutative and idempotent, so that any order of delivery ends the same.
 */
export function newerStatus(known: Status | null, heard: Status): Status {
  return known === null || heard.sequence > known.sequence ? heard : known;
}
