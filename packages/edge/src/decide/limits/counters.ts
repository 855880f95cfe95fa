import type { LimitMemory } from "@egide/limit/cells.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import type { Clock } from "@egide/std/clock.ts";
import { machineTime } from "#wire/process-time.ts";

/** What rules count with: one for each worker, over memory that all of them share. */
export interface Counters {
  readonly limiter: Limiter;
  readonly hash: KeyHash;
  /** Monotonic milliseconds, the same for all workers. */
  readonly now: () => number;
}

export function openCounters(memory: LimitMemory, clock: Clock): Counters {
  return {
    limiter: new Limiter(memory),
    hash: new KeyHash(memory.secret),
    now: machineTime(clock),
  };
}
