import { createLimitMemory } from "@egide/limit/cells.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import { signingKeyOf } from "@egide/contract/signing.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { AppealDesk } from "#respond/appeal/paths.ts";
import { AppealStore } from "#respond/appeal/store.ts";
import { References } from "#respond/receipt/reference.ts";

/** A desk of a test's own, with keys that mean nothing. */
export function testDesk(folder: string, clock: Clock): AppealDesk {
  const memory = createLimitMemory(1_000_000);
  return {
    references: new References(new Uint8Array(32).fill(1)),
    key: signingKeyOf(new Uint8Array(32).fill(3)),
    store: new AppealStore(folder),
    counters: {
      limiter: new Limiter(memory),
      hash: new KeyHash(memory.secret),
      now: () => clock.monotonic(),
    },
  };
}
