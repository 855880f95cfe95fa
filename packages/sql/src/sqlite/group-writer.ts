import type { Database } from "bun:sqlite";
import type { Clock } from "@egide/std/clock.ts";

/** A group is closed once it holds so many transactions … */
const GROUP_MOST = 64;
/** … or is so old: whoever came first does not wait for whoever keeps coming. */
const GROUP_MS = 10;

/** How long a transaction waits for another process that writes to the same file. */
const BUSY_MS = 10_000;
/** How often it looks whether it is its turn: the event loop goes on in between. */
const AGAIN_MS = 3;

interface Group {
  readonly began: number;
  readonly members: PromiseWithResolvers<void>[];
}

/**
 * The one writer of an SQLite file, with group commit: transactions take turns as savepoints of one
 * real transaction. One that fails rolls back alone. All are told of success once the disk has what
 * was committed; that is waited for beside the event loop, and one wait serves all that were
 * committed before it began.
 */
export class GroupWriter {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #disk: () => Promise<void>;
  readonly #waiting: (() => void)[] = [];
  #taken = false;
  #group: Group | null = null;
  /** Committed, and nobody knows yet whether it would outlive a loss of power. */
  #committed: PromiseWithResolvers<void>[] = [];
  #syncing: Promise<void> | null = null;
  /** What the disk answered when it failed: later commits would stand on pages that are lost. */
  #failure: unknown = null;

  /** `disk` resolves once all that was committed before the call is on disk. */
  constructor(db: Database, clock: Clock, disk: () => Promise<void>) {
    this.#db = db;
    this.#clock = clock;
    this.#disk = disk;
  }

  /** Waits for its turn; ends with `commit` or `rollback`, always. */
  async begin(): Promise<void> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    try {
      if (this.#failure !== null) throw this.#failure;
      if (this.#group === null) {
        await this.#open();
        this.#group = { began: this.#clock.monotonic(), members: [] };
      }
      this.#db.run("savepoint member");
    } catch (error) {
      this.#pass();
      throw error;
    }
  }

  /** Takes the file's one write lock, which another process may have for a moment. */
  async #open(): Promise<void> {
    const since = this.#clock.monotonic();
    for (;;) {
      try {
        this.#db.run("begin immediate");
        return;
      } catch (error) {
        const { code } = error as { readonly code?: string };
        const isBusy = code?.startsWith("SQLITE_BUSY") === true;
        if (!isBusy || this.#clock.monotonic() - since > BUSY_MS) throw error;
      }
      await new Promise<void>((resolve) => this.#clock.after(AGAIN_MS, resolve));
    }
  }

  /** Resolves when the whole group is on disk. */
  async commit(): Promise<void> {
    const group = this.#group;
    const member = Promise.withResolvers<void>();
    try {
      this.#db.run("release member");
      group?.members.push(member);
    } catch (error) {
      this.#broken(error);
      member.reject(error);
    }
    this.#pass();
    await member.promise;
  }

  rollback(): void {
    try {
      this.#db.run("rollback to member");
      this.#db.run("release member");
    } catch (error) {
      this.#broken(error);
    }
    this.#pass();
  }

  /** Commits what is open, and waits for the disk: before the file is closed. */
  async flush(): Promise<void> {
    if (!this.#taken) this.#close();
    await this.#syncing;
  }

  #pass(): void {
    const group = this.#group;
    const full =
      group !== null &&
      (group.members.length >= GROUP_MOST || this.#clock.monotonic() - group.began >= GROUP_MS);
    if (full) this.#close();
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    this.#taken = false;
    // What else became ready in this turn of the event loop may still join.
    if (this.#group !== null) setImmediate(() => this.#closeIfIdle(group));
  }

  #closeIfIdle(group: Group | null): void {
    if (!this.#taken && this.#group === group) this.#close();
  }

  #close(): void {
    const group = this.#group;
    this.#group = null;
    if (group === null) return;
    try {
      this.#db.run("commit");
    } catch (error) {
      if (this.#db.inTransaction) this.#db.run("rollback");
      for (const member of group.members) member.reject(error);
      return;
    }
    this.#committed.push(...group.members);
    this.#syncing ??= this.#sync();
  }

  async #sync(): Promise<void> {
    // Not before `#syncing` names it: what fails at once would leave it set, and nobody would sync again.
    await Promise.resolve();
    while (this.#committed.length > 0) {
      const members = this.#committed;
      this.#committed = [];
      try {
        if (this.#failure !== null) throw this.#failure;
        await this.#disk();
        for (const member of members) member.resolve();
      } catch (error) {
        this.#failure = error;
        for (const member of members) member.reject(error);
      }
    }
    this.#syncing = null;
  }

  /** The engine may undo everything at once (disk full, I/O): then nobody of the group is told yes. */
  #broken(error: unknown): void {
    const group = this.#group;
    if (group === null) return;
    this.#group = null;
    if (this.#db.inTransaction) this.#db.run("rollback");
    for (const member of group.members) member.reject(error);
  }
}
