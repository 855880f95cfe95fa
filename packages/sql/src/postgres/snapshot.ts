import pg from "pg";
import type { Snapshot, SnapshotRow } from "#database.ts";

const AT_ONCE = 1000;

/**
 * A transaction that sees one moment (PostgreSQL, 13.2.2), read through cursors. Over a connection of
 * its own: it may last, and those of the pool are for what is done at once.
 */
export async function postgresSnapshot(config: pg.ClientConfig): Promise<Snapshot> {
  const client = new pg.Client({ ...config, application_name: "egide reads a snapshot" });
  // Whoever reads hears of it; without a listener it would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("begin isolation level repeatable read read only");
    // Whoever takes an export over a slow line may take their time.
    await client.query("set local idle_in_transaction_session_timeout = 0");
    await client.query("select 1");
  } catch (error) {
    await client.end().catch(() => undefined);
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
      // What it began ends with it.
      await client.end();
    },
  };
}
