import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Posts that a list of known files or removed texts found: what is published of automated means. */
export const detection: Migration = {
  name: "0061-detection",
  up: (db, engine) =>
    ddl(
      db,
      engine,
      `create table detection (postId $int primary key, at $int not null) $clustered;
create index detection_at on detection (at);`,
    ),
};
