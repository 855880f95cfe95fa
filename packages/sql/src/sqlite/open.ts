import { Database as SqliteFile } from "bun:sqlite";
import { chmodSync, existsSync } from "node:fs";
import { type Clock, systemClock } from "@egide/std/clock.ts";
import {
  type Dialect,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Database } from "#database.ts";
import { SqliteDriver } from "#sqlite/driver.ts";
import { GroupWriter } from "#sqlite/group-writer.ts";
import { WriteAheadLog } from "#sqlite/write-ahead-log.ts";
import { sqliteSnapshot } from "#sqlite/snapshot.ts";

/** The driver has a connection for reads and queues writes; changes of tables can be undone. */
class Adapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Opens the file, and makes it where there is none (readable to its owner alone). */
export function openSqlite<Tables>(path: string, clock: Clock = systemClock): Database<Tables> {
  const fresh = !existsSync(path);
  const writer = new SqliteFile(path, { create: true, readwrite: true });
  if (fresh) chmodSync(path, 0o600);
  // Another process (a backup, a command) may hold the file for a moment.
  writer.run("pragma busy_timeout = 5000");
  writer.run("pragma journal_mode = wal");
  // A commit is on disk before anybody is told of it: the group of it waits for that itself.
  writer.run("pragma synchronous = normal");
  const reader = new SqliteFile(path, { readwrite: true });
  for (const db of [writer, reader]) {
    db.run("pragma busy_timeout = 5000");
    db.run("pragma foreign_keys = on");
    db.run("pragma temp_store = memory");
    db.run("pragma cache_size = -65536");
    db.run("pragma mmap_size = 1073741824");
  }
  reader.run("pragma query_only = on");
  // Whoever writes waits for other processes without holding the event loop: GroupWriter asks again.
  writer.run("pragma busy_timeout = 0");
  const log = new WriteAheadLog(path);
  const group = new GroupWriter(writer, clock, () => log.sync());
  const dialect: Dialect = {
    createAdapter: () => new Adapter(),
    createDriver: () => new SqliteDriver({ reader, writer, group, log }),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  const kysely = new Kysely<Tables>({ dialect });
  return {
    engine: "sqlite",
    kysely,
    transaction: (work) => kysely.transaction().execute(work),
    snapshot: async () => sqliteSnapshot(path),
    close: () => kysely.destroy(),
  };
}
