import { enqueue } from "@egide/sql/outbox/enqueue.ts";
import { z } from "zod";
import { notFound, secretId, sha256 } from "#moderation/service/deps.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { KINDS } from "#provider/message.ts";
import type { ProviderSettings } from "#settings/provider.ts";
import type { Db } from "#store/open.ts";

/** One call of one person by one way. */
export const callSchema = z.strictObject({
  alert: z.int(),
  level: z.int(),
  way: z.enum(["webhook", "mail"]),
  to: z.string(),
  /** Carried by the link with which the call is acknowledged. */
  token: z.string(),
});

export type Call = z.infer<typeof callSchema>;

/** Every call that an alert can lead to, with the minutes after which it is made. Pure. */
export function callsOf({ levels, minutes }: ProviderSettings["onCall"]) {
  return levels.flatMap((level, i) =>
    (["webhook", "mail"] as const).flatMap((way) => {
      const to = level[way];
      return to === undefined ? [] : [{ level: i, way, to, afterMs: i * minutes * 60_000 }];
    }),
  );
}

/**
 * Calls whoever is on call. All levels are written at once, each due when those before it had their
 * time: a crash in between delays no call, and one that is acknowledged makes the rest silent.
 */
export async function raiseAlert(
  trx: Db,
  { settings }: Pick<ProviderDeps, "settings">,
  itemId: number,
  now: number,
): Promise<void> {
  const rings = await trx
    .selectFrom("alert")
    .innerJoin("queue_item", "queue_item.id", "alert.itemId")
    .select("alert.id")
    .where("itemId", "=", itemId)
    .whereRef("alert.raisedAt", ">=", "queue_item.openedAt")
    .executeTakeFirst();
  // One post rings once, however many report it.
  if (rings !== undefined) return;
  const token = secretId();
  const { id } = await trx
    .insertInto("alert")
    .values({
      itemId,
      raisedAt: now,
      level: -1,
      nextAt: now,
      token: sha256(token),
      acknowledgedBy: null,
      acknowledgedAt: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  for (const { level, way, to, afterMs } of callsOf(settings.onCall)) {
    const payload: Call = { alert: id, level, way, to, token };
    const key = `alert:${id}:${level}:${way}`;
    const dueAt = now + afterMs;
    await enqueue(trx, { kind: KINDS.alert, key, payload, lane: "urgent", dueAt }, now);
  }
}

/** Somebody is on it: the levels above are not called any more. True where it was not known yet. */
export async function acknowledge(
  { store, clock }: Pick<ProviderDeps, "store" | "clock">,
  token: string,
  by: string,
): Promise<{ readonly itemId: number; readonly first: boolean }> {
  return store.transaction(async (trx) => {
    const row = await trx
      .selectFrom("alert")
      .select(["id", "itemId", "acknowledgedAt"])
      .where("token", "=", sha256(token))
      .executeTakeFirst();
    if (row === undefined) throw notFound();
    if (row.acknowledgedAt !== null) return { itemId: row.itemId, first: false };
    await trx
      .updateTable("alert")
      .set({ acknowledgedBy: by, acknowledgedAt: clock.now(), nextAt: null })
      .where("id", "=", row.id)
      .execute();
    return { itemId: row.itemId, first: true };
  });
}

/** Whether somebody is on it; throws AppError where there is no such call. */
export async function isTaken({ store }: Pick<ProviderDeps, "store">, token: string) {
  const row = await store.kysely
    .selectFrom("alert")
    .select("acknowledgedAt")
    .where("token", "=", sha256(token))
    .executeTakeFirst();
  if (row === undefined) throw notFound();
  return row.acknowledgedAt !== null;
}
