/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { Button, Form } from "#page/part/form.tsx";
import type { Watched } from "#thread/watch.ts";

interface WatchedProps {
  readonly frame: Frame;
  /** Those with news first. */
  readonly threads: readonly Watched[];
}

/** `/watched`: threads that somebody follows without scripts. */
export function WatchedPage({ frame, threads }: WatchedProps) {
  const { t } = frame;
  const title = t("thread.watched");
  return (
    <Layout frame={frame} head={{ title, noIndex: true }}>
      <h1>{title}</h1>
      <noscript>{threads.length === 0 ? <p>{t("thread.watched-none")}</p> : null}</noscript>
      <ul class="watched">
        {threads.map(({ board, threadNo, subject, unseen }) => (
          <li>
            <a href={`${address.thread(board, threadNo)}?watched`}>
              /{board}/ {subject === "" ? t("thread.title", { no: String(threadNo) }) : subject}
            </a>{" "}
            {unseen === 0 ? null : <strong>{t("thread.unread", { count: unseen })}</strong>}
            <WatchForm frame={frame} board={board} no={threadNo} off />
          </li>
        ))}
      </ul>
    </Layout>
  );
}

interface WatchProps {
  readonly frame: Frame;
  readonly board: string;
  readonly no: number;
  /** Ends it, rather than to begin. */
  readonly off?: boolean;
}

export function WatchForm({ frame, board, no, off = false }: WatchProps) {
  const { t } = frame;
  return (
    <Form frame={frame} action={`${address.thread(board, no)}/watch`} class="inline">
      {off ? <input type="hidden" name="off" value="1" /> : null}
      <Button kind="plain">{t(off ? "thread.unwatch" : "thread.watch")}</Button>
    </Form>
  );
}
