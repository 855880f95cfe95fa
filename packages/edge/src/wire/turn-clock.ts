import type { Clock } from "@egide/std/clock.ts";
import { gather } from "#wire/transport/gather.ts";

/** Wall clock less monotonic clock, looked up again this often: an NTP step shows within it. */
const RENEW_MS = 250;

/**
 * The system's clock for what runs in socket callbacks: time is read once a callback, since a request
 * asks for it a dozen times and the answers would differ by microseconds.
 */
export function turnClock(system: Clock, renewMs = RENEW_MS): Clock {
  let offset = system.now() - performance.now();
  let renewed = performance.now();
  return {
    monotonic: () => gather.now(),
    now() {
      const moment = gather.now();
      if (moment - renewed > renewMs) {
        renewed = moment;
        offset = system.now() - moment;
      }
      return Math.floor(moment + offset);
    },
    after: (ms, run) => system.after(ms, run),
  };
}
