import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { type Html, html } from "#page/html.ts";
import { drawPost } from "#page/part/post.ts";
import type { Board, ThreadPreview } from "#thread/model.ts";

interface PreviewProps {
  readonly frame: Frame;
  readonly board: Pick<Board, "uri" | "title">;
  readonly preview: ThreadPreview;
  /** Says on which board the thread is: on pages of several boards. */
  readonly withBoard?: boolean;
}

/** A thread as an index shows it. */
export function drawPreview({ frame, board, preview, withBoard = false }: PreviewProps): Html {
  const { t } = frame;
  const { thread, opening, replies } = preview;
  const shown = replies.reduce((sum, reply) => sum + reply.files.length, opening.files.length);
  const posts = Math.max(0, thread.replies - replies.length);
  const files = Math.max(0, thread.media - shown);
  const from = withBoard
    ? html`<p class="from"><a href="${address.board(board.uri)}">/${board.uri}/ ${board.title}</a></p>`
    : null;
  const omitted = posts === 0 ? null : html`${t("thread.omitted", { posts, files })} `;
  const view = html`<a href="${address.thread(board.uri, thread.no)}">${t("thread.view")}</a>`;
  const newest = replies.map((post) => drawPost({ frame, board, post, brief: true }));
  return html`<section class="thread">${from}${drawPost({ frame, board, post: opening, thread, brief: true })}<p class="omitted">${omitted}${view}</p>${newest}</section>`;
}
