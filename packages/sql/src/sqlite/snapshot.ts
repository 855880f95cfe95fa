import { Database, type SQLQueryBindings } from "bun:sqlite";
import type { Snapshot, SnapshotRow } from "#database.ts";

/** Rows between which others have a turn: stepping through a table is synchronous. */
const AT_ONCE = 500;

/**
 * A connection of its own within one read transaction: in WAL mode it neither sees nor keeps up those
 * who write. (The log grows for as long as it is open: sqlite.org/wal.html, section 6.)
 */
export function sqliteSnapshot(path: string): Snapshot {
  const db = new Database(path, { readwrite: true });
  db.run("pragma busy_timeout = 5000");
  db.run("pragma query_only = on");
  db.run("begin");
  // The moment is that of the first read, not that of `begin`.
  db.prepare("select count(*) from sqlite_schema").get();
  return {
    async *rows(query, parameters = []) {
      const statement = db.prepare(query);
      try {
        let count = 0;
        for (const row of statement.iterate(...(parameters as SQLQueryBindings[]))) {
          yield row as SnapshotRow;
          count += 1;
          if (count % AT_ONCE === 0) await new Promise<void>((resolve) => setImmediate(resolve));
        }
      } finally {
        statement.finalize();
      }
    },
    async close() {
      db.run("rollback");
      db.close();
    },
  };
}
