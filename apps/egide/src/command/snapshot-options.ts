import { resolve } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { type OptionSpec, type OptionValues, type Shell, text } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { readTrustedKeys } from "#snapshot/keys.ts";
import { SnapshotSource } from "#snapshot/source.ts";

/** Options of an edge that takes its policy from somebody else. */
export const SNAPSHOT_OPTIONS = {
  snapshot: {
    type: "string",
    value: "file",
    summary:
      "Signed snapshot in place of a configuration file; the machine's own settings come from EGIDE_… variables.",
  },
  "snapshot-key": {
    type: "string",
    value: "file",
    summary: "Public keys (Ed25519, PEM) that a snapshot may be signed with.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The options contradict each other, and that was said. */
export const MISUSE = Symbol("misuse");

/** Null: the edge runs from a configuration file. Throws AppError where the keys can't be read. */
export function snapshotSource(
  options: OptionValues,
  shell: Shell,
): SnapshotSource | typeof MISUSE | null {
  const path = text(options, "snapshot");
  const keys = text(options, "snapshot-key");
  if (path === undefined && keys === undefined) return null;
  if (path === undefined || keys === undefined || text(options, "config") !== undefined) {
    shell.err("--snapshot and --snapshot-key go together, and take the place of --config\n");
    return MISUSE;
  }
  return new SnapshotSource({
    path: resolve(shell.cwd, path),
    keys: readTrustedKeys(resolve(shell.cwd, keys)),
    env: shell.env,
    clock: systemClock,
    warn: (problem) => printProblems([problem], shell),
  });
}
