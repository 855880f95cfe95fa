import type { Kysely, Transaction } from "kysely";

export type Engine = "sqlite" | "postgres";

/** A connection to where records are kept, whichever engine that is. */
export interface Database<Tables> {
  readonly engine: Engine;
  /** Queries outside a transaction: each sees what was committed when it began. */
  readonly kysely: Kysely<Tables>;
  /**
   * Runs `work` whole or not at all, and returns once its outcome would survive a loss of power.
   * Where the engine gives up on a conflict `work` is run again: it must do nothing but SQL.
   */
  transaction<Result>(work: (trx: Transaction<Tables>) => Promise<Result>): Promise<Result>;
  /** Everything as it stands at this moment, to be read beside what others write meanwhile. */
  snapshot(): Promise<Snapshot>;
  close(): Promise<void>;
}

/** Either the database or a transaction in it: what a query needs. */
export type Queries<Tables> = Kysely<Tables>;

/** One moment of the database, held until it is closed. One reader at a time. */
export interface Snapshot {
  /** Rows of a query, a few at a time in memory, however many there are. */
  rows(query: string, parameters?: readonly unknown[]): AsyncIterable<SnapshotRow>;
  close(): Promise<void>;
}

export type SnapshotRow = Readonly<Record<string, unknown>>;
