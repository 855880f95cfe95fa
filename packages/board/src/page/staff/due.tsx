/** @jsxImportSource hono/jsx */
import type { Selectable } from "kysely";
import { UNDO_MS } from "#moderation/act.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { NamedRule } from "#moderation/service/rules.ts";
import { mayUndo } from "#moderation/service/reach.ts";
import type { ActRow } from "#moderation/service/undo.ts";
import type { Frame } from "#page/frame.ts";
import { Notice, Table, Time } from "#page/part/common.tsx";
import { Area, Button, Field, Form, Select } from "#page/part/form.tsx";
import { StaffPage } from "#page/staff/frame.tsx";
import { PostList, postName } from "#page/staff/post-list.tsx";
import type { AppealTable, BanTable } from "#store/table/moderation.ts";

interface Common {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly boards: ReadonlyMap<number, string>;
}

interface ActsProps extends Common {
  readonly acts: readonly ActRow[];
  readonly now: number;
  readonly names: ReadonlyMap<string, string>;
}

export function ActsPage({ frame, actor, boards, acts, now, names }: ActsProps) {
  const { t } = frame;
  const head = [
    t("staff.when"),
    t("staff.by"),
    t("log.act"),
    t("staff.post"),
    t("staff.rule"),
    t("staff.reason"),
    t("staff.state"),
    "",
  ];
  return (
    <StaffPage frame={frame} actor={actor} title="staff.acts">
      <Table caption={t("staff.acts")} head={head} empty={t("staff.no-acts")} rows={acts.length}>
        {acts.map((act) => (
          <tr>
            <td>
              <Time frame={frame} at={act.at} />
            </td>
            <td>{names.get(act.staffId) ?? act.staffId}</td>
            <td>{t(`act.${act.kind}`)}</td>
            <td>
              <ActPost frame={frame} boards={boards} act={act} />
            </td>
            <td>{act.ruleId ?? "–"}</td>
            <td dir="auto">{act.reason}</td>
            <td>{t(`act-state.${act.state}`)}</td>
            <td>
              {mayUndo(actor, act) && act.state === "in-force" && now <= act.at + UNDO_MS ? (
                <Form frame={frame} action={`/staff/act/${act.id}/undo`}>
                  <Field name="reason" id={`undo-${act.id}`} label={t("staff.reason")} />
                  <Button kind="plain" about={t(`act.${act.kind}`)}>
                    {t("staff.undo")}
                  </Button>
                </Form>
              ) : null}
            </td>
          </tr>
        ))}
      </Table>
    </StaffPage>
  );
}

/** The post that something was done about, by its name; a removal of many is about none alone. */
function ActPost({ frame, boards, act }: Omit<Common, "actor"> & { readonly act: ActRow }) {
  const uri = boards.get(act.boardId) ?? "?";
  if (act.no === null) return <>/{uri}/</>;
  const name = postName(frame, uri, act.no);
  return act.postId === null ? <>{name}</> : <a href={`/staff/post/${act.postId}`}>{name}</a>;
}

/** Where somebody may not post. */
function BanReach({
  frame: { t },
  boards,
  ban,
}: Omit<Common, "actor"> & { readonly ban: Selectable<BanTable> }) {
  const board = ban.boardId === null ? "" : `/${boards.get(ban.boardId) ?? "?"}/`;
  switch (ban.scope) {
    case "global":
      return <>{t("ban.scope.site")}</>;
    case "board":
      return <>{t("ban.scope.board", { board })}</>;
    case "thread":
      return (
        <>
          {board} {t("thread.title", { no: String(ban.threadNo ?? "?") })}
        </>
      );
    case "post":
      return (
        <>
          {board} {t("staff.ban-post")}
        </>
      );
  }
}

interface BansProps extends Common {
  readonly bans: readonly (Selectable<BanTable> & { readonly reason: string })[];
}

export function BansPage({ frame, actor, boards, bans }: BansProps) {
  const { t } = frame;
  const head = [
    t("staff.when"),
    t("staff.until"),
    t("ban.scope"),
    t("staff.ban-target"),
    t("staff.reason"),
  ];
  return (
    <StaffPage frame={frame} actor={actor} title="staff.bans">
      <Table caption={t("staff.bans")} head={head} empty={t("staff.no-bans")} rows={bans.length}>
        {bans.map((ban) => (
          <tr>
            <td>
              <Time frame={frame} at={ban.startsAt} />
            </td>
            <td>
              {ban.endsAt === null ? t("staff.never") : <Time frame={frame} at={ban.endsAt} />}
            </td>
            <td>
              <BanReach frame={frame} boards={boards} ban={ban} />
            </td>
            <td>{t(`staff.by-${ban.target}`)}</td>
            <td dir="auto">{ban.reason}</td>
          </tr>
        ))}
      </Table>
    </StaffPage>
  );
}

