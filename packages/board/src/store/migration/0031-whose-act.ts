import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Whether an act was the site's: then a board's own staff can't take it back. */
export const whoseAct: Migration = {
  name: "0031-whose-act",
  up: (db, engine) =>
    ddl(db, engine, "alter table act add column byInstance $int not null default 0;"),
};
