import { readdirSync, readFileSync } from "node:fs";
import { processorMillis } from "@egide/std/proc-stat.ts";

/** Resident memory of a process, in bytes (proc(5), status: VmRSS). */
export function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return match === null ? 0 : Number(match[1]) * 1024;
}

/** Highest resident memory the process ever had, in bytes (VmHWM). */
export function peakResidentBytes(pid: number): number {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return match === null ? 0 : Number(match[1]) * 1024;
}

/** Open file descriptors of a process. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Processor time a process has used, user and system, in milliseconds. */
export function cpuMillis(pid: number): number {
  return processorMillis(readFileSync(`/proc/${pid}/stat`, "latin1"));
}
