import { sql } from "kysely";
import type { Db, Store } from "#store/open.ts";

/**
 * Waits until nobody else decides about the same row, and keeps others waiting until the transaction
 * ends: what is read behind it is so. SQLite has one writer anyway.
 */
export async function takeTurn(
  trx: Db,
  { engine }: Pick<Store, "engine">,
  table: "act" | "appeal" | "hold" | "post" | "queue_item",
  id: number | string,
): Promise<void> {
  if (engine !== "postgres") return;
  await sql`select 1 from ${sql.table(table)} where id = ${id} for update`.execute(trx);
}
