import { type Grant, mayAppoint } from "#moderation/permission.ts";
import { type Actor, bad, type ModerationDeps } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import type { Db } from "#store/open.ts";

/** An account as it signed in. */
interface Account {
  readonly id: string;
  readonly username: string;
}

/** Who is signed in, with the roles that they have now; null where the account has none. */
export async function actorOf(db: Db, { id, username }: Account): Promise<Actor | null> {
  const grants = [...(await grantsOf(db, id)), ...(await ownershipsOf(db, id))];
  if (grants.length === 0) return null;
  const staff = await db.selectFrom("staff").select("name").where("id", "=", id).executeTakeFirst();
  return { id, name: staff?.name ?? username, grants };
}

/** Whoever made a board owns it once it is open, without anybody's appointment. */
async function ownershipsOf(db: Db, accountId: string): Promise<readonly Grant[]> {
  const rows = await db
    .selectFrom("board")
    .select("id")
    .where("ownerId", "=", accountId)
    .where("state", "in", ["open", "locked"])
    .execute();
  return rows.map(({ id }) => ({ role: "board-owner", boardId: id }));
}

async function grantsOf(db: Db, staffId: string): Promise<readonly Grant[]> {
  const rows = await db
    .selectFrom("staff_grant")
    .select(["role", "boardId"])
    .where("staffId", "=", staffId)
    .execute();
  return rows.map(({ role, boardId }) => ({ role, boardId: boardId === 0 ? null : boardId }));
}

/** Names of the staff by the ids of their accounts. */
export async function staffNames(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom("staff").select(["id", "name"]).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export interface Appointment {
  readonly accountId: string;
  readonly name: string;
  readonly grant: Grant;
}

/** Gives a role. `by` null is the instance itself: its first admin, a board's new owner. */
export async function appoint(
  { store, clock }: Pick<ModerationDeps, "store" | "clock">,
  by: Actor | null,
  { accountId, name, grant }: Appointment,
): Promise<void> {
  if (by !== null && !mayAppoint(by.grants, grant)) throw notYours();
  const at = clock.now();
  const boardId = grant.boardId ?? 0;
  await store.transaction(async (trx) => {
    await trx
      .insertInto("staff")
      .values({ id: accountId, name, addedAt: at })
      .onConflict((conflict) => conflict.column("id").doUpdateSet({ name }))
      .execute();
    await trx
      .insertInto("staff_grant")
      .values({ staffId: accountId, role: grant.role, boardId, at, by: by?.id ?? "instance" })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await addLog(trx, store.engine, {
      at,
      staff: by?.id ?? "instance",
      action: "staff.appoint",
      boardId: grant.boardId,
      subject: `staff ${accountId}`,
      detail: { role: grant.role },
    });
  });
}

/** Takes a role away; the last admin stays. */
export async function dismissStaff(
  { store, clock }: Pick<ModerationDeps, "store" | "clock">,
  by: Actor,
  { accountId, grant }: { accountId: string; grant: Grant },
): Promise<void> {
  if (!mayAppoint(by.grants, grant)) throw notYours();
  await store.transaction(async (trx) => {
    if (grant.role === "admin") {
      const admins = await trx
        .selectFrom("staff_grant")
        .select("staffId")
        .where("role", "=", "admin")
        .execute();
      if (admins.every(({ staffId }) => staffId === accountId)) {
        throw bad("board.last_admin", "The last admin can't be taken away.");
      }
    }
    await trx
      .deleteFrom("staff_grant")
      .where("staffId", "=", accountId)
      .where("role", "=", grant.role)
      .where("boardId", "=", grant.boardId ?? 0)
      .execute();
    if (grant.role === "board-owner" && grant.boardId !== null) {
      // Whoever made the board, or took it over by an invitation, owns it without an appointment.
      await trx
        .updateTable("board")
        .set({ ownerId: null })
        .where("id", "=", grant.boardId)
        .where("ownerId", "=", accountId)
        .execute();
    }
    await addLog(trx, store.engine, {
      at: clock.now(),
      staff: by.id,
      action: "staff.dismiss",
      boardId: grant.boardId,
      subject: `staff ${accountId}`,
      detail: { role: grant.role },
    });
  });
}

export function notYours() {
  return bad("board.not_allowed", "Your role does not allow to give or take this one.");
}
