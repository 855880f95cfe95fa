import { dlopen, ptr } from "bun:ffi";
import { readFileSync } from "node:fs";
import type { Clock } from "@egide/std/clock.ts";

/** CLOCK_BOOTTIME of time.h: monotonic, also counts while the machine sleeps. */
const CLOCK_BOOTTIME = 7;

/**
 * Monotonic milliseconds since the machine started, the same for all threads and processes. The
 * clocks that Bun offers begin anew in each thread, so the distance is taken once and added.
 */
export function machineTime(clock: Clock): () => number {
  const distance = sinceBoot(clock) - clock.monotonic();
  return () => clock.monotonic() + distance;
}

function sinceBoot(clock: Clock): number {
  try {
    const { clock_gettime } = dlopen("libc.so.6", {
      clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
    }).symbols;
    const time = new BigInt64Array(2);
    if (clock_gettime(CLOCK_BOOTTIME, ptr(time)) === 0) {
      return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
    }
  } catch {
    // No such library: the wall clock, looked at once, sets threads right to each other as well.
  }
  return clock.now();
}

/** Names this start of the machine, or "" where the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "";
  }
}
