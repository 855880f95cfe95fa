import { boardsWhere, type Permission } from "#moderation/permission.ts";
import type { Actor } from "#moderation/service/deps.ts";
import { itemRow, type ItemRow } from "#moderation/service/queue.ts";
import { rulesOn } from "#moderation/service/rules.ts";
import type { ItemView } from "#page/staff/queue.tsx";
import { staffPost } from "#page/staff/read-post.ts";
import { boardsBy } from "#page/staff/site.ts";
import type { Db } from "#store/open.ts";

/*
 * What the pages of staff show. Nothing here changes anything; every list is narrowed to the boards
 * on which the reader has the permission.
 */

const DAY_MS = 86_400_000;

/** Boards for a query's `in`: null where all are meant; -1, which no board is, where none. */
export function scopeOf(actor: Actor, permission: Permission): number[] | null {
  const boards = boardsWhere(actor.grants, permission);
  if (boards === "all") return null;
  return boards.length === 0 ? [-1] : [...boards];
}

export async function readItem(db: Db, id: number): Promise<ItemView> {
  const item = await itemRow(db, id);
  const post = await staffPost(db, item.postId);
  const boards = await boardsBy(db);
  const reports = await db
    .selectFrom("report")
    .selectAll()
    .where("itemId", "=", id)
    .orderBy("at", "desc")
    .limit(50)
    .execute();
  const acts = await db
    .selectFrom("act")
    .selectAll()
    .where("postId", "=", item.postId)
    .orderBy("at", "desc")
    .limit(50)
    .execute();
  const escalations = await db
    .selectFrom("escalation")
    .selectAll()
    .where("itemId", "=", id)
    .orderBy("at", "desc")
    .execute();
  const ids = acts.map(({ id: actId }) => actId);
  const tombstones = await db
    .selectFrom("tombstone")
    .select(["actId", "edgeAt", "providerAt"])
    .where("actId", "in", ["", ...ids])
    .execute();
  return {
    item,
    uri: boards.get(item.boardId) ?? "",
    post,
    reports,
    acts,
    escalations,
    tombstones: new Map(tombstones.map(({ actId, ...times }) => [actId, times])),
    others: await othersOf(db, item, post?.sessionHash ?? null),
    rules: await rulesOn(db, item.boardId),
    boards,
  };
}

async function othersOf(db: Db, item: ItemRow, sessionHash: string | null) {
  if (sessionHash === null) return [];
  return (
    db
      .selectFrom("post")
      .innerJoin("board as home", "home.id", "post.boardId")
      .select(["home.uri", "post.threadNo", "post.no", "post.text"])
      .where("post.sessionHash", "=", sessionHash)
      // A board's staff see what was written on their board, and no more.
      .where("post.boardId", "=", item.boardId)
      .where("post.id", "!=", item.postId)
      .orderBy("post.createdAt", "desc")
      .limit(10)
      .execute()
  );
}

export async function readActs(db: Db, actor: Actor) {
  const scope = scopeOf(actor, "seeQueue");
  return db
    .selectFrom("act")
    .selectAll()
    .$if(scope !== null, (query) => query.where("boardId", "in", scope ?? []))
    .orderBy("at", "desc")
    .limit(100)
    .execute();
}

export async function readBans(db: Db, actor: Actor, now: number) {
  const scope = scopeOf(actor, "seeQueue");
  return db
    .selectFrom("ban")
    .innerJoin("act", "act.id", "ban.actId")
    .selectAll("ban")
    .select("act.reason")
    .where("ban.liftedAt", "is", null)
    .where((row) => row.or([row("ban.endsAt", "is", null), row("ban.endsAt", ">", now)]))
    .$if(scope !== null, (query) => query.where("ban.boardId", "in", scope ?? []))
    .orderBy("ban.startsAt", "desc")
    .limit(200)
    .execute();
}

export async function readPeople(db: Db, actor: Actor) {
  const scope = scopeOf(actor, "appointStaff");
  const granted = await db
    .selectFrom("staff_grant")
    .innerJoin("staff", "staff.id", "staff_grant.staffId")
    .selectAll("staff_grant")
    .select("staff.name")
    .$if(scope !== null, (query) => query.where("staff_grant.boardId", "in", scope ?? []))
    .orderBy("staff.name")
    .execute();
  // Whoever made a board owns it without an appointment; that, too, can be taken away.
  const owners = await db
    .selectFrom("board")
    .leftJoin("staff", "staff.id", "board.ownerId")
    .select(["board.id", "board.ownerId", "board.createdAt", "staff.name"])
    .where("board.ownerId", "is not", null)
    .where("board.state", "in", ["open", "locked"])
    .$if(scope !== null, (query) => query.where("board.id", "in", scope ?? []))
    .orderBy("board.uri")
    .execute();
  const isListed = new Set(
    granted.map(({ staffId, role, boardId }) => `${staffId} ${role} ${boardId}`),
  );
  const made = owners.flatMap(({ id: boardId, ownerId, createdAt: at, name }) =>
    ownerId === null || isListed.has(`${ownerId} board-owner ${boardId}`)
      ? []
      : [
          {
            staffId: ownerId,
            role: "board-owner" as const,
            boardId,
            at,
            by: ownerId,
            name: name ?? ownerId,
          },
        ],
  );
  return [...granted, ...made];
}

/** What is counted by day, and the column that says when. */
const COUNTED = { post: "createdAt", report: "at", act: "stateAt" } as const;

/** How many posts, reports, or acts that were taken back, fell on each of the last days. */
export async function perDay(
  db: Db,
  table: keyof typeof COUNTED,
  now: number,
  days: number,
  boardId: number | null,
): Promise<readonly { readonly label: string; readonly value: number }[]> {
  const today = Math.floor(now / DAY_MS);
  const counts: { label: string; value: number }[] = [];
  for (let i = 0; i < days; i++) {
    const start = (today - days + 1 + i) * DAY_MS;
    const column = COUNTED[table] as "at";
    const { value } = await db
      .selectFrom(table as "act")
      .select((row) => row.fn.countAll<number>().as("value"))
      .where(column, ">=", start)
      .where(column, "<", start + DAY_MS)
      .$if(table === "act", (query) => query.where("state", "in", ["undone", "reversed"]))
      .$if(boardId !== null, (query) => query.where("boardId", "=", boardId ?? 0))
      .executeTakeFirstOrThrow();
    counts.push({ label: new Date(start).toISOString().slice(0, 10), value });
    // A year of a large board is many short reads: others have their turn between them.
    if (i % 10 === 9) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return counts;
}
