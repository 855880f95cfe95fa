import type { Database } from "@egide/sql/database.ts";
import { migrate } from "@egide/sql/migrate.ts";
import { openDatabase } from "@egide/sql/open.ts";
import type { Kysely } from "kysely";
import { MIGRATIONS } from "#store/migrations.ts";
import type { Tables } from "#store/tables.ts";

/** The board's records. */
export type Store = Database<Tables>;
/** What a query takes: the store outside a transaction, or a transaction. */
export type Db = Kysely<Tables>;

/** Opens the records and brings their tables up to date. */
export async function openStore(url: string): Promise<Store> {
  const store = openDatabase<Tables>(url);
  try {
    await migrate(store, MIGRATIONS);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
