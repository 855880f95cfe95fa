import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExitList } from "@egide/board/filter/tor/exits.ts";

/** The board reads it again whenever it changes. */
export function torExitsFile(state: string): string {
  return join(state, "tor-exits.json");
}

export function writeTorExits(state: string, list: ExitList): void {
  const file = torExitsFile(state);
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${JSON.stringify(list, null, 1)}\n`, { mode: 0o640 });
  renameSync(temporary, file);
}
