import type { Generated } from "kysely";
import type { ActKind, ActState, BanScope, BanTarget, PostState } from "#moderation/act.ts";
import type { AppealState } from "#moderation/appeal.ts";
import type { Category } from "#moderation/category.ts";
import type { HoldState } from "#moderation/hold.ts";
import type { Role } from "#moderation/permission.ts";
import type { ItemState, Outcome } from "#moderation/queue-item.ts";

/** One post that waits, or waited, for a person: moderation/queue-item.ts. */
export interface QueueItemTable {
  readonly id: Generated<number>;
  /** One item a post. */
  readonly postId: number;
  boardId: number;
  threadNo: number;
  no: number;
  category: Category;
  /** Number that lanes are sorted by. */
  lane: number;
  dueAt: number;
  state: ItemState;
  /** 1 while a person has to do something: what the queue shows. */
  waiting: number;
  openedAt: number;
  firstLookAt: number | null;
  decidedAt: number | null;
  decidedBy: string | null;
  outcome: Outcome | null;
  reports: number;
  /** Why the post is not shown until somebody approves it, or null. */
  held: string | null;
}

export type ReportSource = "visitor" | "staff" | "match" | "provider";

export interface ReportTable {
  readonly id: Generated<number>;
  readonly itemId: number;
  readonly postId: number;
  readonly boardId: number;
  readonly category: Category;
  readonly text: string;
  readonly source: ReportSource;
  readonly at: number;
  /** SHA-256 of what the reporter follows the report by. */
  readonly receipt: string;
  /** Keyed hash of the reporter's session; null where there was none. */
  readonly sessionHash: string | null;
  firstLookAt: number | null;
  decidedAt: number | null;
  outcome: Outcome | null;
  /** What the reporter says to a dismissal. */
  contestedAt: number | null;
  contestText: string | null;
  /** 1 once somebody else has looked at the contested decision. */
  final: number;
}

export interface ActTable {
  /** Nobody guesses it: who has it may see the act and appeal. */
  readonly id: string;
  readonly at: number;
  readonly staffId: string;
  readonly kind: ActKind;
  readonly boardId: number;
  readonly threadNo: number | null;
  readonly no: number | null;
  readonly postId: number | null;
  readonly ruleId: string | null;
  /** 0: a rule of the instance. */
  readonly ruleBoardId: number | null;
  readonly ruleVersion: number | null;
  readonly reason: string;
  endsAt: number | null;
  state: ActState;
  stateAt: number;
  stateBy: string | null;
  readonly before: PostState;
  readonly after: PostState;
  /** Where a move led; null for all other acts. */
  readonly toBoardId: Generated<number | null>;
  /** Acts of one order belong together. */
  readonly batch: string | null;
  /** Whose post it was: so that they are told. */
  readonly sessionHash: string | null;
  /** When they were told. */
  toldAt: number | null;
  /** 1: by staff of the whole site; a board's own can't take it back. */
  readonly byInstance: Generated<number>;
}

export interface BanTable {
  readonly id: Generated<number>;
  readonly actId: string;
  readonly scope: BanScope;
  /** Where its thread stands now: it goes with it. */
  boardId: number | null;
  threadNo: number | null;
  readonly target: BanTarget;
  readonly hash: string;
  readonly startsAt: number;
  endsAt: number | null;
  liftedAt: number | null;
}

export interface AppealTable {
  readonly id: Generated<number>;
  /** One appeal an act. */
  readonly actId: string;
  readonly boardId: number;
  readonly actBy: string;
  readonly text: string;
  readonly lang: "en" | "fr";
  readonly sentAt: number;
  state: AppealState;
  decidedBy: string | null;
  decidedAt: number | null;
  answer: string;
}

/** Rules of one board (0: the instance) in one version; older ones stay. */
export interface RuleSetTable {
  readonly boardId: number;
  readonly version: number;
  readonly at: number;
  readonly staffId: string;
  /** JSON: Rule[] (moderation/rules.ts). */
  readonly rules: string;
}

export interface HoldTable {
  readonly id: Generated<number>;
  readonly reason: string;
  /** Who asked for it: an authority, a court, the instance itself. */
  readonly authority: string;
  readonly reference: string;
  readonly placedBy: string;
  readonly placedAt: number;
  state: HoldState;
  requestedBy: string | null;
  releasedBy: string | null;
  releasedAt: number | null;
}

export interface HoldItemTable {
  readonly holdId: number;
  readonly postId: number;
  /** The post as it was, encrypted: moderation/seal.ts. */
  readonly sealed: string;
  /** SHA-256 of what is sealed. */
  readonly hash: string;
}

export interface StaffTable {
  /** The account's id. */
  readonly id: string;
  name: string;
  readonly addedAt: number;
}

export interface StaffGrantTable {
  readonly staffId: string;
  readonly role: Role;
  /** 0: everywhere. */
  readonly boardId: number;
  readonly at: number;
  readonly by: string;
}

/** moderation/chain.ts */
export interface StaffLogTable {
  readonly seq: number;
  readonly at: number;
  readonly staff: string;
  readonly action: string;
  readonly boardId: number | null;
  readonly subject: string;
  readonly detail: string;
  readonly previous: string;
  readonly hash: string;
}

/** The last entry: whoever writes the next one locks this row first. */
export interface StaffLogHeadTable {
  readonly id: number;
  seq: number;
  hash: string;
}
