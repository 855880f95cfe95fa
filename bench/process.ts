import { readdirSync, readFileSync } from "node:fs";

/** Ticks a second of /proc: 100 on every Linux this runs on (sysconf(_SC_CLK_TCK)). */
const TICK_US = 10_000;

/** `pid` and all that descend from it. */
export function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat !== null) parents.set(Number(name), Number(stat[1]));
  }
  const out = [pid];
  for (const member of out) {
    for (const [child, parent] of parents) if (parent === member) out.push(child);
  }
  return out;
}

/** CPU time of the processes so far, user and system, in microseconds. */
export function cpuMicros(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readStat(pid);
    if (stat !== null) ticks += Number(stat[11]) + Number(stat[12]);
  }
  return ticks * TICK_US;
}

/** CPU time that the children of a process had taken when they ended, in microseconds. */
export function waitedMicros(pid: number): number {
  const stat = readStat(pid);
  return stat === null ? 0 : (Number(stat[13]) + Number(stat[14])) * TICK_US;
}

/** CPU time so far of the kernel's own threads, which take over where packets come too fast. */
export function softirqMicros(): number {
  let nanoseconds = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/comm`, "latin1").startsWith("ksoftirqd/")) continue;
      nanoseconds += Number(readFileSync(`/proc/${name}/schedstat`, "latin1").split(" ")[0]);
    } catch {
      // Ended since it was listed.
    }
  }
  return nanoseconds / 1000;
}

/** Memory that the processes alone account for (Pss), in bytes. */
export function memoryBytes(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
    } catch {
      // Ended since it was listed.
    }
  }
  return kilobytes * 1024;
}

/** Fields of /proc/PID/stat from `state` on (the name before it may hold blanks). */
function readStat(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
