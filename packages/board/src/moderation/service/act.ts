import type { Transaction } from "kysely";
import { type Measure, permissionFor, postAfter } from "#moderation/act.ts";
import {
  type Actor,
  bad,
  type ModerationDeps,
  need,
  type RemovedPost,
} from "#moderation/service/deps.ts";
import { isFrozen, isThreadFrozen } from "#moderation/service/hold.ts";
import { addLog } from "#moderation/service/log.ts";
import { settleMedia } from "#moderation/service/media.ts";
import { applyToItem, followPosts } from "#moderation/service/queue.ts";
import { mayShow } from "#moderation/service/reach.ts";
import { recordAct, type Target, targetOf } from "#moderation/service/record.ts";
import { findRule, type NamedRule } from "#moderation/service/rules.ts";
import type { Db } from "#store/open.ts";
import type { Tables } from "#store/tables.ts";
import { takeTurn } from "#moderation/service/turn.ts";

/** Characters of the reason that the poster is told. */
export const REASON_MOST = 1000;
const BAN_MOST_MS = 10 * 365 * 86_400_000;

export interface ActOrder {
  readonly postId: number;
  readonly measures: readonly Measure[];
  /** `board:id` of the rule; every act but an approval names one. */
  readonly rule: string | null;
  readonly reason: string;
  /** End of a ban; null for one without end. */
  readonly endsAt: number | null;
}

/** Carries out one or several measures on a post, whole or not at all; answers the acts' ids. */
export async function act(
  deps: ModerationDeps,
  actor: Actor,
  order: ActOrder,
): Promise<readonly string[]> {
  if (order.measures.length === 0) throw bad("board.no_measure", "Say what is to be done.");
  const ids = await deps.store.transaction(async (trx) => {
    await takeTurn(trx, deps.store, "post", order.postId);
    const post = await targetOf(trx, order.postId);
    const rule = await groundsOf(trx, post.boardId, order);
    const done: string[] = [];
    const removed: RemovedPost[] = [];
    for (const measure of order.measures) {
      // As the measure before has left it, and where.
      const target = await targetOf(trx, order.postId);
      const id = await actOnce({ deps, actor, trx, order, rule, post: target }, measure);
      done.push(id);
      if (measure.kind === "remove") removed.push(removedPost(id, target));
    }
    const now = deps.clock.now();
    if (removed.length > 0) await deps.provider.removed(trx, removed, now);
    await decideItem(trx, actor, order, now);
    return done;
  });
  deps.kick();
  return ids;
}

export function removedPost(actId: string, post: Target): RemovedPost {
  const { boardId, threadNo, no, id } = post;
  return { actId, boardId, threadNo, no, postId: id };
}

/** Every act that takes something away names a rule and says why. */
export async function groundsOf(
  db: Db,
  boardId: number,
  { measures, rule, reason }: Pick<ActOrder, "measures" | "rule" | "reason">,
): Promise<NamedRule | null> {
  if (reason.length > REASON_MOST) throw bad("board.bad_reason", "The reason is too long.");
  if (measures.every(({ kind }) => kind === "approve")) return null;
  if (reason.trim() === "") {
    throw bad("board.bad_reason", "Say why: the person concerned is told.");
  }
  return findRule(db, boardId, rule ?? "");
}

interface ActContext {
  readonly deps: ModerationDeps;
  readonly actor: Actor;
  readonly trx: Transaction<Tables>;
  readonly order: Pick<ActOrder, "reason" | "endsAt">;
  readonly rule: NamedRule | null;
  readonly post: Target;
}

/** One measure on one post, with its record, its effect and its line in the log. */
export async function actOnce(context: ActContext, measure: Measure): Promise<string> {
  const { deps, actor, trx, order, rule, post } = context;
  need(actor, permissionFor(measure), reachOf(measure, post.boardId));
  if (measure.kind === "move") need(actor, "move", measure.toBoardId);
  if (measure.kind === "approve") await mayShow(trx, actor, post);
  const now = deps.clock.now();
  // A move takes the whole thread along, and rewrites what its posts refer to.
  const frozen =
    measure.kind === "move" ? await isThreadFrozen(trx, post) : await isFrozen(trx, post.id);
  const after = postAfter(post.state, measure, frozen);
  const endsAt = measure.kind === "ban" ? checkEnd(order.endsAt, now) : null;
  const { reason } = order;
  const id = await recordAct(trx, actor, { measure, post, after, rule, reason, endsAt, now });
  if (after !== post.state) {
    await deps.posts.setState(trx, post.id, after, now);
    await settleMedia(trx, { postId: post.id, key: id, now });
  }
  if (measure.kind === "move") {
    await deps.posts.moveThread(trx, post.id, measure.toBoardId, now);
    await followPosts(trx, post);
  }
  if (measure.kind === "ban") await addBan(trx, { id, measure, post, now, endsAt });
  await addLog(trx, deps.store.engine, {
    at: now,
    staff: actor.id,
    action: `act.${measure.kind}`,
    boardId: post.boardId,
    subject: `post ${post.no}`,
    detail: { ...measure, act: id, postId: post.id, rule: rule?.rule.id, reason: order.reason },
  });
  return id;
}

function reachOf(measure: Measure, boardId: number): number | null {
  return measure.kind === "ban" && measure.scope === "global" ? null : boardId;
}

function checkEnd(endsAt: number | null, now: number): number | null {
  if (endsAt === null) return null;
  if (endsAt > now && endsAt <= now + BAN_MOST_MS) return endsAt;
  throw bad("board.bad_end", "A ban ends in the future, within ten years, or never.");
}

interface NewBan {
  readonly id: string;
  readonly measure: Extract<Measure, { kind: "ban" }>;
  readonly post: Target;
  readonly now: number;
  readonly endsAt: number | null;
}

async function addBan(trx: Db, { id, measure, post, now, endsAt }: NewBan): Promise<void> {
  const { scope, target } = measure;
  const { sessionHash, addressHash, prefixHash } = post;
  const hash = { session: sessionHash, address: addressHash, prefix: prefixHash }[target];
  if (hash === null) {
    throw bad("board.no_trace", "What this ban would go by is not kept any more.");
  }
  await trx
    .insertInto("ban")
    .values({
      actId: id,
      scope,
      boardId: scope === "global" ? null : post.boardId,
      threadNo: scope === "thread" || scope === "post" ? post.threadNo : null,
      target,
      hash,
      startsAt: now,
      endsAt,
      liftedAt: null,
    })
    .execute();
}

/**
 * The post's place in the queue ends with what was done: a mere approval dismisses the reports. A post
 * that is held goes on waiting: a warning, or another board, says nothing of whether it is shown.
 */
async function decideItem(trx: Db, actor: Actor, order: ActOrder, at: number): Promise<void> {
  if ((await targetOf(trx, order.postId)).state === "held") return;
  const row = await trx
    .selectFrom("queue_item")
    .selectAll()
    .where("postId", "=", order.postId)
    .where("waiting", "=", 1)
    .executeTakeFirst();
  if (row === undefined) return;
  const isCleared = order.measures.every(({ kind }) => kind === "approve" || kind === "move");
  const outcome = isCleared ? "dismissed" : "upheld";
  await applyToItem(trx, row, { type: "decide", at, by: actor.id, outcome });
}
