import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Where copies of a removed text are held back: on the board whose staff removed it; null: everywhere. */
export const whoseRemoval: Migration = {
  name: "0063-whose-removal",
  up: (db, engine) => ddl(db, engine, "alter table removed_text add column boardId $int;"),
};
