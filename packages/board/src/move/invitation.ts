import { AppError } from "@egide/std/error.ts";
import type { Role } from "#moderation/permission.ts";
import { secretId, sha256 } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import type { Db, Store } from "#store/open.ts";

const DAY_MS = 86_400_000;
/** For how long a link may be followed. */
const INVITATION_DAYS = 30;

export const INVITATION_PATH = "/invitation";
const LINK = /^\/invitation\/([\w-]{22})$/;

export interface Offer {
  readonly name: string;
  readonly role: Role;
  /** Null: everywhere. */
  readonly boardId: number | null;
}

/** Offers a role to whoever has the link; answers its path, which is kept nowhere. */
export async function invite(trx: Db, offer: Offer, now: number): Promise<string> {
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
    })
    .execute();
  return `${INVITATION_PATH}/${token}`;
}

/** What a link offers; AppError where it offers nothing (any more). */
export async function offerOf(db: Db, token: string, now: number): Promise<Offer> {
  const row = await openRow(db, token, now);
  if (row === undefined) throw gone();
  const { name, role, boardId } = row;
  return { name, role, boardId: boardId === 0 ? null : boardId };
}

/** Whether a path is that of an invitation that may still be taken up. */
export async function isInvitation(db: Db, path: string, now: number): Promise<boolean> {
  const token = LINK.exec(path)?.[1];
  return token !== undefined && (await openRow(db, token, now)) !== undefined;
}

function openRow(db: Db, token: string, now: number) {
  return db
    .selectFrom("invitation")
    .selectAll()
    .where("token", "=", sha256(token))
    .where("usedAt", "is", null)
    .where("endsAt", ">", now)
    .executeTakeFirst();
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
    if (taken.numUpdatedRows !== 1n) throw gone();
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

function gone(): AppError {
  return new AppError({
    code: "board.not_found",
    source: "client",
    retry: false,
    publicMessage: "There is nothing at this address.",
  });
}
