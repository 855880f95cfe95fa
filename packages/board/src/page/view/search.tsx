/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { Button, Field, Select } from "#page/part/form.tsx";
import { drawPost } from "#page/part/post.ts";
import type { Board, SearchPage } from "#thread/model.ts";

interface SearchProps {
  readonly frame: Frame;
  readonly query: string;
  /** "" for all boards. */
  readonly board: string;
  readonly boards: ReadonlyMap<string, Pick<Board, "uri">>;
  /** Null before anything was asked. */
  readonly result: SearchPage | null;
}

/** `/search`: posts by their words. */
export function Search({ frame, query, board, boards, result }: SearchProps) {
  const { t } = frame;
  const everywhere = { value: "", label: t("search.everywhere") };
  return (
    <Layout frame={frame} head={{ title: t("search.title"), noIndex: true }}>
      <h1>{t("search.title")}</h1>
      <form method="get" action="/search" role="search" class="search">
        <Field
          type="search"
          name="q"
          label={t("search.query")}
          hint={t("search.query-hint")}
          value={query}
          maxlength={200}
          required
        />
        <Select
          name="board"
          label={t("search.board")}
          value={board}
          options={[
            everywhere,
            ...[...boards.keys()].map((uri) => ({ value: uri, label: `/${uri}/` })),
          ]}
        />
        <Button>{t("search.go")}</Button>
      </form>
      {result === null ? null : (
        <Found frame={frame} query={query} board={board} boards={boards} result={result} />
      )}
    </Layout>
  );
}

function Found({
  frame,
  query,
  board,
  boards,
  result,
}: SearchProps & { readonly result: SearchPage }) {
  const { t } = frame;
  if (result.posts.length === 0) {
    return (
      <p class="empty" role="status">
        {t("search.none", { query })}
      </p>
    );
  }
  const next = new URLSearchParams({ q: query, board, before: String(result.next ?? "") });
  return (
    <section class="thread" aria-label={t("search.title")}>
      {result.posts.map((post) => {
        const of = boards.get(post.board);
        return of === undefined ? null : (
          <>
            <p class="from">
              <a href={address.post(post.board, post.threadNo, post.no)}>
                /{post.board}/ {t("thread.title", { no: String(post.threadNo) })}
              </a>
            </p>
            {drawPost({ frame, board: of, post, brief: true }).element}
          </>
        );
      })}
      {result.next === null ? null : (
        <p>
          <a class="button" rel="next" href={`/search?${next.toString()}`}>
            {t("site.next")}
          </a>
        </p>
      )}
    </section>
  );
}
