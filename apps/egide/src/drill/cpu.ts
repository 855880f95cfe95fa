import { readFileSync } from "node:fs";
import { processorMillis } from "@egide/std/proc-stat.ts";

/** Seconds of processor time that a process has used, user and system; 0 where it can't be read. */
export function cpuSeconds(pid: number): number {
  try {
    return processorMillis(readFileSync(`/proc/${pid}/stat`, "latin1")) / 1000;
  } catch {
    return 0;
  }
}
