import { readFile } from "node:fs/promises";
import type { Clock } from "@egide/std/clock.ts";

const PAGE = 4096;
const EVERY_MS = 100;

/** Resident bytes of a process; null where the system does not say (anything but Linux). */
async function residentBytes(pid: number): Promise<number | null> {
  try {
    const statm = await readFile(`/proc/${pid}/statm`, "latin1");
    return Number(statm.split(" ")[1]) * PAGE;
  } catch {
    return null;
  }
}

/** Calls `over` once when a process holds more than `most` bytes. Returns what ends the watch. */
export function watchMemory(pid: number, most: number, clock: Clock, over: () => void): () => void {
  let done = false;
  const look = async (): Promise<void> => {
    const held = await residentBytes(pid);
    if (done || held === null) return;
    if (held <= most) {
      timer = clock.after(EVERY_MS, () => void look());
      return;
    }
    done = true;
    over();
  };
  let timer = clock.after(EVERY_MS, () => void look());
  return () => {
    done = true;
    timer.cancel();
  };
}
