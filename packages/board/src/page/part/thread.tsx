/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { PostView } from "#page/part/post.tsx";
import type { Board, ThreadPreview } from "#thread/model.ts";

interface PreviewProps {
  readonly frame: Frame;
  readonly board: Pick<Board, "uri" | "title" | "settings">;
  readonly preview: ThreadPreview;
  /** Says on which board the thread is: on pages of several boards. */
  readonly withBoard?: boolean;
}

/** A thread as an index shows it. */
export function ThreadPreviewView({ frame, board, preview, withBoard = false }: PreviewProps) {
  const { t } = frame;
  const { thread, opening, replies } = preview;
  const shown = replies.reduce((sum, reply) => sum + reply.files.length, opening.files.length);
  const omitted = Math.max(0, thread.replies - replies.length);
  const files = Math.max(0, thread.media - shown);
  return (
    <section class="thread">
      {withBoard ? (
        <p class="from">
          <a href={address.board(board.uri)}>
            /{board.uri}/ {board.title}
          </a>
        </p>
      ) : null}
      <PostView frame={frame} board={board} post={opening} thread={thread} brief />
      <p class="omitted">
        {omitted === 0 ? null : <>{t("thread.omitted", { posts: omitted, files })} </>}
        <a href={address.thread(board.uri, thread.no)}>{t("thread.view")}</a>
      </p>
      {replies.map((reply) => (
        <PostView frame={frame} board={board} post={reply} brief />
      ))}
    </section>
  );
}
