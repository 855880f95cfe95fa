/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { type Head, Layout } from "#page/layout.tsx";
import { BoardNav, BoardTitle } from "#page/part/board-head.tsx";
import { Notice, Pager } from "#page/part/common.tsx";
import { Compose, type Draft, type FileLimits } from "#page/part/compose.tsx";
import { drawPreview } from "#page/part/thread.ts";
import type { Board, IndexPage } from "#thread/model.ts";

/** What a page with a form to write needs beside what it shows. */
export interface Composing {
  readonly files: FileLimits;
  readonly draft?: Draft;
  readonly refusal?: string | undefined;
  readonly decision?: string | undefined;
  /** The capcode under which the reader may write; null where they may not. */
  readonly capcode?: string | null | undefined;
  /** The refusal only asks for one more step. */
  readonly isStep?: boolean;
  /** What a defence asks of the poster. */
  readonly proof?: Child;
}

interface IndexProps {
  readonly frame: Frame;
  readonly index: IndexPage;
  readonly composing: Composing;
}

/** `/b/`: the threads of a board, by their last bump. */
export function BoardIndex({ frame, index, composing }: IndexProps) {
  const { board, threads, page, pages } = index;
  const head = boardHead(board, address.index(board.uri, page));
  return (
    <Layout frame={frame} head={head} nav={<BoardNav frame={frame} board={board} at="index" />}>
      <BoardTitle board={board} />
      <WriteThread frame={frame} board={board} composing={composing} />
      {threads.length === 0 ? <p class="empty">{frame.t("board.empty")}</p> : null}
      {threads.map((preview) => drawPreview({ frame, board, preview }).element)}
      <Pager
        frame={frame}
        page={page}
        pages={pages}
        href={(number) => address.index(board.uri, number)}
      />
    </Layout>
  );
}

interface WriteProps {
  readonly frame: Frame;
  readonly board: Board;
  readonly composing: Composing;
}

export function WriteThread({ frame, board, composing }: WriteProps) {
  const asStaff = (composing.capcode ?? null) !== null;
  if (board.state !== "open" && !asStaff) {
    return <Notice kind="warning">{frame.t("board.locked")}</Notice>;
  }
  const { proof, ...rest } = composing;
  return (
    <Compose frame={frame} board={board} threadNo={null} {...rest}>
      {proof}
    </Compose>
  );
}

export function boardHead(board: Board, canonical: string, title?: string): Head {
  return {
    title: title ?? `/${board.uri}/ – ${board.title}`,
    ...(board.subtitle === "" ? {} : { description: board.subtitle }),
    canonical,
    feeds: [
      { type: "atom", href: address.feed(board.uri, "atom") },
      { type: "rss", href: address.feed(board.uri, "rss") },
    ],
  };
}
