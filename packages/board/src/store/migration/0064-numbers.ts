import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Which numbers of a board that was brought over are the source's, and which were given out here. */
export const numbers: Migration = {
  name: "0064-numbers",
  up: (db, engine) => ddl(db, engine, COLUMNS),
};

const COLUMNS = `
alter table import_board add column reservedNo $int;
alter table import_board add column doneNo $int;
alter table import_board add column given $text not null default '[]';
`;
