import { Database } from "bun:sqlite";
import { join } from "node:path";

const AGAIN_MS = 100;

/**
 * Whether another process works in a folder. Each that does holds a lock that all may hold (a read
 * transaction on a small SQLite file); whoever gets it for himself is alone. The kernel frees the
 * lock of a process that is killed.
 */
export class Presence {
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
  }

  /** Runs `first` with what it is: alone, nobody else comes in before it is done. */
  static async enter(folder: string, first: (alone: boolean) => Promise<void>): Promise<Presence> {
    const db = new Database(join(folder, "running.lock"), { create: true, readwrite: true });
    db.run("pragma busy_timeout = 0");
    const alone = tried(db, "begin exclusive");
    if (alone) {
      try {
        db.run("create table if not exists present (id integer)");
        await first(true);
      } finally {
        db.run("commit");
      }
    }
    // A real timer: it has to keep a process alive that does nothing else yet.
    while (!joined(db)) await Bun.sleep(AGAIN_MS);
    if (!alone) await first(false);
    return new Presence(db);
  }

  leave(): void {
    this.#db.close();
  }
}

function joined(db: Database): boolean {
  db.run("begin");
  // The lock comes with the first read.
  if (tried(db, "select * from present")) return true;
  db.run("rollback");
  return false;
}

function tried(db: Database, sql: string): boolean {
  try {
    db.run(sql);
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code?.startsWith("SQLITE_BUSY") === true) return false;
    // Whoever made the file has not filled it yet.
    if (String(error).includes("no such table")) return false;
    throw error;
  }
}
