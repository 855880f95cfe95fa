import { isApprovalReason, needsApproval } from "#moderation/approval.ts";
import { holdForApproval } from "#moderation/service/poster.ts";
import type { Store } from "#store/open.ts";
import type { AfterWrite, Guard } from "#thread/posting/guard.ts";

/** Keeps back what a board wants to see first; asked once the files are known. */
export function approvalGuard(store: Store): Guard {
  return {
    stage: "files",
    async judge({ draft, board, files }) {
      const policy = board.settings.approval;
      const { newPosters } = policy;
      const reason = needsApproval(policy, {
        opensThread: draft.threadNo === null,
        media: files.length,
        standing:
          newPosters === 0
            ? 0
            : await standing(store, board.id, draft.poster.sessionHash, newPosters),
        staff: draft.staff !== null,
      });
      return reason === null ? [] : [{ kind: "hold", reason }];
    },
  };
}

/** Puts what waits for approval before staff, with the post itself or not at all. */
export const queueForApproval: AfterWrite = async (trx, written) => {
  const reason = written.objections
    .map((one) => ("reason" in one ? one.reason : ""))
    .find(isApprovalReason);
  if (reason === undefined) return;
  const { postId, boardId, threadNo, no, createdAt } = written;
  await holdForApproval(trx, { postId, boardId, threadNo, no }, reason, createdAt);
};

/** Posts of a session that stand on a board, counted no further than `enough`. */
async function standing(
  { kysely }: Store,
  boardId: number,
  sessionHash: string,
  enough: number,
): Promise<number> {
  const rows = await kysely
    .selectFrom("post")
    .select("id")
    .where("sessionHash", "=", sessionHash)
    .where("boardId", "=", boardId)
    .where("state", "=", "visible")
    .limit(enough)
    .execute();
  return rows.length;
}
