import type { Generated } from "kysely";
import { ddl } from "#ddl.ts";
import type { Migration } from "#migrate.ts";

/** Urgent messages never wait for ordinary ones: each lane has its own senders. */
export type Lane = "urgent" | "ordinary";

export interface OutboxTable {
  readonly id: Generated<number>;
  readonly lane: Lane;
  /** Names the handler. */
  readonly kind: string;
  /** What makes the message one: enqueued twice under the same key, it leaves once. */
  readonly key: string;
  readonly payload: string;
  readonly createdAt: number;
  /** Not before this moment; moved ahead while somebody delivers, so that a crash only delays. */
  dueAt: number;
  attempts: number;
  state: "waiting" | "done" | "dead";
  lastError: string | null;
  doneAt: number | null;
}

/** What a database must have among its tables to hold an outbox. */
export interface OutboxTables {
  outbox: OutboxTable;
}

export const outboxMigration: Migration = {
  name: "0001-outbox",
  up: (db, engine) =>
    ddl(
      db,
      engine,
      `create table outbox (
        id $id, lane $text not null, kind $text not null, key $text not null unique,
        payload $text not null, createdAt $int not null, dueAt $int not null,
        attempts $int not null, state $text not null, lastError $text, doneAt $int
      ) $strict;
      create index outbox_due on outbox (lane, dueAt) where state = 'waiting';`,
    ),
};

/** Each process looks for messages of the kinds that it delivers, kind by kind. */
export const outboxKindsMigration: Migration = {
  name: "0002-outbox-kinds",
  up: (db, engine) =>
    ddl(
      db,
      engine,
      `drop index outbox_due;
      create index outbox_kind_due on outbox (lane, kind, dueAt, id) where state = 'waiting';
      create index outbox_over on outbox (doneAt) where doneAt is not null;`,
    ),
};
