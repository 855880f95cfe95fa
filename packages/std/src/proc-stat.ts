/** Ticks in a second of what the kernel tells of processes (USER_HZ, the same on all Linuxes of ours). */
const HERTZ = 100;

/**
 * Milliseconds of processor time, user and system, out of the text of `/proc/PID/stat` (proc_pid_stat(5),
 * fields 14 and 15).
 */
export function processorMillis(stat: string): number {
  // The command's name stands in brackets and may hold spaces: fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / HERTZ;
}
