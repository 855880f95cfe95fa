import type { Generated } from "kysely";
import type { StatusState } from "@egide/contract/abuse/status.ts";

/** A report that was sent to the provider. */
export interface EscalationTable {
  /** `report_id` of the XARF report. */
  readonly id: string;
  readonly itemId: number;
  readonly at: number;
  readonly by: string;
  /** The report as it is sent. */
  readonly xarf: string;
  deliveredAt: number | null;
  /** The provider's own name for it. */
  reference: string | null;
  /** Number of the newest word that was heard. */
  sequence: number;
  state: StatusState | null;
  text: string;
  stateAt: number | null;
}

/** Messages that were taken. */
export interface AbuseSeenTable {
  readonly id: string;
  readonly at: number;
}

export interface InboxNoticeTable {
  readonly id: Generated<number>;
  readonly message: string;
  readonly at: number;
  readonly type: string;
  readonly reference: string;
  /** JSON: contract/abuse/notice.ts. */
  readonly body: string;
  readonly answerBy: number | null;
  state: "new" | "read" | "done";
  readBy: string | null;
  readAt: number | null;
  answer: string;
}

export interface AlertTable {
  readonly id: Generated<number>;
  readonly itemId: number;
  readonly raisedAt: number;
  /** Which of the levels of on-call was told last, from 0. */
  level: number;
  /** When the next level is told, while nobody acknowledges. */
  nextAt: number | null;
  /** SHA-256 of what the link in the alert carries. */
  readonly token: string;
  acknowledgedBy: string | null;
  acknowledgedAt: number | null;
}

export interface TombstoneTable {
  readonly actId: string;
  readonly removedAt: number;
  /** JSON: contract/abuse/removal.ts. */
  readonly body: string;
  /** When the own edge had purged it. */
  edgeAt: number | null;
  /** When the provider said that it had. */
  providerAt: number | null;
}
