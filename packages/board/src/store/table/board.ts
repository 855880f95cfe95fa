import type { Generated } from "kysely";

/** `requested`: waits for the instance's approval; `locked`: may be read; `closed`: is not shown. */
export type BoardState = "requested" | "open" | "locked" | "closed";

export interface BoardTable {
  readonly id: Generated<number>;
  /** `[a-z0-9]{1,24}` */
  readonly uri: string;
  title: string;
  subtitle: string;
  state: BoardState;
  /** The account that owns it; null where the instance itself does. */
  ownerId: string | null;
  readonly createdAt: number;
  /** JSON: settings/board.ts. */
  settings: string;
  /** The number of the newest post. */
  lastNo: number;
  rulesVersion: number;
  /** Goes up with whatever changes the board's index or catalog: a key for caches. */
  version: number;
  /** Time of the newest visible post. */
  lastPostAt: number | null;
  /** 1: shown in the list of boards, the overboard and the webring. */
  listed: number;
}
