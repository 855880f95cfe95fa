import type { Generated } from "kysely";

/** A filter of staff: filter/rule.ts says what it means. */
export interface FilterTable {
  readonly id: Generated<number>;
  /** Null: of the whole instance. */
  readonly boardId: number | null;
  readonly kind: string;
  readonly pattern: string;
  /** JSON: FilterField[]. */
  readonly fields: string;
  readonly action: string;
  readonly replacement: string;
  readonly messageEn: string | null;
  readonly messageFr: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** A list of known hashes: our own, or one that is handed on. */
export interface HashListTable {
  readonly id: Generated<number>;
  name: string;
  /** Under which a match is queued: a key of CATEGORIES. */
  category: string;
  /** 0 or 1. */
  enabled: number;
  readonly createdAt: number;
}

export interface HashEntryTable {
  readonly id: Generated<number>;
  readonly listId: number;
  readonly signal: string;
  readonly value: string;
  /** JSON: string[]. */
  readonly tags: string;
  readonly createdAt: number;
}

/** A removed text as its sketch: enough to know a copy, too little to read it. */
export interface RemovedTextTable {
  readonly id: Generated<number>;
  /** The post that was removed. */
  readonly postId: number;
  /** The board whose own staff removed it; null: the site's did. */
  readonly boardId: number | null;
  readonly category: string;
  /** 32-bit hashes, big-endian, ascending. */
  readonly sketch: Uint8Array;
  readonly createdAt: number;
}
