import { join } from "node:path";
import type { SharedBan } from "@egide/contract/ban-list.ts";
import { BanFile } from "@egide/edge/kernel/ban-file.ts";
import type { Ban } from "@egide/edge/kernel/bans.ts";
import { bootId, machineTime } from "@egide/edge/wire/process-time.ts";
import { systemClock } from "@egide/std/clock.ts";

/**
 * Bans as others are told of them. Those that came from a peer stay here: nobody is to hear his own
 * word again as somebody else's. `now`: the clock that bans end by; `wall`: for people.
 */
export function shared(bans: readonly Ban[], now: number, wall: number): SharedBan[] {
  return bans.flatMap(({ prefix, by, since, ends, evidence }) => {
    if (by === "peer" || ends <= now) return [];
    const until = new Date(wall + ends - now).toISOString();
    return [{ prefix: prefix.text, since: new Date(since).toISOString(), until, evidence, by }];
  });
}

/** Those that a process has written down, be it running or not. Throws where the file is damaged. */
export function sharedFrom(state: string): SharedBan[] {
  const now = machineTime(systemClock);
  const file = new BanFile({
    path: join(state, "bans.json"),
    clock: systemClock,
    now,
    boot: bootId(),
    list: () => [],
    onFailure(error) {
      throw error;
    },
  });
  return shared(file.read(), now(), systemClock.now());
}
