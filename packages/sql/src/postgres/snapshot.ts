import type { Pool } from "pg";
import type { Snapshot, SnapshotRow } from "#database.ts";

const AT_ONCE = 1000;

/** A transaction that sees one moment (PostgreSQL, 13.2.2), read through cursors. */
export async function postgresSnapshot(pool: Pool): Promise<Snapshot> {
  const client = await pool.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    // Whoever takes an export over a slow line may take their time.
    await client.query("set local idle_in_transaction_session_timeout = 0");
    await client.query("select 1");
  } catch (error) {
    client.release(true);
    throw error;
  }
  let cursors = 0;
  return {
    async *rows(query, parameters = []) {
      cursors += 1;
      const name = `snapshot_${cursors}`;
      let place = 0;
      const own = query.replace(/\?/g, () => `$${(place += 1)}`);
      await client.query(`declare ${name} cursor for ${own}`, [...parameters]);
      for (;;) {
        const { rows } = await client.query(`fetch ${AT_ONCE} from ${name}`);
        yield* rows as SnapshotRow[];
        if (rows.length < AT_ONCE) break;
      }
      await client.query(`close ${name}`);
    },
    async close() {
      await client.query("rollback");
      client.release();
    },
  };
}
