import { Once, ONCE_WORDS } from "#verify/once.ts";
import { Roam, ROAM_WORDS } from "#verify/roam.ts";
import { Tally, TALLY_WORDS } from "#verify/tally.ts";

/** What all workers of a process share: made by the main thread, bounded whatever comes. */
export interface ChallengeMemory {
  readonly once: SharedArrayBuffer;
  readonly tally: SharedArrayBuffer;
  readonly roam: SharedArrayBuffer;
}

const WORD = Int32Array.BYTES_PER_ELEMENT;

export function createChallengeMemory(): ChallengeMemory {
  return {
    once: new SharedArrayBuffer(ONCE_WORDS * WORD),
    tally: new SharedArrayBuffer(TALLY_WORDS * WORD),
    roam: new SharedArrayBuffer(ROAM_WORDS * WORD),
  };
}

/** The same memory as tables, in whichever thread. */
export function openTables(memory: ChallengeMemory): {
  readonly used: Once;
  readonly tally: Tally;
  readonly roam: Roam;
} {
  return {
    used: new Once(memory.once),
    tally: new Tally(memory.tally),
    roam: new Roam(memory.roam),
  };
}
