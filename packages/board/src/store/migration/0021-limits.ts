import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** What was counted of whom, and what counts once: the same for all processes on these records. */
export const limits: Migration = {
  name: "0021-limits",
  up: (db, engine) =>
    ddl(
      db,
      engine,
      `create table limit_use (key $text primary key, due $int not null, room $int not null)
$clustered;`,
    ),
};
