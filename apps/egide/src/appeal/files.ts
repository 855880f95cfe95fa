import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Appeal, appealSchema, REQUEST_ID } from "@egide/contract/appeal.ts";

/** All appeals of an installation, the newest last. Files that are none are left out. */
export function listAppeals(state: string): Appeal[] {
  let names: string[];
  try {
    names = readdirSync(join(state, "appeals"));
  } catch {
    return [];
  }
  return names
    .flatMap((name) => (name.endsWith(".json") ? (readAppeal(state, name.slice(0, -5)) ?? []) : []))
    .sort((a, b) => (a.sent < b.sent ? -1 : 1));
}

/** Null where nobody contested that request. */
export function readAppeal(state: string, request: string): Appeal | null {
  if (!REQUEST_ID.test(request)) return null;
  try {
    const text = readFileSync(pathOf(state, request), "utf8");
    return appealSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Writes the decision beside and renames: the visitor's page reads a whole file. */
export function writeAppeal(state: string, appeal: Appeal): void {
  const path = pathOf(state, appeal.receipt.request);
  writeFileSync(`${path}.new`, `${JSON.stringify(appeal)}\n`, { mode: 0o640 });
  renameSync(`${path}.new`, path);
}

function pathOf(state: string, request: string): string {
  return join(state, "appeals", `${request}.json`);
}
