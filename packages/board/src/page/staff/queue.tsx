/** @jsxImportSource hono/jsx */
import type { Selectable } from "kysely";
import type { NamedRule } from "#moderation/service/rules.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { ItemRow } from "#moderation/service/queue.ts";
import type { ActRow } from "#moderation/service/undo.ts";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Fact, Notice, Table, Time } from "#page/part/common.tsx";
import { Button, Field, Form } from "#page/part/form.tsx";
import { StaffPage } from "#page/staff/frame.tsx";
import { Measures } from "#page/staff/measures.tsx";
import { ShownPost } from "#page/staff/post.tsx";
import { PostList, postName } from "#page/staff/post-list.tsx";
import type { StaffPost } from "#page/staff/read-post.ts";
import type { ReportTable } from "#store/table/moderation.ts";
import type { EscalationTable } from "#store/table/provider.ts";

interface QueueProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly items: readonly ItemRow[];
  readonly boards: ReadonlyMap<number, string>;
  readonly now: number;
}

/** What waits, most urgent first. */
export function QueuePage({ frame, actor, items, boards, now }: QueueProps) {
  const { t } = frame;
  const head = [t("staff.category"), t("staff.post"), t("staff.state"), t("staff.due"), ""];
  return (
    <StaffPage frame={frame} actor={actor} title="staff.queue">
      <Table caption={t("staff.queue")} head={head} empty={t("staff.empty")} rows={items.length}>
        {items.map((item) => (
          <tr class={item.lane === 0 ? "urgent" : undefined}>
            <td>
              {/* First, so that it is in sight on a telephone at night. */}
              <a href={`/staff/item/${item.id}`}>{t(`category.${item.category}`)}</a>
            </td>
            <td>{postName(frame, boards.get(item.boardId) ?? "?", item.no)}</td>
            <td>
              {[
                ...(item.held === null ? [] : [t("staff.held")]),
                ...(item.held !== null && item.reports === 0
                  ? []
                  : [t("staff.reports", { count: item.reports })]),
              ].join(" · ")}
            </td>
            <td>
              <Time frame={frame} at={item.dueAt} />
              {item.dueAt < now ? <strong> {t("staff.overdue")}</strong> : null}
            </td>
            <td>
              <a href={`/staff/item/${item.id}`}>
                {t("staff.look")}
                <span class="hidden">
                  {" "}
                  {postName(frame, boards.get(item.boardId) ?? "?", item.no)}
                </span>
              </a>
            </td>
          </tr>
        ))}
      </Table>
    </StaffPage>
  );
}

interface Tombstone {
  readonly edgeAt: number | null;
  readonly providerAt: number | null;
}

export interface ItemView {
  readonly item: ItemRow;
  readonly uri: string;
  readonly post: StaffPost | null;
  readonly reports: readonly Selectable<ReportTable>[];
  readonly acts: readonly ActRow[];
  readonly escalations: readonly Selectable<EscalationTable>[];
  /** Of removals, by act. */
  readonly tombstones: ReadonlyMap<string, Tombstone>;
  /** Other posts of the same session. */
  readonly others: readonly {
    readonly uri: string;
    readonly threadNo: number;
    readonly no: number;
    readonly text: string;
  }[];
  readonly rules: readonly NamedRule[];
  readonly boards: ReadonlyMap<number, string>;
}

interface ItemProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly view: ItemView;
}

/** One post with what was said of it, and all that can be done. */
export function ItemPage({ frame, actor, view }: ItemProps) {
  const { t } = frame;
  const { item, uri, post } = view;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.item">
      <dl class="facts">
        <Fact name={t("staff.category")}>{t(`category.${item.category}`)}</Fact>
        <Fact name={t("staff.post")}>
          <a href={address.post(uri, item.threadNo, item.no)}>{postName(frame, uri, item.no)}</a>
        </Fact>
        <Fact name={t("staff.state")}>{post === null ? "–" : t(`state.${post.state}`)}</Fact>
        <Fact name={t("staff.due")}>
          <Time frame={frame} at={item.dueAt} />
        </Fact>
      </dl>
      {post === null ? null : <ShownPost frame={frame} post={post} />}
      {post === null ? null : (
        <p>
          <a href={`/staff/post/${post.id}`}>{t("staff.more-tools")}</a>
        </p>
      )}
      <Reports frame={frame} view={view} />
      {item.waiting === 1 && post !== null ? <Decisions frame={frame} view={view} /> : null}
      <Trail frame={frame} view={view} />
    </StaffPage>
  );
}

