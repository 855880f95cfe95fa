/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import type { Board } from "#thread/model.ts";

type Place = "index" | "catalog" | "archive" | "rules" | "log" | "thread";

interface BoardNavProps {
  readonly frame: Frame;
  readonly board: Board;
  readonly at: Place;
}

/** A board's own navigation. */
export function BoardNav({ frame: { t }, board, at }: BoardNavProps) {
  const { uri, settings } = board;
  const links: readonly (readonly [place: Place, href: string, text: string])[] = [
    ["index", address.board(uri), t("board.index")],
    ["catalog", address.catalog(uri), t("board.catalog")],
    ...(settings.archive ? [["archive", address.archive(uri), t("board.archive")] as const] : []),
    ["rules", address.rules(uri), t("board.rules")],
    ["log", address.log(uri), t("board.log")],
  ];
  return (
    <nav class="tabs" aria-label={t("board.nav")}>
      <span class="uri">/{uri}/</span>
      {links.map(([place, href, text]) => (
        <a href={href} aria-current={place === at ? "page" : undefined}>
          {text}
        </a>
      ))}
      <a href={`/search?board=${uri}`}>{t("site.search")}</a>
      <a href={address.feed(uri, "atom")}>{t("site.feed")}</a>
    </nav>
  );
}

export function BoardTitle({ board }: { readonly board: Board }) {
  return (
    <div class="board-title">
      <h1>
        /{board.uri}/ <span>{board.title}</span>
      </h1>
      {board.subtitle === "" ? null : <p>{board.subtitle}</p>}
    </div>
  );
}
