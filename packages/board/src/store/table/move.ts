import type { Generated } from "kysely";
import type { Role } from "#moderation/permission.ts";

/** A board that was brought over: what makes a second run go on where the first one stopped. */
export interface ImportBoardTable {
  /** What it came from, as whoever imports calls it. */
  readonly source: string;
  /** Its address there. */
  readonly uri: string;
  readonly boardId: number;
  readonly startedAt: number;
  /** References of posts up to this number are looked up. */
  linkedNo: number;
  doneAt: number | null;
  /** How far numbers are the source's; null: of a run before this was written down. */
  reservedNo: number | null;
  /** How far the last whole run had come. */
  doneNo: number | null;
  /** JSON: Given (move/run/numbers.ts). */
  given: Generated<string>;
}

/** Bans, reports, accounts and filters that were taken: each once. */
export interface ImportRowTable {
  readonly source: string;
  readonly origin: string;
  readonly originRow: string;
  readonly at: number;
}

/** Where a file could be reached before, without a slash before it. */
export interface OldFileTable {
  readonly address: string;
  readonly sha256: string;
}

/** What a list found by itself in a post, whatever staff made of it and whether it still stands. */
export interface DetectionTable {
  readonly postId: number;
  /** The file that was found; empty: the text, or which file is not known any more. */
  readonly sha256: string;
  readonly at: number;
}

/** A role that waits for whoever has the link. */
export interface InvitationTable {
  readonly id: Generated<number>;
  /** SHA-256 of what the link carries. */
  readonly token: string;
  readonly name: string;
  readonly role: Role;
  /** 0: everywhere. */
  readonly boardId: number;
  readonly at: number;
  readonly endsAt: number;
  usedAt: number | null;
  usedBy: string | null;
  /** Null: nobody of the staff here, as what was brought over. */
  readonly invitedBy: string | null;
}
