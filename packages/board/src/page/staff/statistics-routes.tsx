/** @jsxImportSource hono/jsx */
import { boardsWhere } from "#moderation/permission.ts";
import { need } from "#moderation/service/deps.ts";
import { perDay } from "#page/staff/read.ts";
import type { StaffRouter } from "#page/staff/session.ts";
import { boardsBy, type StaffSite, wholeOf } from "#page/staff/site.ts";
import { DAYS, StatisticsPage } from "#page/staff/statistics.tsx";
import { figuresOf } from "#provider/figures.ts";

/** How a board, or the site, looked after itself. */
export function statisticsRoutes(staff: StaffRouter, { deps }: StaffSite): void {
  const db = deps.store.kysely;
  staff.page("/staff/statistics", async ({ c, actor, frame }) => {
    const mine = boardsWhere(actor.grants, "seeStatistics");
    const every = await boardsBy(db);
    const boards = new Map([...every].filter(([id]) => mine === "all" || mine.includes(id)));
    const all = mine === "all";
    const [first] = boards.keys();
    const asked = wholeOf(c.req.query("board") ?? (all ? "0" : String(first ?? 0)));
    const boardId = asked === 0 ? null : asked;
    need(actor, "seeStatistics", boardId);
    const days = DAYS.find((count) => String(count) === c.req.query("days")) ?? DAYS[0];
    const now = deps.clock.now();
    const figures = await figuresOf(db, now, days, boardId);
    const reports = await perDay(db, "report", now, days, boardId);
    const posts = await perDay(db, "post", now, days, boardId);
    const reversals = await perDay(db, "act", now, days, boardId);
    const shown = { days, boardId, boards, all, figures, reports, posts, reversals };
    return <StatisticsPage frame={frame} actor={actor} {...shown} />;
  });
}