interface AppealsProps extends Common {
  readonly appeals: readonly {
    readonly appeal: Selectable<AppealTable>;
    readonly act: ActRow;
    readonly text: string;
  }[];
}

export function AppealsPage({ frame, actor, boards, appeals }: AppealsProps) {
  const { t } = frame;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.appeals">
      {appeals.length === 0 ? <p>{t("staff.empty")}</p> : null}
      {appeals.map(({ appeal, act, text }) => (
        <section class="panel">
          <h2>
            {t(`act.${act.kind}`)} · <ActPost frame={frame} boards={boards} act={act} />
          </h2>
          <p>
            <Time frame={frame} at={act.at} /> · {act.ruleId ?? "–"} · {act.reason}
          </p>
          {text === "" ? null : <blockquote dir="auto">{text}</blockquote>}
          <h3>{t("staff.appeal-text")}</h3>
          <blockquote dir="auto">{appeal.text}</blockquote>
          {appeal.actBy === actor.id ? (
            <Notice>{t("staff.not-you")}</Notice>
          ) : (
            <Form frame={frame} action={`/staff/appeal/${appeal.id}`}>
              <Select
                name="verdict"
                id={`verdict-${appeal.id}`}
                label={t("staff.verdict")}
                options={(["kept", "eased", "reversed"] as const)
                  .filter((verdict) => verdict !== "eased" || act.kind === "ban")
                  .map((value) => ({ value, label: t(`staff.${value}`) }))}
              />
              {act.kind === "ban" ? (
                <Field
                  name="days"
                  id={`days-${appeal.id}`}
                  type="number"
                  min={0}
                  max={3650}
                  value={1}
                  label={t("staff.eased-days")}
                />
              ) : null}
              <Area
                name="answer"
                id={`answer-${appeal.id}`}
                label={t("staff.answer")}
                hint={t("staff.reason-hint")}
                required
              />
              <Button>{t("staff.decide")}</Button>
            </Form>
          )}
        </section>
      ))}
    </StaffPage>
  );
}

interface RemoveProps extends Common {
  readonly everywhere: boolean;
  readonly asked: { readonly boardId: number; readonly pattern: string; readonly days: number };
  /** What fits, once somebody asked; null before. */
  readonly found: {
    readonly count: number;
    readonly posts: readonly {
      readonly uri: string;
      readonly threadNo: number;
      readonly no: number;
      readonly text: string;
    }[];
  } | null;
  readonly rules: readonly NamedRule[];
}

/** First what fits is shown, then it is removed: nobody sees the reach of a pattern by looking at it. */
export function RemovePage(props: RemoveProps) {
  const { frame, actor, boards, everywhere, asked, found, rules } = props;
  const { t, locale } = frame;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.remove">
      <form method="get" action="/staff/remove" class="panel">
        <Select
          name="board"
          label={t("staff.board")}
          value={String(asked.boardId)}
          options={[
            ...(everywhere ? [{ value: "0", label: t("staff.everywhere") }] : []),
            ...[...boards].map(([id, uri]) => ({ value: String(id), label: `/${uri}/` })),
          ]}
        />
        <Field name="pattern" label={t("staff.pattern")} value={asked.pattern} required />
        <Field
          name="days"
          type="number"
          min={1}
          max={365}
          label={t("staff.days-back")}
          value={asked.days}
        />
        <Button kind="plain">{t("staff.preview")}</Button>
      </form>
      {found === null ? null : (
        <>
          <p role="status">{t("staff.found", { count: found.count })}</p>
          <PostList frame={frame} posts={found.posts} />
          {found.count === 0 ? null : (
            <Form frame={frame} action="/staff/remove" class="panel" label={t("staff.remove-all")}>
              <input type="hidden" name="board" value={asked.boardId} />
              <input type="hidden" name="pattern" value={asked.pattern} />
              <input type="hidden" name="days" value={asked.days} />
              <Select
                name="rule"
                label={t("staff.rule")}
                options={rules.map(({ rule, number, boardId }) => ({
                  value: `${boardId}:${rule.id}`,
                  label: `${number}. ${rule.text[locale]}`,
                }))}
              />
              <Area name="reason" label={t("staff.reason")} rows={3} required />
              <Button kind="danger">{t("staff.remove-all")}</Button>
            </Form>
          )}
        </>
      )}
    </StaffPage>
  );
}
