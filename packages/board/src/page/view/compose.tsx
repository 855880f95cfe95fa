/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { BoardNav } from "#page/part/board-head.tsx";
import { Compose } from "#page/part/compose.tsx";
import type { Composing } from "#page/view/board.tsx";
import type { Board } from "#thread/model.ts";

interface ComposeProps {
  readonly frame: Frame;
  readonly board: Board;
  readonly threadNo: number | null;
  readonly composing: Composing;
}

/** The form alone, with what was written. */
export function ComposePage({ frame, board, threadNo, composing }: ComposeProps) {
  const { uri } = board;
  const { proof, ...rest } = composing;
  const title = frame.t(threadNo === null ? "post.new-thread" : "post.posting-in");
  const back = threadNo === null ? address.board(uri) : address.thread(uri, threadNo);
  return (
    <Layout
      frame={frame}
      head={{ title: `/${uri}/ – ${title}`, noIndex: true }}
      nav={<BoardNav frame={frame} board={board} at={threadNo === null ? "index" : "thread"} />}
    >
      <h1 class="hidden">{title}</h1>
      <p>
        <a href={back}>← {frame.t("site.back")}</a>
      </p>
      <Compose frame={frame} board={board} threadNo={threadNo} {...rest}>
        {proof}
      </Compose>
    </Layout>
  );
}
