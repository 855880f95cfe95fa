import { type Measure, permissionFor, type PostState } from "#moderation/act.ts";
import { allows } from "#moderation/permission.ts";
import { type Actor, notFound, secretId } from "#moderation/service/deps.ts";
import type { NamedRule } from "#moderation/service/rules.ts";
import type { Db } from "#store/open.ts";

export interface Target {
  readonly id: number;
  readonly boardId: number;
  readonly threadNo: number;
  readonly no: number;
  readonly state: PostState;
  readonly sessionHash: string | null;
  readonly addressHash: string | null;
  readonly prefixHash: string | null;
}

export async function targetOf(db: Db, postId: number): Promise<Target> {
  const post = await findTarget(db, postId);
  if (post === null) throw notFound();
  return post;
}

/** Null where the post is gone for good. */
export async function findTarget(db: Db, postId: number): Promise<Target | null> {
  const post = await db
    .selectFrom("post")
    .select([
      "id",
      "boardId",
      "threadNo",
      "no",
      "state",
      "sessionHash",
      "addressHash",
      "prefixHash",
    ])
    .where("id", "=", postId)
    .executeTakeFirst();
  return post ?? null;
}

interface Done {
  readonly measure: Measure;
  readonly post: Target;
  /** State of the post from now on. */
  readonly after: PostState;
  readonly rule: NamedRule | null;
  readonly reason: string;
  readonly endsAt: number | null;
  readonly now: number;
}

/** Puts down an act, in force from now on; answers its id. */
export async function recordAct(
  trx: Db,
  actor: Actor,
  { measure, post, after, rule, reason, endsAt, now }: Done,
): Promise<string> {
  const id = secretId();
  await trx
    .insertInto("act")
    .values({
      id,
      at: now,
      staffId: actor.id,
      kind: measure.kind,
      boardId: post.boardId,
      threadNo: post.threadNo,
      no: post.no,
      postId: post.id,
      ruleId: rule?.rule.id ?? null,
      ruleBoardId: rule?.boardId ?? null,
      ruleVersion: rule?.version ?? null,
      reason: reason.trim(),
      endsAt,
      state: "in-force",
      stateAt: now,
      stateBy: null,
      before: post.state,
      after,
      toBoardId: measure.kind === "move" ? measure.toBoardId : null,
      batch: measure.kind === "remove-pattern" ? measure.batch : null,
      sessionHash: post.sessionHash,
      toldAt: measure.kind === "approve" ? now : null,
      byInstance: allows(actor.grants, permissionFor(measure), null) ? 1 : 0,
    })
    .execute();
  return id;
}
