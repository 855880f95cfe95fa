/** @jsxImportSource hono/jsx */
import { parse } from "#markup/parse.ts";
import { toPlain } from "#markup/plain.ts";
import { address } from "#page/address.ts";
import { DrawnOf } from "#page/drawn.ts";
import type { Frame } from "#page/frame.ts";
import { type Html, html } from "#page/html.ts";
import { Layout } from "#page/layout.tsx";
import { BoardNav, BoardTitle } from "#page/part/board-head.tsx";
import { Button, Select } from "#page/part/form.tsx";
import { boardHead, type Composing, WriteThread } from "#page/view/board.tsx";
import type { Catalog, ThreadPreview } from "#thread/model.ts";

export const SORTS = ["bump", "new", "replies"] as const;
export type Sort = (typeof SORTS)[number];

interface CatalogProps {
  readonly frame: Frame;
  readonly catalog: Catalog;
  readonly sort: Sort;
  readonly composing: Composing;
}

/** `/b/catalog`: all threads of a board at a glance. */
export function CatalogPage({ frame, catalog, sort, composing }: CatalogProps) {
  const { t } = frame;
  const { board } = catalog;
  const title = `/${board.uri}/ – ${t("board.catalog")}`;
  const head = boardHead(board, address.catalog(board.uri), title);
  return (
    <Layout
      frame={frame}
      head={head}
      nav={<BoardNav frame={frame} board={board} at="catalog" />}
      wide
    >
      <BoardTitle board={board} />
      <WriteThread frame={frame} board={board} composing={composing} />
      <form method="get" action={address.catalog(board.uri)} class="sort" data-filter="">
        <Select
          name="sort"
          label={t("board.sort")}
          value={sort}
          options={SORTS.map((value) => ({ value, label: t(`board.sort.${value}`) }))}
        />
        <Button kind="plain">{t("stat.show")}</Button>
      </form>
      {catalog.threads.length === 0 ? <p class="empty">{t("board.empty")}</p> : null}
      <ul class="catalog">
        {sorted(catalog.threads, sort).map(
          (preview) =>
            cards.get(preview, frame.locale, () => drawCard(frame, board.uri, preview)).element,
        )}
      </ul>
    </Layout>
  );
}

const cards = new DrawnOf<ThreadPreview>();

function drawCard({ t }: Frame, uri: string, { thread, opening }: ThreadPreview): Html {
  const [file] = opening.files.filter(({ state }) => state === "stored");
  const excerpt = toPlain(parse(opening.text), 180);
  const figures = t("thread.counts", { replies: thread.replies, files: thread.media });
  const title =
    opening.subject === "" ? t("thread.title", { no: String(thread.no) }) : opening.subject;
  const image =
    file?.thumb == null || file.spoiler
      ? null
      : html`<img src="${address.thumb(file)}" alt="" width="${file.thumb.width}" height="${file.thumb.height}" loading="lazy"/>`;
  const sticky = thread.sticky ? ` · ${t("thread.sticky")}` : "";
  const locked = thread.locked ? ` · ${t("thread.locked")}` : "";
  return html`<li><a href="${address.thread(uri, thread.no)}">${image}<b>${title}</b></a> <small>${figures}${sticky}${locked}</small><p dir="auto">${excerpt}</p></li>`;
}

function sorted(threads: readonly ThreadPreview[], sort: Sort): readonly ThreadPreview[] {
  switch (sort) {
    case "bump":
      return threads;
    case "new":
      return threads.toSorted((a, b) => b.thread.createdAt - a.thread.createdAt);
    case "replies":
      return threads.toSorted((a, b) => b.thread.replies - a.thread.replies);
  }
}
