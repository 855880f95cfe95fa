import type { Role } from "#moderation/permission.ts";
import type { BoardSettings } from "#settings/board.ts";

/** Where something stood in what is imported: for the report. */
export interface Origin {
  readonly table: string;
  /** Its number or key there. */
  readonly row: string;
}

export interface SourceBoard extends Origin {
  readonly kind: "board";
  readonly uri: string;
  readonly title: string;
  readonly subtitle: string;
  readonly settings: Partial<BoardSettings>;
  readonly listed: boolean;
  readonly locked: boolean;
  /** The highest number that was given out, where the source knows it. */
  readonly lastNo: number;
}

/** How far a board's numbers had come, where that stands beside its posts. */
export interface SourceNumbers extends Origin {
  readonly kind: "numbers";
  readonly board: string;
  readonly lastNo: number;
}

/** A file of a post; nothing of it is believed but where it may lie. */
export interface SourceFile {
  /** Below the folder of files, the likeliest first. */
  readonly paths: readonly string[];
  readonly filename: string;
  readonly spoiler: boolean;
  /** Path by which visitors reached it, without a slash before it. */
  readonly address: string;
}

export interface SourcePost extends Origin {
  readonly kind: "post";
  readonly board: string;
  readonly no: number;
  /** Null: it opens a thread. */
  readonly threadNo: number | null;
  readonly createdAt: number;
  readonly name: string;
  readonly trip: string | null;
  readonly capcode: string | null;
  readonly subject: string;
  readonly sage: boolean;
  /** In our markup. */
  readonly text: string;
  readonly posterId: string | null;
  readonly country: string | null;
  /** As it stood there; it may be no address at all. */
  readonly address: string | null;
  readonly editedAt: number | null;
  readonly files: readonly SourceFile[];
  /** Of the post that opens a thread. */
  readonly thread: {
    readonly bumpedAt: number;
    readonly sticky: boolean;
    readonly locked: boolean;
    readonly bumpLocked: boolean;
    readonly cyclic: boolean;
  } | null;
}

export interface SourceBan extends Origin {
  readonly kind: "ban";
  /** Null: from all boards. */
  readonly board: string | null;
  readonly address: string;
  /** Bits of the network; null: this address alone. */
  readonly bits: number | null;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly reason: string;
}

export interface SourceReport extends Origin {
  readonly kind: "report";
  readonly board: string;
  readonly no: number;
  readonly text: string;
}

/** Somebody of the staff: invited, never taken over with a password. */
export interface SourceStaff extends Origin {
  readonly kind: "staff";
  readonly name: string;
  readonly role: Role;
  /** Null: everywhere. */
  readonly board: string | null;
}

export interface SourceFilter extends Origin {
  readonly kind: "filter";
  readonly board: string | null;
  readonly pattern: string;
}

/** What can't be taken, and why. */
export interface Refused extends Origin {
  readonly kind: "refused";
  readonly reason: string;
}

/** Tables that have no place here, counted row by row. */
export interface Passed extends Origin {
  readonly kind: "passed";
}

export type SourceRecord =
  | SourceBoard
  | SourceNumbers
  | SourcePost
  | SourceBan
  | SourceReport
  | SourceStaff
  | SourceFilter
  | Refused
  | Passed;

/** Another program's records, read as often as it takes, each time from the beginning. */
export interface Source {
  readonly kind: "vichan" | "jschan";
  read(): AsyncIterable<SourceRecord>;
}

export function refused(origin: Origin, reason: string): Refused {
  return { kind: "refused", table: origin.table, row: origin.row, reason };
}
