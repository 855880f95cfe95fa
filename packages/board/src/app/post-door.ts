import { remember } from "#app/remember.ts";
import { ALL_MEDIA_TAG } from "#media/serve.ts";
import type { PostDoor } from "#moderation/service/deps.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { letFilesGo, letTagsGo } from "#provider/purge.ts";
import { filesOfBoard } from "#store/files.ts";
import { forgetRemovedText } from "#store/lists.ts";
import type { Db } from "#store/open.ts";
import { announce, FROM_ALL } from "#thread/announce.ts";
import type { ThreadContext } from "#thread/context.ts";
import type { BoardEvent } from "#thread/events.ts";
import { moveThread } from "#thread/move.ts";
import type { AfterWrite } from "#thread/posting/guard.ts";
import { setPostState } from "#thread/visibility.ts";

type Parts = Pick<ThreadContext, "store" | "random">;
type Edge = Pick<ProviderDeps, "edge">;

/** Readers and edges hear of it once it is committed, in this process as in others. */
export function tellAll(
  { store }: Pick<Parts, "store">,
  trx: Db,
  now: number,
  event: BoardEvent,
): Promise<void> {
  return announce(trx, { engine: store.engine, from: FROM_ALL, now }, event);
}

/** What moderation changes about posts and boards, with all that hangs on it. */
export function postDoor(parts: Parts, edge: Edge): PostDoor {
  const { store } = parts;
  return {
    async setState(trx, postId, state, now) {
      if (state === "removed") await remember(trx, postId, now);
      else await forgetRemovedText(trx, postId);
      const event = await setPostState(store, trx, postId, state, now);
      if (event === null) return;
      await tellAll(parts, trx, now, event);
      await letFilesGo(trx, edge, event.media ?? [], now);
    },
    async moveThread(trx, postId, toBoardId, now) {
      const events = await moveThread(parts, trx, postId, toBoardId, now);
      for (const event of events) await tellAll(parts, trx, now, event);
    },
    async turnBoard(trx, { id, uri }, isShown, now) {
      // A file is no board's own; but edges would keep for a year what the board shows no more.
      const media = isShown ? [] : await filesOfBoard(trx, id, FILES_MOST + 1);
      const isTooMuch = media.length > FILES_MOST;
      const event = { kind: "changed", board: uri, threadNo: 0, no: 0 } as const;
      const named = isTooMuch || media.length === 0 ? event : { ...event, media };
      await tellAll(parts, trx, now, named);
      await letTagsGo(trx, edge, [`board-${uri}`, "boards"], now);
      if (isTooMuch) await letTagsGo(trx, edge, [ALL_MEDIA_TAG], now);
      else await letFilesGo(trx, edge, media, now);
    },
  };
}

/** Files of a board that are named one by one; of a board with more, all that the site has go. */
const FILES_MOST = 2000;

/**
 * A file that a list finds is sealed, also where an older post has shown it: edges, which would keep
 * it for a year, let it go.
 */
export function forgetFound(parts: Pick<Parts, "store">, edge: Edge): AfterWrite {
  return async (trx, { postId, createdAt, objections }) => {
    if (objections.every(({ kind }) => kind !== "hold")) return;
    const found = await trx
      .selectFrom("detection")
      .select("sha256")
      .where("postId", "=", postId)
      .where("sha256", "<>", "")
      .execute();
    if (found.length === 0) return;
    const media = found.map(({ sha256 }) => sha256);
    const event = { kind: "changed", board: "", threadNo: 0, no: 0, media } as const;
    await tellAll(parts, trx, createdAt, event);
    await letFilesGo(trx, edge, media, createdAt);
  };
}