function Reports({ frame, view: { reports } }: Omit<ItemProps, "actor">) {
  const { t } = frame;
  if (reports.length === 0) return null;
  return (
    <section>
      <h2>{t("staff.reporters-say")}</h2>
      <ul>
        {reports.map((report) => (
          <li>
            <Time frame={frame} at={report.at} /> {t(`category.${report.category}`)}{" "}
            {report.text === "" ? null : <q dir="auto">{report.text}</q>}
            {report.contestText === null ? null : (
              <p>
                {t("staff.contested")} <q dir="auto">{report.contestText}</q>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decisions({ frame, view }: Omit<ItemProps, "actor">) {
  const { t } = frame;
  const { item, rules, boards } = view;
  const at = `/staff/item/${item.id}`;
  return (
    <>
      <Measures
        frame={frame}
        action={`${at}/act`}
        boardId={item.boardId}
        rules={rules}
        boards={boards}
      />
      <Form frame={frame} action={`${at}/dismiss`} class="panel" label={t("staff.dismiss-title")}>
        <h2>{t("staff.dismiss-title")}</h2>
        <Field name="reason" id="dismiss-reason" label={t("staff.reason")} />
        <Button>{t("staff.dismiss")}</Button>
      </Form>
      <Form frame={frame} action={`${at}/escalate`} class="panel" label={t("staff.escalate")}>
        <h2>{t("staff.escalate")}</h2>
        <p>{t("staff.escalate-lead")}</p>
        <Button kind="plain">{t("staff.escalate")}</Button>
      </Form>
    </>
  );
}

/** Whether the copies of what was removed are gone, here and at the provider. */
function Purged({
  frame,
  tombstone,
}: {
  readonly frame: Frame;
  readonly tombstone: Tombstone | undefined;
}) {
  if (tombstone === undefined) return null;
  const { t } = frame;
  const { edgeAt, providerAt } = tombstone;
  return (
    <small>
      {edgeAt === null ? null : (
        <>
          {" "}
          · {t("staff.purged-edge")} <Time frame={frame} at={edgeAt} />
        </>
      )}
      {providerAt === null ? null : (
        <>
          {" "}
          · {t("staff.purged-provider")} <Time frame={frame} at={providerAt} />
        </>
      )}
    </small>
  );
}

function Trail({ frame, view }: Omit<ItemProps, "actor">) {
  const { t } = frame;
  return (
    <>
      {view.escalations.length === 0 ? null : (
        <section>
          <h2>{t("staff.escalations")}</h2>
          <ul>
            {view.escalations.map((sent) => (
              <li>
                <Time frame={frame} at={sent.at} /> {sent.reference ?? ""}{" "}
                {sent.deliveredAt === null ? (
                  <strong>{t("staff.not-delivered")}</strong>
                ) : (
                  (sent.state ?? t("staff.escalated"))
                )}{" "}
                {sent.text}
              </li>
            ))}
          </ul>
        </section>
      )}
      {view.acts.length === 0 ? null : (
        <section>
          <h2>{t("staff.history")}</h2>
          <ul>
            {view.acts.map((act) => (
              <li>
                <Time frame={frame} at={act.at} /> {t(`act.${act.kind}`)} · {act.reason} ·{" "}
                {t(`act-state.${act.state}`)}
                <Purged frame={frame} tombstone={view.tombstones.get(act.id)} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {view.others.length === 0 ? null : (
        <section>
          <h2>{t("staff.poster")}</h2>
          <PostList frame={frame} posts={view.others} />
        </section>
      )}
    </>
  );
}

interface CallProps {
  readonly frame: Frame;
  readonly token: string;
  readonly taken: boolean;
}

/** Opened from the alert on a telephone: no sign-in stands between the call and the answer. */
export function CallPage({ frame, token, taken }: CallProps) {
  const { t } = frame;
  return (
    <Form frame={frame} action={`/staff/on-call/${token}`} class="panel" label={t("staff.on-call")}>
      <h1>{t("staff.on-call")}</h1>
      {taken ? (
        <Notice kind="done">{t("staff.taken")}</Notice>
      ) : (
        <>
          <p>{t("staff.on-call-lead")}</p>
          <Button>{t("staff.on-it")}</Button>
        </>
      )}
    </Form>
  );
}
