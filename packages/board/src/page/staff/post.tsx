/** @jsxImportSource hono/jsx */
import type { Selectable } from "kysely";
import { allows } from "#moderation/permission.ts";
import { CATEGORY_NAMES } from "#moderation/category.ts";
import type { NamedRule } from "#moderation/service/rules.ts";
import type { Actor } from "#moderation/service/deps.ts";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Fact, Notice, Time } from "#page/part/common.tsx";
import { Area, Button, Check, Field, Form, Select } from "#page/part/form.tsx";
import { sayBytes, sayName } from "#page/part/say.ts";
import { StaffPage } from "#page/staff/frame.tsx";
import { Measures } from "#page/staff/measures.tsx";
import { postName } from "#page/staff/post-list.tsx";
import type { StaffPost, StaffThread } from "#page/staff/read-post.ts";
import { SUBJECT_MOST } from "#thread/posting/check.ts";
import type { PostEditTable } from "#store/table/post.ts";

interface ShownProps {
  readonly frame: Frame;
  readonly post: StaffPost;
}

/** The post itself, with its files as links: nobody has to see what they did not ask for. */
export function ShownPost({ frame, post }: ShownProps) {
  const { t, locale } = frame;
  return (
    <article class="post">
      <header>
        {post.subject === "" ? null : <h2 class="subject">{post.subject}</h2>}
        <b class="author">{sayName(post.name, t)}</b>
        {post.trip === null ? null : <span class="trip">{post.trip}</span>}{" "}
        <Time frame={frame} at={post.createdAt} />
      </header>
      {/* Rendered once, by the board's own markup: safe HTML. */}
      <div class="text" dir="auto" dangerouslySetInnerHTML={{ __html: post.html }} />
      {post.files.length === 0 ? null : (
        <ul class="attached">
          {post.files.map((file) => (
            <li>
              <a href={`/staff/post/${post.id}/file/${file.position}`}>{file.filename}</a>{" "}
              <small>
                {file.kind.toUpperCase()}, {sayBytes(file.bytes, locale)}
                {file.width === null ? "" : `, ${file.width}×${file.height ?? 0}`}
                {file.state === "sealed" ? ` · ${t("staff.sealed")}` : ""}
              </small>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

interface PageProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly post: StaffPost;
  readonly thread: StaffThread | null;
  readonly edits: readonly Selectable<PostEditTable>[];
  /** Its entry in the queue, where it waits there. */
  readonly itemId: number | null;
  readonly rules: readonly NamedRule[];
  readonly boards: ReadonlyMap<number, string>;
  readonly names: ReadonlyMap<string, string>;
}

/** Any post, whether somebody reported it or not, and what staff can do about it and its thread. */
export function StaffPostPage(props: PageProps) {
  const { frame, actor, post, itemId, thread } = props;
  const { t } = frame;
  const may = (name: Parameters<typeof allows>[1]) => allows(actor.grants, name, post.boardId);
  const writes = may("postAsStaff") && thread?.archived === false;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.one-post">
      {itemId === null ? null : (
        <Notice kind="warning">
          <a href={`/staff/item/${itemId}`}>{t("staff.in-queue")}</a>
        </Notice>
      )}
      <dl class="facts">
        <Fact name={t("staff.post")}>
          <a href={address.post(post.uri, post.threadNo, post.no)}>
            {postName(frame, post.uri, post.no)}
          </a>
        </Fact>
        <Fact name={t("staff.state")}>{t(`state.${post.state}`)}</Fact>
      </dl>
      <ShownPost frame={frame} post={post} />
      {writes ? (
        <p>
          <a href={`${address.thread(post.uri, post.threadNo)}?staff&quote=${post.no}#reply`}>
            {t("staff.write")}
          </a>
        </p>
      ) : null}
      {allows(actor.grants, "hold", null) ? (
        <p>
          <a href={`/staff/holds?post=${post.id}`}>{t("staff.place-hold")}</a>
        </p>
      ) : null}
      <Measures
        frame={frame}
        action={`/staff/post/${post.id}/act`}
        boardId={post.boardId}
        rules={props.rules}
        boards={props.boards}
      />
      {thread !== null && may("flagThreads") ? (
        <Flags frame={frame} post={post} thread={thread} />
      ) : null}
      {may("editPosts") ? <Edit frame={frame} post={post} /> : null}
      {itemId === null ? <ToQueue frame={frame} post={post} /> : null}
      <Edits {...props} />
    </StaffPage>
  );
}

function Flags({ frame, post, thread }: ShownProps & { readonly thread: StaffThread }) {
  const { t } = frame;
  const label = t("staff.flags", { no: String(post.threadNo) });
  return (
    <Form frame={frame} action={`/staff/post/${post.id}/flags`} class="panel" label={label}>
      <fieldset>
        <legend>{label}</legend>
        <Check name="sticky" label={t("thread.sticky")} checked={thread.flags.sticky} />
        <Check name="locked" label={t("thread.locked")} checked={thread.flags.locked} />
        <Check
          name="bumpLocked"
          label={t("thread.bump-locked")}
          checked={thread.flags.bumpLocked}
        />
        <Check name="cyclic" label={t("staff.cyclic")} checked={thread.flags.cyclic} />
      </fieldset>
      <Button>{t("staff.save")}</Button>
    </Form>
  );
}

function Edit({ frame, post }: ShownProps) {
  const { t } = frame;
  return (
    <details class="panel">
      <summary>{t("staff.edit")}</summary>
      <Form frame={frame} action={`/staff/post/${post.id}/edit`} label={t("staff.edit")}>
        <p>{t("staff.edit-lead")}</p>
        <Field
          name="subject"
          label={t("post.subject")}
          value={post.subject}
          maxlength={SUBJECT_MOST}
        />
        <Area name="text" label={t("post.text")} value={post.text} rows={8} />
        <Field name="reason" id="edit-reason" label={t("staff.reason")} required maxlength={1000} />
        <Button>{t("staff.save")}</Button>
      </Form>
    </details>
  );
}

/** For what has to go to the provider, or what somebody else should judge. */
function ToQueue({ frame, post }: ShownProps) {
  const { t } = frame;
  return (
    <details class="panel">
      <summary>{t("staff.to-queue")}</summary>
      <Form frame={frame} action={`/staff/post/${post.id}/report`} label={t("staff.to-queue")}>
        <p>{t("staff.to-queue-lead")}</p>
        <Select
          name="category"
          label={t("staff.category")}
          value="rule"
          options={CATEGORY_NAMES.map((value) => ({ value, label: t(`category.${value}`) }))}
        />
        <Area
          name="reason"
          id="report-reason"
          label={t("staff.reason")}
          rows={3}
          maxlength={2000}
        />
        <Button>{t("staff.to-queue")}</Button>
      </Form>
    </details>
  );
}

function Edits({ frame, edits, names }: PageProps) {
  if (edits.length === 0) return null;
  return (
    <section>
      <h2>{frame.t("staff.edits")}</h2>
      {edits.map(({ at, staffId, reason, subject, text }) => (
        <article class="post">
          <p>
            <Time frame={frame} at={at} /> · {names.get(staffId) ?? staffId} · {reason}
          </p>
          {subject === "" ? null : <b>{subject}</b>}
          <pre class="before" dir="auto">
            {text}
          </pre>
        </article>
      ))}
    </section>
  );
}
