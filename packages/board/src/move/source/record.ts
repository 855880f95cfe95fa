import type { FilterRule } from "#filter/rule.ts";
import type { ActKind } from "#moderation/act.ts";
import type { Role } from "#moderation/permission.ts";
import type { Rule } from "#moderation/rules.ts";
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
  /** Its settings are ours: its threads have room under them as they are. */
  readonly exact?: true;
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
  /** Paths by which visitors reached it, without a slash before them. */
  readonly addresses: readonly string[];
  /** SHA-256 of its content, where the source vouches for it: one content is taken in once. */
  readonly sha256?: string;
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
  /** What dice in the text showed, where the source knows it. */
  readonly dice: readonly (readonly number[])[];
  readonly files: readonly SourceFile[];
  /** Of the post that opens a thread. */
  readonly thread: {
    readonly bumpedAt: number;
    readonly sticky: boolean;
    readonly locked: boolean;
    readonly bumpLocked: boolean;
    readonly cyclic: boolean;
    readonly archivedAt: number | null;
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
  readonly rule: Omit<FilterRule, "id" | "boardId">;
}

/** Rules of a board in one version; below zero stand those of the site that it came from. */
export interface SourceRules extends Origin {
  readonly kind: "rules";
  readonly board: string;
  readonly version: number;
  readonly at: number;
  readonly rules: readonly Rule[];
}

/** A line of a board's public log. */
export interface SourceAct extends Origin {
  readonly kind: "act";
  readonly board: string;
  readonly at: number;
  readonly act: ActKind;
  readonly no: number | null;
  /** Taken back, by staff or on appeal. */
  readonly undone: boolean;
  /** Of the board's sets, as `SourceRules` numbers them. */
  readonly rule: { readonly id: string; readonly version: number } | null;
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
  | SourceRules
  | SourceAct
  | Refused
  | Passed;

/** Another program's records, read as often as it takes, each time from the beginning. */
export interface Source {
  readonly kind: "vichan" | "jschan" | "egide";
  /** By which a second run knows what the first one took, unless whoever imports names it. */
  readonly name: string;
  read(): AsyncIterable<SourceRecord>;
  /** Where it brings its files along itself. */
  readonly files?: Files;
}

/** Where files of posts lie. */
export interface Files {
  /** Null: there is no such file. */
  find(file: SourceFile): Promise<FoundFile | null>;
}

export interface FoundFile {
  readonly path: string;
  /** Lets go of a copy that was made of it. */
  done(): Promise<void>;
}

export function refused(origin: Origin, reason: string): Refused {
  return { kind: "refused", table: origin.table, row: origin.row, reason };
}
