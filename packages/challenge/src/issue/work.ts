import type { Work, WorkKind } from "#kind/proof.ts";

export type Difficulty = "easy" | "normal" | "hard";

/** Measured in docs/adr/0133: six shares of this size take a core some 100 to 200 milliseconds. */
const CYCLE_SIZE = 17;
const HASH_BITS = 15;
const SHARES = 6;
/** A third: what a device that is too slow may stop at. */
const LEAST_SHARES = 2;
const LARGEST_CYCLE = 20;
const LARGEST_HASH = 19;
const SHIFT: Readonly<Record<Difficulty, number>> = { easy: -1, normal: 0, hard: 1 };

/**
 * What is asked of a client. Each step of suspicion (0 to 3) doubles a share, in memory too, and costs
 * the verifier nothing. `least` is what a device that is too slow may stop at: it gets as much less
 * time for it, so that nothing is gained by seeming slow.
 */
export function workFor(kind: WorkKind, difficulty: Difficulty, suspicion: number): Work {
  const steps = suspicion + SHIFT[difficulty];
  const size =
    kind === "cycle"
      ? Math.min(LARGEST_CYCLE, CYCLE_SIZE + steps)
      : Math.min(LARGEST_HASH, HASH_BITS + steps);
  return { kind, size, least: LEAST_SHARES, full: SHARES };
}

/**
 * Suspicion by the challenges that were issued to a network lately and came to nothing. Who shares a
 * network with others who pass is not held to account for them: passes count against.
 */
export function suspicionOf(unsolved: number): number {
  if (unsolved < 32) return 0;
  if (unsolved < 256) return 1;
  return unsolved < 2048 ? 2 : 3;
}
