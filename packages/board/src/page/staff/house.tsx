/** @jsxImportSource hono/jsx */
import type { Selectable } from "kysely";
import type { Rule } from "#moderation/rules.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { Frame } from "#page/frame.ts";
import { Notice, Table, Time } from "#page/part/common.tsx";
import { Area, Button, Field, Form } from "#page/part/form.tsx";
import { StaffPage } from "#page/staff/frame.tsx";
import type { HoldItemTable, HoldTable, StaffLogTable } from "#store/table/moderation.ts";
import type { InboxNoticeTable } from "#store/table/provider.ts";

interface Common {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly boards: ReadonlyMap<number, string>;
}

interface RulesProps extends Omit<Common, "boards"> {
  /** Rule sets that this person may edit; 0 is the site's. */
  readonly sets: readonly {
    readonly boardId: number;
    readonly uri: string | null;
    readonly rules: readonly Rule[];
  }[];
}

export function RulesEditor({ frame, actor, sets }: RulesProps) {
  const { t } = frame;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.rules">
      {sets.map(({ boardId, uri, rules }) => (
        <Form frame={frame} action={`/staff/rules/${boardId}`} class="panel">
          <h2>{uri === null ? t("staff.rules-of-site") : `/${uri}/`}</h2>
          <Area
            name="rules"
            id={`rules-${boardId}`}
            label={t("staff.rules")}
            hint={t("staff.rules-hint")}
            rows={8}
            value={rules.map(({ id, text }) => `${id} | ${text.en} | ${text.fr}`).join("\n")}
          />
          <Button>{t("staff.save")}</Button>
        </Form>
      ))}
    </StaffPage>
  );
}

interface LogProps extends Common {
  readonly entries: readonly Selectable<StaffLogTable>[];
  /** The first entry that does not follow from the one before; null where all do. */
  readonly broken: number | null;
  readonly names: ReadonlyMap<string, string>;
}

export function StaffLogPage({ frame, actor, boards, entries, broken, names }: LogProps) {
  const { t } = frame;
  const last = entries.at(-1)?.seq ?? 0;
  const head = ["#", t("staff.when"), t("staff.by"), t("staff.action"), t("staff.subject")];
  return (
    <StaffPage frame={frame} actor={actor} title="staff.log">
      {broken === null ? (
        <Notice kind="done">{t("staff.log-sound")}</Notice>
      ) : (
        <Notice kind="error">{t("staff.log-broken", { seq: broken })}</Notice>
      )}
      <Table caption={t("staff.log")} head={head}>
        {entries.map((entry) => (
          <tr>
            <td>{entry.seq}</td>
            <td>
              <Time frame={frame} at={entry.at} />
            </td>
            <td>{names.get(entry.staff) ?? entry.staff}</td>
            <td>{entry.action}</td>
            <td>
              {entry.boardId === null ? "" : `/${boards.get(entry.boardId) ?? "?"}/ `}
              {entry.subject} <code>{entry.detail === "{}" ? "" : entry.detail}</code>
            </td>
          </tr>
        ))}
      </Table>
      {last > 1 ? <a href={`/staff/log?before=${last}`}>{t("staff.older")}</a> : null}
    </StaffPage>
  );
}

interface HoldsProps extends Omit<Common, "boards"> {
  readonly holds: readonly {
    readonly hold: Selectable<HoldTable>;
    readonly items: readonly Pick<Selectable<HoldItemTable>, "postId" | "hash">[];
  }[];
  readonly names: ReadonlyMap<string, string>;
  /** Numbers of posts that the form begins with. */
  readonly posts: string;
}

export function HoldsPage({ frame, actor, holds, names, posts }: HoldsProps) {
  const { t } = frame;
  const nameOf = (id: string): string => names.get(id) ?? id;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.holds">
      {holds.map(({ hold, items }) => (
        <section class="panel">
          <h2>
            {hold.authority} {hold.reference}
          </h2>
          <p>
            <Time frame={frame} at={hold.placedAt} /> · {nameOf(hold.placedBy)} · {hold.reason} ·{" "}
            {t(`staff.hold.${hold.state}`, { who: nameOf(hold.requestedBy ?? "") })}
          </p>
          {items.map(({ postId, hash }) => (
            <Form frame={frame} action={`/staff/hold/${hold.id}/open`}>
              <input type="hidden" name="post" value={postId} />
              <p>
                {t("staff.post")} {postId} <code>{hash.slice(0, 16)}</code>
              </p>
              <Field name="reason" id={`open-${hold.id}-${postId}`} label={t("staff.reason")} />
              <Button kind="plain" about={String(postId)}>
                {t("staff.open-sealed")}
              </Button>
            </Form>
          ))}
          {hold.state === "active" ? (
            <Form frame={frame} action={`/staff/hold/${hold.id}/request-release`}>
              <Button kind="plain">{t("staff.request-release")}</Button>
            </Form>
          ) : null}
          {hold.state === "release-requested" ? (
            <>
              <Form frame={frame} action={`/staff/hold/${hold.id}/release`}>
                <Button kind="danger">{t("staff.release")}</Button>
              </Form>
              <Form frame={frame} action={`/staff/hold/${hold.id}/refuse-release`}>
                <Button kind="plain">{t("staff.refuse-release")}</Button>
              </Form>
            </>
          ) : null}
        </section>
      ))}
      <Form frame={frame} action="/staff/holds" class="panel" label={t("staff.place-hold")}>
        <Field
          name="posts"
          label={t("staff.post")}
          value={posts}
          hint={t("staff.posts-hint")}
          required
        />
        <Field name="authority" label={t("staff.authority")} required maxlength={300} />
        <Field name="reference" label={t("staff.reference")} maxlength={300} />
        <Area name="reason" label={t("staff.reason")} rows={3} required />
        <Button>{t("staff.place-hold")}</Button>
      </Form>
    </StaffPage>
  );
}

interface InboxProps extends Omit<Common, "boards"> {
  readonly notices: readonly {
    readonly notice: Selectable<InboxNoticeTable>;
    /** Its words in the reader's language, and the addresses it is about. */
    readonly text: string;
    readonly urls: readonly string[];
  }[];
}

export function InboxPage({ frame, actor, notices }: InboxProps) {
  const { t } = frame;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.inbox">
      {notices.length === 0 ? <p>{t("staff.empty")}</p> : null}
      {notices.map(({ notice, text, urls }) => (
        <section class="panel">
          <h2>
            {notice.type} · {notice.reference}
          </h2>
          <p>
            <Time frame={frame} at={notice.at} /> · {notice.state}
            {notice.answerBy === null ? null : (
              <>
                {" "}
                · {t("staff.answer-by")} <Time frame={frame} at={notice.answerBy} />
              </>
            )}
          </p>
          <p dir="auto">{text}</p>
          <ul>
            {urls.map((url) => (
              <li>
                <code>{url}</code>
              </li>
            ))}
          </ul>
          {notice.state === "done" ? (
            <p>{notice.answer}</p>
          ) : (
            <Form frame={frame} action={`/staff/inbox/${notice.id}`}>
              <Area name="answer" id={`inbox-${notice.id}`} label={t("staff.answer")} rows={3} />
              <Button>{t("staff.mark-done")}</Button>
            </Form>
          )}
        </section>
      ))}
    </StaffPage>
  );
}
