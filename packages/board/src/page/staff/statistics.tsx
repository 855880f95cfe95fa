/** @jsxImportSource hono/jsx */
import type { Figures } from "@egide/contract/abuse/figures.ts";
import { CATEGORY_NAMES } from "#moderation/category.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { Frame } from "#page/frame.ts";
import { Fact, Table } from "#page/part/common.tsx";
import { Button, Select } from "#page/part/form.tsx";
import { sayNumber } from "#page/part/say.ts";
import { StaffPage } from "#page/staff/frame.tsx";
import { Plot, Spans } from "#page/staff/plot.tsx";

export const DAYS = [30, 90, 365] as const;

type Bars = readonly { readonly label: string; readonly value: number }[];

interface StatisticsProps {
  readonly frame: Frame;
  readonly actor: Actor;
  /** What was asked for. */
  readonly days: number;
  readonly boardId: number | null;
  /** Boards that this person may see; everywhere, too, where `all`. */
  readonly boards: ReadonlyMap<number, string>;
  readonly all: boolean;
  readonly figures: Figures;
  readonly reports: Bars;
  readonly posts: Bars;
  readonly reversals: Bars;
}

export function StatisticsPage(props: StatisticsProps) {
  const { frame, actor, days, boardId, boards, all, figures } = props;
  const { t, locale } = frame;
  const { queue, reversals } = figures;
  const places = [
    ...(all ? [{ value: "0", label: t("staff.everywhere") }] : []),
    ...[...boards].map(([id, uri]) => ({ value: String(id), label: `/${uri}/` })),
  ];
  const rows = CATEGORY_NAMES.flatMap((name) => {
    const row = figures.categories.find(({ category }) => category === name);
    return row === undefined ? [] : [{ name, row }];
  });
  const timed = rows.filter(
    ({ row }) => row.firstLook.median !== null || row.decision.median !== null,
  );
  const head = [
    t("staff.category"),
    t("staff.open-of-all"),
    t("staff.stat-first"),
    t("staff.stat-decision"),
    t("staff.ninety"),
    t("staff.upheld"),
    t("staff.dismissed"),
  ];
  return (
    <StaffPage frame={frame} actor={actor} title="staff.statistics">
      <form method="get" action="/staff/statistics" class="panel" aria-label={t("stat.show")}>
        <Select
          name="board"
          label={t("staff.board")}
          value={String(boardId ?? 0)}
          options={places}
        />
        <Select
          name="days"
          label={t("stat.days")}
          value={String(days)}
          options={DAYS.map((count) => ({ value: String(count), label: String(count) }))}
        />
        <Button>{t("stat.show")}</Button>
      </form>
      <dl class="facts">
        <Fact name={t("staff.open")}>{sayNumber(queue.open, locale)}</Fact>
        <Fact name={t("staff.stat-age")}>
          {t("staff.ages", { median: said(queue.age.median), longest: said(queue.age.max) })}
        </Fact>
        <Fact name={t("staff.undone-acts")}>{sayNumber(reversals.undone, locale)}</Fact>
        <Fact name={t("staff.reversed-acts")}>{sayNumber(reversals.onAppeal, locale)}</Fact>
      </dl>
      <Plot frame={frame} title={t("staff.stat-posts")} bars={props.posts} />
      <Plot frame={frame} title={t("staff.stat-days")} bars={props.reports} />
      <Plot frame={frame} title={t("stat.reversals")} bars={props.reversals} />
      {timed.length === 0 ? null : (
        <Spans
          frame={frame}
          title={t("stat.times")}
          head={[t("staff.category"), t("staff.stat-first"), t("staff.stat-decision")]}
          rows={timed.map(({ name, row }) => ({
            label: t(`category.${name}`),
            first: { seconds: row.firstLook.median, text: said(row.firstLook.median) },
            second: { seconds: row.decision.median, text: said(row.decision.median) },
          }))}
        />
      )}
      <Table caption={t("staff.statistics")} head={head}>
        {rows.map(({ name, row }) => (
          <tr>
            <th scope="row">{t(`category.${name}`)}</th>
            <td>
              {sayNumber(row.open, locale)} / {sayNumber(row.reports, locale)}
            </td>
            <td>{said(row.firstLook.median)}</td>
            <td>{said(row.decision.median)}</td>
            <td>{said(row.decision.p90)}</td>
            <td>{sayNumber(row.upheld, locale)}</td>
            <td>{sayNumber(row.dismissed, locale)}</td>
          </tr>
        ))}
      </Table>
    </StaffPage>
  );
}

function said(seconds: number | null): string {
  return seconds === null ? "–" : sayDuration(seconds);
}

/** 90 → `1 min 30 s`; the units are the same in both languages. */
function sayDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
