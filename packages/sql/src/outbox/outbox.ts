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
/** Tried so often at least, and for so long: the other side may be away over a weekend. */
const ATTEMPTS_LEAST = 24;
const TRY_MS = 6 * 86_400_000;
/** Of one kind in one lane. */
const AT_ONCE = 8;
const LANES: readonly Lane[] = ["urgent", "ordinary"];

interface Row {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly payload: string;
  readonly attempts: number;
  readonly createdAt: number;
}

/** Messages of one kind in one lane: what hangs there keeps nobody else waiting. */
interface Sender {
  readonly lane: Lane;
  readonly kind: string;
  busy: number;
  isClaiming: boolean;
  /** Something came up while it claimed. */
  again: boolean;
}

/**
 * Sends what transactions have enqueued: at least once each, in the order of due times, by lane and
 * kind. Only messages of kinds that have a handler here are touched: others wait for a process that
 * delivers them.
 */
export class Outbox<Tables extends OutboxTables> {
  readonly #database: Database<OutboxTables>;
  readonly #options: OutboxOptions;
  readonly #random: () => number;
  readonly #senders: readonly Sender[];
  /** What has to be over before the database may be closed. */
  readonly #underWay = new Set<Promise<unknown>>();
  #timer: Timer | null = null;
  #isLooking = false;
  /** It was kicked while it looked. */
  #again = false;
  #stopped = true;

  constructor(database: Database<Tables>, options: OutboxOptions) {
    this.#database = database as unknown as Database<OutboxTables>;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#senders = LANES.flatMap((lane) =>
      Object.keys(options.handlers).map((kind) => ({
        lane,
        kind,
        busy: 0,
        isClaiming: false,
        again: false,
      })),
    );
  }

  start(): void {
    this.#stopped = false;
    this.kick();
  }

  /** Looks now: called after a transaction that enqueued something. */
  kick(): void {
    if (this.#stopped) return;
    if (this.#isLooking) {
      this.#again = true;
      return;
    }
    this.#timer?.cancel();
    this.#isLooking = true;
    this.#keep(this.#look());
  }

  /** Waits for deliveries that are under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Delivers what is due now, and answers how many messages that were. */
  async runDue(lane: Lane): Promise<number> {
    const counts = this.#senders
      .filter((sender) => sender.lane === lane)
      .map(async ({ kind }) => {
        for (let delivered = 0; ; ) {
          const batch = await this.#claim(lane, kind, AT_ONCE);
          await Promise.all(batch.map((row) => this.#deliver(row)));
          delivered += batch.length;
          if (batch.length < AT_ONCE) return delivered;
        }
      });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** Finds out which senders have something to do. */
  async #look(): Promise<void> {
    try {
      const due = await this.#database.kysely
        .selectFrom("outbox")
        .select(["lane", "kind"])
        .distinct()
        .where("state", "=", "waiting")
        .where("lane", "in", LANES)
        .where("kind", "in", [...new Set(this.#senders.map(({ kind }) => kind))])
        .where("dueAt", "<=", this.#options.clock.now())
        .execute();
      for (const sender of this.#senders) {
        const isDue = due.some(({ lane, kind }) => lane === sender.lane && kind === sender.kind);
        if (isDue) this.#keep(this.#fill(sender));
      }
    } catch {
      // A database that is away is asked again at the next poll.
    }
    this.#isLooking = false;
    if (this.#stopped) return;
    if (this.#again) {
      this.#again = false;
      this.kick();
      return;
    }
    this.#timer = this.#options.clock.after(POLL_MS, () => this.kick());
  }

  /** Takes as many messages as a sender has hands free, and more as these become free again. */
  async #fill(sender: Sender): Promise<void> {
    sender.again = true;
    if (sender.isClaiming) return;
    sender.isClaiming = true;
    try {
      while (sender.again) {
        sender.again = false;
        const free = AT_ONCE - sender.busy;
        if (free === 0) break;
        const batch = await this.#claim(sender.lane, sender.kind, free);
        const hasMore = batch.length === free;
        for (const row of batch) this.#keep(this.#send(sender, row, hasMore));
      }
    } catch {
      // As above.
    }
    sender.isClaiming = false;
  }

  async #send(sender: Sender, row: Row, hasMore: boolean): Promise<void> {
    sender.busy += 1;
    try {
      await this.#deliver(row);
    } catch {
      // What came of it could not be written down: it is due again once its lease is over.
    }
    sender.busy -= 1;
    if (hasMore && !this.#stopped) this.#keep(this.#fill(sender));
  }

  #keep(work: Promise<unknown>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  #claim(lane: Lane, kind: string, most: number): Promise<readonly Row[]> {
    const now = this.#options.clock.now();
    return this.#database.transaction(async (trx) => {
      let due = trx
        .selectFrom("outbox")
        .select(["id", "kind", "key", "payload", "attempts", "createdAt"])
        .where("state", "=", "waiting")
        .where("lane", "=", lane)
        .where("kind", "=", kind)
        .where("dueAt", "<=", now)
        .orderBy("dueAt")
        .orderBy("id")
        .limit(most);
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

  async #deliver(row: Row): Promise<void> {
    const { id, key, payload } = row;
    const attempt = row.attempts + 1;
    try {
      const handler = this.#options.handlers[row.kind] as Deliver;
      await handler({ id, key, payload: JSON.parse(payload), attempt });
    } catch (error) {
      await this.#failed(row, attempt, error);
      return;
    }
    const now = this.#options.clock.now();
    await this.#update(id, { state: "done", doneAt: now, lastError: null });
  }

  async #failed(row: Row, attempt: number, error: unknown): Promise<void> {
    const { id, kind, key, createdAt } = row;
    const now = this.#options.clock.now();
    const isRefused = error instanceof AppError && !error.retry;
    const isHopeless = attempt >= ATTEMPTS_LEAST && now - createdAt >= TRY_MS;
    const lastError = String(error).slice(0, 500);
    if (isRefused || isHopeless) {
      const isOver = await this.#update(id, { state: "dead", doneAt: now, lastError });
      if (isOver) this.#options.onDead?.(kind, key, error);
      return;
    }
    await this.#update(id, { dueAt: now + backoff(attempt, this.#random()), lastError });
  }

  /** False where it is over already: another may have delivered it after this one's lease. */
  async #update(
    id: number,
    values: {
      state?: "done" | "dead";
      doneAt?: number;
      dueAt?: number;
      lastError: string | null;
    },
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.kysely
      .updateTable("outbox")
      .set(values)
      .where("id", "=", id)
      .where("state", "=", "waiting")
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }
}

/** For how long it is kept what was said to whom: longer than anybody asks again under the same key. */
const KEEP_MS = 30 * 86_400_000;

/** Lets messages go that were delivered, or given up, a while ago. */
export async function forgetSent<Tables extends OutboxTables>(
  database: Database<Tables>,
  now: number,
): Promise<void> {
  await (database as unknown as Database<OutboxTables>).kysely
    .deleteFrom("outbox")
    .where("doneAt", "<", now - KEEP_MS)
    .execute();
}
