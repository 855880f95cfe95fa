/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { shorten } from "#markup/shorten.ts";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Time } from "#page/part/common.tsx";
import { Files } from "#page/part/file.tsx";
import { sayTime } from "#page/part/say.ts";
import type { Board, Post, Thread } from "#thread/model.ts";

interface PostProps {
  readonly frame: Frame;
  readonly board: Pick<Board, "uri" | "settings">;
  readonly post: Post;
  /** Given with the post that opens it. */
  readonly thread?: Thread;
  /** Whether a long text is cut: where many threads stand on a page. */
  readonly brief?: boolean;
}

const BRIEF = { characters: 900, lines: 12 } as const;

export function PostView({ frame, board, post, thread, brief = false }: PostProps) {
  const { t } = frame;
  const shown = brief
    ? shorten(post.html, BRIEF.characters, BRIEF.lines)
    : { html: post.html, isCut: false };
  return (
    <article class={thread === undefined ? "post" : "post op"} id={`p${post.no}`}>
      <PostHead frame={frame} board={board} post={post} thread={thread} brief={brief} />
      <Files frame={frame} files={post.files} />
      {shown.html === "" ? null : (
        <div class="text" dir="auto">
          {raw(shown.html)}
        </div>
      )}
      {shown.isCut ? (
        <p class="cut">
          {t("post.too-long")}{" "}
          <a href={address.post(board.uri, post.threadNo, post.no)}>{t("post.read-all")}</a>
        </p>
      ) : null}
      {post.editedAt === null ? null : (
        <p class="cut">{t("post.edited", { when: sayTime(post.editedAt, frame.locale) })}</p>
      )}
      <Backlinks frame={frame} board={board} post={post} />
    </article>
  );
}

interface HeadProps {
  readonly frame: Frame;
  readonly board: Pick<Board, "uri" | "settings">;
  readonly post: Post;
  readonly thread: Thread | undefined;
  readonly brief: boolean;
}

function PostHead({ frame, board, post, thread, brief }: HeadProps) {
  const { t } = frame;
  const { uri } = board;
  return (
    <header>
      {post.subject === "" ? null : thread === undefined ? (
        <b class="subject">{post.subject}</b>
      ) : (
        <h2 class="subject">
          <a href={address.thread(uri, post.no)}>{post.subject}</a>
        </h2>
      )}
      <Author frame={frame} post={post} />
      <Time frame={frame} at={post.createdAt} />
      <a href={address.post(uri, post.threadNo, post.no)}>
        {t("post.no")} {post.no}
      </a>
      {brief ? null : (
        <a
          class="cite"
          href={address.quote(uri, post.threadNo, post.no)}
          aria-label={t("post.quote-this", { no: post.no })}
        >
          ↩
        </a>
      )}
      {thread === undefined ? null : <Marks frame={frame} thread={thread} />}
      {post.state === "held" ? <mark>{t("post.waits")}</mark> : null}
      <a
        class="acts"
        href={address.acts(uri, post.no)}
        aria-label={t("post.menu", { no: post.no })}
      >
        ⋯
      </a>
    </header>
  );
}

function Author({ frame, post }: Pick<HeadProps, "frame" | "post">) {
  const { t } = frame;
  // What the board calls everybody by default is said in the reader's language.
  const name = post.name === "Anonymous" ? t("post.anonymous") : post.name;
  return (
    <>
      <b class="author">{name}</b>
      {post.trip === null ? null : <span class="trip">{post.trip}</span>}
      {post.capcode === null ? null : <span class="capcode">## {post.capcode}</span>}
      {post.posterId === null ? null : (
        <span class={`id i${hueOf(post.posterId)}`} title={t("post.id")}>
          {post.posterId}
        </span>
      )}
      {post.country === null ? null : <Flag frame={frame} code={post.country} />}
    </>
  );
}

const COUNTRIES = {
  en: new Intl.DisplayNames("en", { type: "region" }),
  fr: new Intl.DisplayNames("fr", { type: "region" }),
} as const;

/** The code, and the name for who asks: flags as characters are missing from many systems. */
function Flag({ frame, code }: { readonly frame: Frame; readonly code: string }) {
  if (!/^[A-Z]{2}$/.test(code)) return null;
  const name = COUNTRIES[frame.locale].of(code) ?? code;
  return (
    <span class="flag" role="img" aria-label={frame.t("post.country", { name })} title={name}>
      {code}
    </span>
  );
}

/** States of a thread, in words: signs alone say nothing to many. */
function Marks({ frame: { t }, thread }: { readonly frame: Frame; readonly thread: Thread }) {
  const marks = [
    thread.sticky ? t("thread.sticky") : "",
    thread.archivedAt !== null ? t("thread.archived") : thread.locked ? t("thread.locked") : "",
    thread.cyclic ? t("thread.cyclic") : "",
    thread.bumpLocked ? t("thread.bump-locked") : "",
  ].filter((mark) => mark !== "");
  return (
    <>
      {marks.map((mark) => (
        <mark>{mark}</mark>
      ))}
    </>
  );
}

function Backlinks({ frame: { t }, board, post }: Pick<HeadProps, "frame" | "board" | "post">) {
  if (post.backlinks.length === 0) return null;
  return (
    <p class="backlinks">
      {t("post.replies-to")}
      {post.backlinks.map((link) => (
        <>
          {" "}
          <a class="quotelink" href={address.post(link.board, link.threadNo, link.no)}>
            {link.board === board.uri ? `>>${link.no}` : `>>>/${link.board}/${link.no}`}
          </a>
        </>
      ))}
    </p>
  );
}

/** One of twelve colours of the style for each poster of a thread. */
function hueOf(id: string): number {
  let sum = 0;
  for (let index = 0; index < id.length; index++) sum = (sum * 31 + id.charCodeAt(index)) % 9973;
  return sum % 12;
}
