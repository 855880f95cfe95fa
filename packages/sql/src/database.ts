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
  close(): Promise<void>;
}

/** Either the database or a transaction in it: what a query needs. */
export type Queries<Tables> = Kysely<Tables>;
