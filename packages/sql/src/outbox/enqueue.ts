import type { Queries } from "#database.ts";
import type { Lane, OutboxTables } from "#outbox/table.ts";

export interface Message {
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  readonly lane?: Lane;
  /** Milliseconds since the epoch; now where it is missing. */
  readonly dueAt?: number;
}

/** Puts a message into the transaction that causes it: both happen, or neither. */
export async function enqueue<Tables extends OutboxTables>(
  trx: Queries<Tables>,
  message: Message,
  now: number,
): Promise<void> {
  await (trx as unknown as Queries<OutboxTables>)
    .insertInto("outbox")
    .values({
      lane: message.lane ?? "ordinary",
      kind: message.kind,
      key: message.key,
      payload: JSON.stringify(message.payload),
      createdAt: now,
      dueAt: message.dueAt ?? now,
      attempts: 0,
      state: "waiting",
      lastError: null,
      doneAt: null,
    })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}
