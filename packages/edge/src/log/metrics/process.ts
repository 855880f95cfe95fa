import { readdirSync } from "node:fs";
import { heading } from "#log/metrics/text.ts";

/** The process itself, under the names that Prometheus' own clients use, and the version that runs. */
export function renderProcess(version: string): string {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const started = Date.now() / 1000 - process.uptime();
  let text = "";
  const add = (name: string, kind: string, help: string, value: number): void => {
    text += `${heading(name, kind, help)}${name} ${value}\n`;
  };
  add("process_cpu_seconds_total", "counter", "User and system CPU time.", (user + system) / 1e6);
  add("process_resident_memory_bytes", "gauge", "Resident memory.", rss);
  add("egide_heap_bytes", "gauge", "Heap of the main thread in use.", heapUsed);
  add("process_start_time_seconds", "gauge", "Start since the epoch.", Number(started.toFixed(2)));
  const open = openDescriptors();
  if (open !== null) add("process_open_fds", "gauge", "Open file descriptors.", open);
  text += heading("egide_build_info", "gauge", "The version that runs.");
  return `${text}egide_build_info{version="${version}",bun="${Bun.version}"} 1\n`;
}

function openDescriptors(): number | null {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return null;
  }
}
