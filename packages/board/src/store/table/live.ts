import type { Generated } from "kysely";

/** What processes on one SQLite file tell each other; kept for some minutes. */
export interface LiveEventTable {
  /** Grows with each commit: one writer at a time. */
  readonly seq: Generated<number>;
  readonly at: number;
  /** JSON: BoardEvent with `from` (thread/announce.ts). */
  readonly event: string;
}
