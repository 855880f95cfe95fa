import { shorten } from "#markup/shorten.ts";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Html, html } from "#page/html.ts";
import { drawFiles } from "#page/part/file.ts";
import { drawTime, sayCapcode, sayName, sayTime } from "#page/part/say.ts";
import type { Board, Post, Thread } from "#thread/model.ts";

interface PostProps {
  readonly frame: Frame;
  readonly board: Pick<Board, "uri">;
  readonly post: Post;
  /** Given with the post that opens it. */
  readonly thread?: Thread;
  /** Whether a long text is cut: where many threads stand on a page. */
  readonly brief?: boolean;
}

const BRIEF = { characters: 900, lines: 12 } as const;

export function drawPost({ frame, board, post, thread, brief = false }: PostProps): Html {
  const shown = brief
    ? shorten(post.html, BRIEF.characters, BRIEF.lines)
    : { html: post.html, isCut: false };
  const { t, locale } = frame;
  const href = address.post(board.uri, post.threadNo, post.no);
  const head = html`<header>${subject(board, post, thread)}${author(frame, post)}${drawTime(post.createdAt, locale)}<a href="${href}">${t("post.no")}\u00a0${post.no}</a>${brief ? null : cite(frame, board, post)}${thread === undefined ? null : marks(frame, thread)}${post.state === "held" ? html`<mark>${t("post.waits")}</mark>` : null}${menu(frame, board, post)}</header>`;
  const text =
    shown.html === "" ? null : html`<div class="text" dir="auto">${new Html(shown.html)}</div>`;
  const cut = shown.isCut
    ? html`<p class="cut">${t("post.too-long")} <a href="${href}">${t("post.read-all")}</a></p>`
    : null;
  const edited =
    post.editedAt === null
      ? null
      : html`<p class="cut">${t("post.edited", { when: sayTime(post.editedAt, locale) })}</p>`;
  return html`<article class="${thread === undefined ? "post" : "post op"}" id="p${post.no}">${head}${drawFiles(frame, post.files)}${text}${cut}${edited}${backlinks(frame, board, post)}</article>`;
}

type OnBoard = PostProps["board"];

function subject({ uri }: OnBoard, post: Post, thread: Thread | undefined): Html | null {
  if (post.subject === "") return null;
  if (thread === undefined) return html`<b class="subject">${post.subject}</b>`;
  return html`<h2 class="subject"><a href="${address.thread(uri, post.no)}">${post.subject}</a></h2>`;
}

function author(frame: Frame, post: Post): Html {
  const { t } = frame;
  const { trip, capcode, posterId, country } = post;
  const name = sayName(post.name, t);
  return html`<b class="author">${name}</b>${trip === null ? null : html`<span class="trip">${trip}</span>`}${capcode === null ? null : html`<span class="capcode">## ${sayCapcode(capcode, t)}</span>`}${
    posterId === null
      ? null
      : html`<span class="id i${hueOf(posterId)}" title="${t("post.id")}">${posterId}</span>`
  }${country === null ? null : flag(frame, country)}`;
}

const COUNTRIES = {
  en: new Intl.DisplayNames("en", { type: "region" }),
  fr: new Intl.DisplayNames("fr", { type: "region" }),
} as const;

/** The code, and the name for who asks: flags as characters are missing from many systems. */
function flag({ t, locale }: Frame, code: string): Html | null {
  if (!/^[A-Z]{2}$/.test(code)) return null;
  const name = COUNTRIES[locale].of(code) ?? code;
  return html`<span class="flag" role="img" aria-label="${t("post.country", { name })}" title="${name}">${code}</span>`;
}

function cite({ t }: Frame, { uri }: OnBoard, { threadNo, no }: Post): Html {
  const href = address.quote(uri, threadNo, no);
  return html`<a class="cite" href="${href}" aria-label="${t("post.quote-this", { no })}">↩</a>`;
}

/** States of a thread, in words: signs alone say nothing to many. */
function marks({ t }: Frame, thread: Thread): readonly Html[] {
  return [
    thread.sticky ? t("thread.sticky") : "",
    thread.archivedAt !== null ? t("thread.archived") : thread.locked ? t("thread.locked") : "",
    thread.cyclic ? t("thread.cyclic") : "",
    thread.bumpLocked ? t("thread.bump-locked") : "",
  ]
    .filter((mark) => mark !== "")
    .map((mark) => html`<mark>${mark}</mark>`);
}

function menu({ t }: Frame, { uri }: OnBoard, { no }: Post): Html {
  const href = address.acts(uri, no);
  return html`<a class="acts" href="${href}" aria-label="${t("post.menu", { no })}">⋯</a>`;
}

function backlinks({ t }: Frame, { uri }: OnBoard, post: Post): Html | null {
  if (post.backlinks.length === 0) return null;
  const links = post.backlinks.map(({ board, threadNo, no }) => {
    const text = board === uri ? `>>${no}` : `>>>/${board}/${no}`;
    return html` <a class="quotelink" href="${address.post(board, threadNo, no)}">${text}</a>`;
  });
  return html`<p class="backlinks">${t("post.replies-to")}${links}</p>`;
}

/** One of twelve colours of the style for each poster of a thread. */
function hueOf(id: string): number {
  let sum = 0;
  for (let index = 0; index < id.length; index++) sum = (sum * 31 + id.charCodeAt(index)) % 9973;
  return sum % 12;
}
