import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Who made an invitation: it gives nothing once they may not give its role themselves. */
export const inviter: Migration = {
  name: "0062-inviter",
  up: (db, engine) => ddl(db, engine, "alter table invitation add column invitedBy $text;"),
};
