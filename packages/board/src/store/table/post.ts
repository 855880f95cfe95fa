import type { Generated } from "kysely";
import type { ContentState } from "#store/table/thread.ts";

export interface PostTable {
  /** Of the whole instance. */
  readonly id: Generated<number>;
  boardId: number;
  /** Of its board. */
  no: number;
  /** The opening post's number; its own where it opens the thread. */
  threadNo: number;
  readonly createdAt: number;
  name: string;
  /** `!abc` or `!!secure`, or null. */
  trip: string | null;
  capcode: string | null;
  subject: string;
  /** 0 or 1: does not bump. */
  sage: number;
  /** As it was written. */
  text: string;
  /** Rendered once, safe. */
  html: string;
  /** The poster within this thread, where the board shows that. */
  posterId: string | null;
  /** ISO 3166 code, where the board shows flags. */
  country: string | null;
  /** Keyed hashes; null once forgotten. */
  sessionHash: string | null;
  addressHash: string | null;
  prefixHash: string | null;
  /** Which key made the two hashes of the address. */
  addressPeriod: number | null;
  /** Keyed hash of the password with which its poster may delete it. */
  deletion: string | null;
  state: ContentState;
  editedAt: number | null;
  /** The account of staff that edited it. */
  editedBy: string | null;
  /** JSON: PostFile[] (thread/model.ts). Read models kept with the post: a page is one query. */
  files: string;
  /** JSON: Backlink[]: visible posts that quote this one. */
  backlinks: string;
  /** JSON: results of dice, in the order they stand in the text. */
  dice: string;
  /** Goes up when it looks different: a key for caches. */
  version: number;
}

export interface PostMediaTable {
  readonly postId: number;
  readonly position: number;
  readonly sha256: string;
  /** SHA-256 (hex) of the file as it was sent, before it was encoded anew. */
  readonly originalHash: string;
  filename: string;
  /** 0 or 1. */
  spoiler: number;
}

/** A visible reference from one post to another, on any board. */
export interface QuoteTable {
  readonly fromPostId: number;
  readonly boardId: number;
  readonly no: number;
}

/** What a post said before an edit. */
export interface PostEditTable {
  readonly id: Generated<number>;
  readonly postId: number;
  readonly at: number;
  readonly staffId: string;
  readonly reason: string;
  readonly subject: string;
  readonly text: string;
}

/** The plain address, for the hours that policy names; a job empties it, unless under legal hold. */
export interface AddressTraceTable {
  readonly postId: number;
  readonly address: string;
  readonly createdAt: number;
  /** 0 or 1: kept under a legal hold. */
  held: number;
}

/** Threads that a visitor watches, kept by his session. */
export interface WatchTable {
  readonly sessionHash: string;
  readonly boardId: number;
  readonly threadNo: number;
  seenNo: number;
  readonly createdAt: number;
}

/** A key under which addresses are hashed for one period. */
export interface AddressKeyTable {
  readonly period: number;
  readonly key: Uint8Array;
}
