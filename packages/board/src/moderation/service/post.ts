import type { Permission } from "#moderation/permission.ts";
import { type Actor, bad, type ModerationDeps, need, notFound } from "#moderation/service/deps.ts";
import { isFrozen } from "#moderation/service/hold.ts";
import { addLog } from "#moderation/service/log.ts";
import type { Db } from "#store/open.ts";
import type { AfterWrite } from "#thread/posting/guard.ts";

type Services = Pick<ModerationDeps, "store" | "clock">;

/** A change that staff make to a post or its thread, beside acts: each is a line of the log. */
export interface Change {
  readonly action: "post.edit" | "thread.flags";
  readonly detail: Readonly<Record<string, unknown>>;
}

const NEEDS: Readonly<Record<Change["action"], Permission>> = {
  "post.edit": "editPosts",
  "thread.flags": "flagThreads",
};

/**
 * What has to hold at the end of the change's own transaction: that they may, that no legal hold
 * freezes the post, and that the log says so.
 */
export function answerFor(
  { store, clock }: Services,
  actor: Actor,
  { action, detail }: Change,
): (trx: Db, postId: number) => Promise<void> {
  return async (trx, postId) => {
    const post = await trx
      .selectFrom("post")
      .select(["boardId", "no"])
      .where("id", "=", postId)
      .executeTakeFirst();
    if (post === undefined) throw notFound();
    need(actor, NEEDS[action], post.boardId);
    if (action === "post.edit" && (await isFrozen(trx, postId))) {
      throw bad("board.legal_hold", "This post is under legal hold: it can't be changed.");
    }
    await addLog(trx, store.engine, {
      at: clock.now(),
      staff: actor.id,
      action,
      boardId: post.boardId,
      subject: `post ${post.no}`,
      detail: { ...detail, postId },
    });
  };
}

/** Notes that somebody of the staff looked at a file that the public can't see. */
export async function noteLook(
  { store, clock }: Services,
  actor: Actor,
  post: { readonly boardId: number; readonly no: number },
  sha256: string,
): Promise<void> {
  await store.transaction((trx) =>
    addLog(trx, store.engine, {
      at: clock.now(),
      staff: actor.id,
      action: "file.look",
      boardId: post.boardId,
      subject: `post ${post.no}`,
      detail: { sha256 },
    }),
  );
}

/** Whoever writes under a capcode does so as staff: the log knows who. */
export function logStaffPost(store: Pick<ModerationDeps, "store">["store"]): AfterWrite {
  return async (trx, { candidate, boardId, no, postId, createdAt }) => {
    const { staff } = candidate.draft;
    if (staff === null) return;
    await addLog(trx, store.engine, {
      at: createdAt,
      staff: staff.staffId,
      action: "post.as-staff",
      boardId,
      subject: `post ${no}`,
      detail: { postId, capcode: staff.capcode },
    });
  };
}
