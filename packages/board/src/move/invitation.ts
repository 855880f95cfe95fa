import { mayAppoint, type Role } from "#moderation/permission.ts";
import {
  type Actor,
  bad,
  type ModerationDeps,
  notFound,
  secretId,
  sha256,
} from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import { actorOf, notYours } from "#moderation/service/staff.ts";
import type { Db, Store } from "#store/open.ts";

const DAY_MS = 86_400_000;
/** For how long a link may be followed. */
const INVITATION_DAYS = 30;
const NAME_MOST = 30;

export const INVITATION_PATH = "/invitation";
const LINK = /^\/invitation\/([\w-]{22})$/;

export interface Offer {
  readonly name: string;
  readonly role: Role;
  /** Null: everywhere. */
  readonly boardId: number | null;
}

/**
 * Offers a role to whoever has the link; answers its path, which is kept nowhere. `invitedBy` null is
 * the installation itself, as where accounts are brought over.
 */
export async function invite(
  trx: Db,
  offer: Offer,
  now: number,
  invitedBy: string | null = null,
): Promise<string> {
  const token = secretId();
  await trx
    .insertInto("invitation")
    .values({
      token: sha256(token),
      name: offer.name,
      role: offer.role,
      boardId: offer.boardId ?? 0,
      at: now,
      endsAt: now + INVITATION_DAYS * DAY_MS,
      usedAt: null,
      usedBy: null,
      invitedBy,
    })
    .execute();
  return `${INVITATION_PATH}/${token}`;
}

/** Invites somebody who may have no account yet: whoever may appoint them, and nobody else. */
export async function inviteAs(
  { store, clock }: Pick<ModerationDeps, "store" | "clock">,
  by: Actor,
  offer: Offer,
): Promise<string> {
  const { role, boardId } = offer;
  if (!mayAppoint(by.grants, offer)) throw notYours();
  const name = offer.name.trim();
  if (name === "" || name.length > NAME_MOST) {
    throw bad("board.bad_text", "Say whom you invite, in 30 characters at most.");
  }
  const at = clock.now();
  return store.transaction(async (trx) => {
    const path = await invite(trx, { name, role, boardId }, at, by.id);
    await addLog(trx, store.engine, {
      at,
      staff: by.id,
      action: "staff.invite",
      boardId,
      subject: "invitation",
      detail: { role, invited: name },
    });
    return path;
  });
}

export interface OpenOffer extends Offer {
  readonly id: number;
  readonly endsAt: number;
}

/** Invitations that may still be taken up, of roles that this person may give and take. */
export async function openOffers(db: Db, by: Actor, now: number): Promise<readonly OpenOffer[]> {
  const rows = await db
    .selectFrom("invitation")
    .select(["id", "name", "role", "boardId", "endsAt"])
    .where("usedAt", "is", null)
    .where("endsAt", ">", now)
    .orderBy("id")
    .execute();
  return rows
    .map((row) => ({ ...row, boardId: row.boardId === 0 ? null : row.boardId }))
    .filter((offer) => mayAppoint(by.grants, offer));
}

/** Takes an invitation back before somebody takes it up. */
export async function withdrawOffer(
  { store, clock }: Pick<ModerationDeps, "store" | "clock">,
  by: Actor,
  id: number,
): Promise<void> {
  const at = clock.now();
  await store.transaction(async (trx) => {
    const offer = (await openOffers(trx, by, at)).find((one) => one.id === id);
    if (offer === undefined) throw notFound();
    const gone = await trx
      .deleteFrom("invitation")
      .where("id", "=", id)
      .where("usedAt", "is", null)
      .executeTakeFirst();
    if (gone.numDeletedRows !== 1n) throw notFound();
    const { name, role, boardId } = offer;
    await addLog(trx, store.engine, {
      at,
      staff: by.id,
      action: "staff.withdraw",
      boardId,
      subject: "invitation",
      detail: { role, invited: name },
    });
  });
}

/** What a link offers; AppError where it offers nothing (any more). */
export async function offerOf(db: Db, token: string, now: number): Promise<Offer> {
  const row = await openRow(db, token, now);
  if (row === undefined) throw notFound();
  const { name, role, boardId } = row;
  return { name, role, boardId: boardId === 0 ? null : boardId };
}

/** Whether a path is that of an invitation that may still be taken up. */
export async function isInvitation(db: Db, path: string, now: number): Promise<boolean> {
  const token = LINK.exec(path)?.[1];
  return token !== undefined && (await openRow(db, token, now)) !== undefined;
}

/** Whoever was dismissed may have made links before, for themselves: those give nothing any more. */
async function openRow(db: Db, token: string, now: number) {
  const row = await db
    .selectFrom("invitation")
    .selectAll()
    .where("token", "=", sha256(token))
    .where("usedAt", "is", null)
    .where("endsAt", ">", now)
    .executeTakeFirst();
  if (row === undefined || row.invitedBy === null) return row;
  const by = await actorOf(db, { id: row.invitedBy, username: "" });
  const boardId = row.boardId === 0 ? null : row.boardId;
  return by !== null && mayAppoint(by.grants, { role: row.role, boardId }) ? row : undefined;
}

/** Gives the role to an account, once; whoever becomes an owner owns the board. */
export async function acceptOffer(
  store: Store,
  token: string,
  account: { readonly id: string; readonly username: string },
  now: number,
): Promise<Offer> {
  return store.transaction(async (trx) => {
    const offer = await offerOf(trx, token, now);
    const { role, boardId } = offer;
    const taken = await trx
      .updateTable("invitation")
      .set({ usedAt: now, usedBy: account.id })
      .where("token", "=", sha256(token))
      .where("usedAt", "is", null)
      .executeTakeFirst();
    if (taken.numUpdatedRows !== 1n) throw notFound();
    if (role === "board-owner" && boardId !== null) {
      await trx
        .updateTable("board")
        .set({ ownerId: account.id })
        .where("id", "=", boardId)
        .execute();
    }
    await trx
      .insertInto("staff")
      .values({ id: account.id, name: account.username, addedAt: now })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    await trx
      .insertInto("staff_grant")
      .values({ staffId: account.id, role, boardId: boardId ?? 0, at: now, by: "invitation" })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await addLog(trx, store.engine, {
      at: now,
      staff: account.id,
      action: "staff.accept",
      boardId,
      subject: `staff ${account.id}`,
      detail: { role, invited: offer.name },
    });
    return offer;
  });
}
