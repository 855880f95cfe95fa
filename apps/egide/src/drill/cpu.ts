import { readFileSync } from "node:fs";

/** Ticks of /proc/PID/stat in a second (USER_HZ, the same on every Linux that Bun runs on). */
const HERTZ = 100;

/** Seconds of processor time that a process has used, user and system; 0 where it can't be read. */
export function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command's name stands in brackets and may hold spaces: fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / HERTZ;
  } catch {
    return 0;
  }
}
