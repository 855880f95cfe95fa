import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { openEnvelope } from "@egide/contract/envelope.ts";
import type { Snapshot } from "@egide/contract/snapshot.ts";
import { AppError } from "@egide/std/error.ts";
import { loadConfigText } from "#config/load.ts";
import type { Config } from "@egide/contract/config.ts";
import type { Problem } from "#config/problem.ts";

/** A signed snapshot whose signature fits, and what it makes of this machine. */
export interface Signed {
  /** The envelope as it was read. */
  readonly text: string;
  readonly snapshot: Snapshot;
  readonly config: Config;
}

export type SignedOr = Signed | { readonly problems: readonly Problem[] };

/** What a snapshot says, and the machine's own environment may not. */
const SIGNED_KEYS = ["zones", "limits", "trustedProxies", "operator", "lists"] as const;

/**
 * Reads an envelope. `newest`: what was in force last; anything older is refused, and another snapshot
 * of the same version too, so that none can be played again.
 */
export function readSigned(
  path: string,
  keys: ReadonlyMap<string, KeyObject>,
  newest: Signed | null,
  env: Readonly<Record<string, string | undefined>>,
): SignedOr {
  try {
    const text = readFileSync(path, "utf8");
    const after = newest === null ? 0 : newest.snapshot.version - 1;
    const snapshot = openEnvelope(parseJson(text), keys, after);
    if (snapshot.version === newest?.snapshot.version && text !== newest.text) {
      return problem(path, "another snapshot of this version is in force (snapshot.stale)");
    }
    return withMachine(path, text, snapshot, env);
  } catch (error) {
    if (error instanceof AppError) return problem(path, `${error.publicMessage} (${error.code})`);
    const { code } = error as NodeJS.ErrnoException;
    return problem(path, code === "ENOENT" ? "no such file" : `not readable (${code ?? "?"})`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Sockets, workers and directories are the machine's: they come from its environment. */
function withMachine(
  path: string,
  text: string,
  snapshot: Snapshot,
  env: Readonly<Record<string, string | undefined>>,
): SignedOr {
  const { zones, limits, trustedProxies, operator, lists } = snapshot;
  const policy = { zones, limits, trustedProxies, operator, lists };
  // JSON is YAML: the file's own way of reading and explaining serves.
  const loaded = loadConfigText(path, JSON.stringify(policy), env);
  if (!loaded.ok) return { problems: loaded.problems };
  for (const key of SIGNED_KEYS) {
    if (JSON.stringify(loaded.config[key]) !== JSON.stringify(policy[key])) {
      return problem(path, `${key} is signed: a variable of the environment can't set it`);
    }
  }
  return { text, snapshot, config: loaded.config };
}

function problem(source: string, message: string): { problems: readonly Problem[] } {
  const nowhere = { line: null, column: null, length: 0, suggestion: null, excerpt: null };
  return { problems: [{ ...nowhere, source, message }] };
}
