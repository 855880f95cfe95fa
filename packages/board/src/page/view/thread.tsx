/** @jsxImportSource hono/jsx */
import { parse } from "#markup/parse.ts";
import { toPlain } from "#markup/plain.ts";
import { address } from "#page/address.ts";
import { DrawnOf } from "#page/drawn.ts";
import type { Frame } from "#page/frame.ts";
import { html } from "#page/html.ts";
import { type Head, Layout } from "#page/layout.tsx";
import { BoardNav } from "#page/part/board-head.tsx";
import { Notice } from "#page/part/common.tsx";
import { Compose } from "#page/part/compose.tsx";
import { drawPost } from "#page/part/post.ts";
import type { Composing } from "#page/view/board.tsx";
import { WatchForm } from "#page/view/watched.tsx";
import type { Post, ThreadPage } from "#thread/model.ts";

interface ThreadProps {
  readonly frame: Frame;
  readonly page: ThreadPage;
  /** How many people posted, where that is known. */
  readonly posters: number | null;
  readonly composing: Composing;
  /** Shown first: that a post arrived and waits, for instance. */
  readonly note?: string | undefined;
}

const posts = new DrawnOf<Post>();

/** `/b/thread/1`: a thread whole, with the form to reply. */
export function ThreadView({ frame, page, posters, composing, note }: ThreadProps) {
  const { t } = frame;
  const { board, thread, opening, replies } = page;
  const counts = { replies: thread.replies, files: thread.media };
  const figures =
    posters === null ? t("thread.counts", counts) : t("thread.figures", { ...counts, posters });
  return (
    <Layout
      frame={frame}
      head={threadHead(frame, page)}
      nav={<BoardNav frame={frame} board={board} at="thread" />}
    >
      <h1 class="hidden">{titleOf(frame, page)}</h1>
      {note === undefined ? null : <Notice kind="info">{note}</Notice>}
      <section
        class="thread whole"
        aria-label={t("thread.replies")}
        data-thread={`${board.uri}/${thread.no}`}
        data-live={
          thread.archivedAt === null ? `${address.thread(board.uri, thread.no)}/events` : undefined
        }
      >
        {drawPost({ frame, board, post: opening, thread }).element}
        {
          html`${replies.map((post) => posts.get(post, frame.locale, () => drawPost({ frame, board, post })))}`
            .element
        }
      </section>
      <p class="figures">
        <span>{figures}</span>
        <span id="live" role="status"></span>
        <a href="#content">{t("thread.top")}</a>
      </p>
      {/* Scripts bring a button of their own, and keep the list in the browser. */}
      <noscript>
        <WatchForm frame={frame} board={board.uri} no={thread.no} />
      </noscript>
      <Reply frame={frame} page={page} composing={composing} />
    </Layout>
  );
}

function Reply({
  frame,
  page: { board, thread },
  composing,
}: Omit<ThreadProps, "posters" | "note">) {
  const asStaff = (composing.capcode ?? null) !== null;
  if (board.state !== "open" && !asStaff) {
    return <Notice kind="warning">{frame.t("board.locked")}</Notice>;
  }
  if ((thread.locked && !asStaff) || thread.archivedAt !== null) {
    return <Notice kind="warning">{frame.t("thread.closed")}</Notice>;
  }
  const { proof, ...rest } = composing;
  return (
    <Compose frame={frame} board={board} threadNo={thread.no} {...rest}>
      {proof}
    </Compose>
  );
}

export function titleOf({ t }: Frame, { opening, thread, board }: ThreadPage): string {
  if (opening.subject !== "") return opening.subject;
  const text = toPlain(parse(opening.text), 60).replaceAll("\n", " ");
  return text === "" ? `/${board.uri}/ ${t("thread.title", { no: String(thread.no) })}` : text;
}

function threadHead(frame: Frame, page: ThreadPage): Head {
  const { board, thread, opening } = page;
  const image = opening.files.find(
    (file) => file.state === "stored" && !file.spoiler && file.thumb,
  );
  const description = toPlain(parse(opening.text), 200);
  return {
    title: `${titleOf(frame, page)} – /${board.uri}/`,
    ...(description === "" ? {} : { description }),
    canonical: address.thread(board.uri, thread.no),
    ...(image === undefined ? {} : { image: frame.site.url + address.thumb(image) }),
    feeds: [
      { type: "atom", href: address.threadFeed(board.uri, thread.no, "atom") },
      { type: "rss", href: address.threadFeed(board.uri, thread.no, "rss") },
    ],
    embed: true,
  };
}
