/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Frame } from "#page/frame.ts";
import { drawTime } from "#page/part/say.ts";

interface TimeProps {
  readonly frame: Frame;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly style?: "full" | "day";
}

/** A moment, in the reader's language. */
export function Time({ frame, at, style = "full" }: TimeProps) {
  return drawTime(at, frame.locale, style).element;
}

interface NoticeProps {
  readonly kind?: "info" | "done" | "warning" | "error";
  readonly title?: string;
  readonly children?: Child;
}

/** Something that has to be read first: how a form went, what a board's owner announces. */
export function Notice({ kind = "info", title, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === "error" ? "alert" : "status"}>
      {title === undefined ? null : <strong>{title}</strong>}
      {children}
    </div>
  );
}

interface TableProps {
  readonly caption: string;
  readonly head: readonly string[];
  /** Said in its place where it has no rows. */
  readonly empty?: string;
  readonly rows?: number;
  /** Rows (`<tr>`) of the table. */
  readonly children?: Child;
}

/** A table that scrolls by itself where the screen is too narrow for it. */
export function Table({ caption, head, empty, rows, children }: TableProps) {
  if (rows === 0 && empty !== undefined) return <p>{empty}</p>;
  return (
    <div class="scroll" role="region" aria-label={caption} tabindex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {/* A column of links and buttons has no name: an empty heading would promise one. */}
            {head.map((title) => (title === "" ? <td></td> : <th scope="col">{title}</th>))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface PagerProps {
  readonly frame: Frame;
  readonly page: number;
  readonly pages: number;
  readonly href: (page: number) => string;
}

/** Links to the pages of a list; nothing where there is but one. */
export function Pager({ frame: { t }, page, pages, href }: PagerProps) {
  if (pages <= 1) return null;
  return (
    <nav class="pager" aria-label={t("site.pages")}>
      {page > 1 ? (
        <a rel="prev" href={href(page - 1)} aria-label={t("site.previous")}>
          ←
        </a>
      ) : null}
      {shown(page, pages).map((number) =>
        number === page ? (
          <a href={href(number)} aria-current="page">
            {number}
          </a>
        ) : (
          <a href={href(number)} aria-label={t("site.page", { page: number })}>
            {number}
          </a>
        ),
      )}
      {page < pages ? (
        <a rel="next" href={href(page + 1)} aria-label={t("site.next")}>
          →
        </a>
      ) : null}
    </nav>
  );
}

/** The first, the last, and those about where one is. */
function shown(page: number, pages: number): readonly number[] {
  const near = [1, pages];
  for (let number = page - 4; number <= page + 4; number++) {
    if (number > 1 && number < pages) near.push(number);
  }
  return near.sort((a, b) => a - b);
}

interface FactProps {
  readonly name: string;
  readonly children?: Child;
}

/** One line of a list of facts. */
export function Fact({ name, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
