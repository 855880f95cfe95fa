import type { Clock, Timer } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import type { Database } from "#database.ts";
import { backoff } from "#outbox/backoff.ts";
import type { Lane, OutboxTables } from "#outbox/table.ts";

export interface Delivery {
  readonly id: number;
  readonly key: string;
  readonly payload: unknown;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** Delivers one message; what it throws decides: an AppError without `retry` ends the attempts. */
export type Deliver = (delivery: Delivery) => Promise<void>;

export interface OutboxOptions {
  readonly clock: Clock;
  readonly handlers: Readonly<Record<string, Deliver>>;
  readonly random?: () => number;
  /** Told of each message that is given up. */
  readonly onDead?: (kind: string, key: string, error: unknown) => void;
}

/** How long nobody else takes a message that somebody has begun to deliver. */
const LEASE_MS = 60_000;
/** How often tables are asked for what other processes have put there, or what is due again. */
const POLL_MS = 1000;
const ATTEMPTS_MOST = 24;
const AT_ONCE: Record<Lane, number> = { urgent: 8, ordinary: 8 };

/** Sends what transactions have enqueued: at least once each, in the order of due times, by lane. */
export class Outbox<Tables extends OutboxTables> {
  readonly #database: Database<OutboxTables>;
  readonly #options: OutboxOptions;
  readonly #random: () => number;
  readonly #timers = new Map<Lane, Timer>();
  readonly #running = new Map<Lane, Promise<void>>();
  /** Lanes that were kicked while they ran: they look once more. */
  readonly #again = new Set<Lane>();
  #stopped = true;

  constructor(database: Database<Tables>, options: OutboxOptions) {
    this.#database = database as unknown as Database<OutboxTables>;
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  start(): void {
    this.#stopped = false;
    this.kick();
  }

  /** Looks now: called after a transaction that enqueued something. */
  kick(): void {
    for (const lane of ["urgent", "ordinary"] as const) this.#drain(lane);
  }

  /** Waits for deliveries that are under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await Promise.all(this.#running.values());
  }

  /** Delivers what is due now, and answers how many messages that were. */
  async runDue(lane: Lane): Promise<number> {
    let delivered = 0;
    for (;;) {
      const batch = await this.#claim(lane);
      await Promise.all(batch.map((row) => this.#deliver(row)));
      delivered += batch.length;
      if (batch.length < AT_ONCE[lane] || this.#stopped) return delivered;
    }
  }

  #drain(lane: Lane): void {
    if (this.#stopped) return;
    if (this.#running.has(lane)) {
      this.#again.add(lane);
      return;
    }
    this.#timers.get(lane)?.cancel();
    this.#running.set(lane, this.#run(lane));
  }

  async #run(lane: Lane): Promise<void> {
    try {
      await this.runDue(lane);
    } catch {
      // A database that is away is asked again at the next poll.
    }
    this.#running.delete(lane);
    if (this.#stopped) return;
    if (this.#again.delete(lane)) {
      this.#drain(lane);
      return;
    }
    const next = this.#options.clock.after(POLL_MS, () => this.#drain(lane));
    this.#timers.set(lane, next);
  }

  #claim(lane: Lane) {
    const now = this.#options.clock.now();
    return this.#database.transaction(async (trx) => {
      let due = trx
        .selectFrom("outbox")
        .select(["id", "kind", "key", "payload", "attempts"])
        .where("state", "=", "waiting")
        .where("lane", "=", lane)
        .where("dueAt", "<=", now)
        .orderBy("dueAt")
        .orderBy("id")
        .limit(AT_ONCE[lane]);
      if (this.#database.engine === "postgres") due = due.forUpdate().skipLocked();
      const rows = await due.execute();
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) {
        await trx
          .updateTable("outbox")
          .set((row) => ({ dueAt: now + LEASE_MS, attempts: row("attempts", "+", 1) }))
          .where("id", "in", ids)
          .execute();
      }
      return rows;
    });
  }

  async #deliver(row: {
    id: number;
    kind: string;
    key: string;
    payload: string;
    attempts: number;
  }): Promise<void> {
    const { id, kind, key } = row;
    const attempt = row.attempts + 1;
    const handler = this.#options.handlers[kind];
    try {
      if (handler === undefined) throw nobodyDelivers(kind);
      await handler({ id, key, payload: JSON.parse(row.payload), attempt });
    } catch (error) {
      await this.#failed(row, attempt, error);
      return;
    }
    const now = this.#options.clock.now();
    await this.#update(id, { state: "done", doneAt: now, lastError: null });
  }

  async #failed(
    { id, kind, key }: { id: number; kind: string; key: string },
    attempt: number,
    error: unknown,
  ): Promise<void> {
    const final = (error instanceof AppError && !error.retry) || attempt >= ATTEMPTS_MOST;
    const now = this.#options.clock.now();
    const lastError = String(error).slice(0, 500);
    if (final) {
      await this.#update(id, { state: "dead", doneAt: now, lastError });
      this.#options.onDead?.(kind, key, error);
      return;
    }
    await this.#update(id, { dueAt: now + backoff(attempt, this.#random()), lastError });
  }

  async #update(
    id: number,
    values: {
      state?: "done" | "dead";
      doneAt?: number;
      dueAt?: number;
      lastError: string | null;
    },
  ): Promise<void> {
    await this.#database.kysely.updateTable("outbox").set(values).where("id", "=", id).execute();
  }
}

function nobodyDelivers(kind: string): AppError {
  return new AppError({
    code: "sql.outbox_no_handler",
    source: "operator",
    retry: true,
    publicMessage: `nothing here delivers messages of kind ${kind}`,
  });
}
