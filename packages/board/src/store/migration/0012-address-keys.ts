import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Keys under which addresses are hashed, one for each period; deleted after a few. */
export const addressKeys: Migration = {
  name: "0012-address-keys",
  up: (db, engine) =>
    ddl(
      db,
      engine,
      "create table address_key (period $int primary key, key $bytes not null) $strict;",
    ),
};
