import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** What one process tells the others that share an SQLite file; PostgreSQL needs no table for it. */
export const live: Migration = {
  name: "0013-live",
  up: (db, engine) =>
    ddl(
      db,
      engine,
      `create table live_event (seq $id, at $int not null, event $text not null) $strict;
create index live_event_at on live_event (at);`,
    ),
};
