import { createHash } from "node:crypto";

/**
 * The staff's log is a chain: each entry holds the hash of the one before it. Who changes or takes
 * out an entry has to rewrite all that follow, and then no longer meets the heads that were published
 * with the figures.
 */
export interface LogEntry {
  readonly seq: number;
  readonly at: number;
  readonly staff: string;
  readonly action: string;
  readonly boardId: number | null;
  readonly subject: string;
  /** JSON. */
  readonly detail: string;
}

export interface ChainedEntry extends LogEntry {
  readonly previous: string;
  readonly hash: string;
}

/** What the first entry follows. */
export const GENESIS = "0".repeat(64);

export function chain(entry: LogEntry, previous: string): ChainedEntry {
  return { ...entry, previous, hash: hashOf(entry, previous) };
}

function hashOf(entry: LogEntry, previous: string): string {
  const { seq, at, staff, action, boardId, subject, detail } = entry;
  // A JSON array: no two different entries have the same text.
  const text = JSON.stringify([previous, seq, at, staff, action, boardId, subject, detail]);
  return createHash("sha256").update(text).digest("hex");
}

/** Checks entries in order, from where `head` stood before them; answers the first that is wrong. */
export function firstBroken(
  entries: readonly ChainedEntry[],
  head: { readonly seq: number; readonly hash: string } = { seq: 0, hash: GENESIS },
): number | null {
  let { seq, hash } = head;
  for (const entry of entries) {
    const right = entry.seq === seq + 1 && entry.previous === hash;
    if (!right || entry.hash !== hashOf(entry, hash)) return entry.seq;
    ({ seq, hash } = entry);
  }
  return null;
}
