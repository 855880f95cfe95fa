/** @jsxImportSource hono/jsx */
import type { WebEnv } from "@egide/web/context.ts";
import { textOf } from "@egide/web/form.ts";
import type { Hono } from "hono";
import { VERDICTS } from "#moderation/appeal.ts";
import { act } from "#moderation/service/act.ts";
import { decide, openAppeals } from "#moderation/service/appeal.ts";
import { boardsWhere } from "#moderation/permission.ts";
import { bad, need } from "#moderation/service/deps.ts";
import { findLike, type PatternSearch, removeLike } from "#moderation/service/pattern.ts";
import { dismiss, itemRow, lookAt, queueOf } from "#moderation/service/queue.ts";
import { rulesOn } from "#moderation/service/rules.ts";
import { staffNames } from "#moderation/service/staff.ts";
import { actRow, undo } from "#moderation/service/undo.ts";
import { endOf, orderOf } from "#page/staff/act-form.ts";
import { ActsPage, AppealsPage, BansPage, RemovePage } from "#page/staff/due.tsx";
import { boardRoutes } from "#page/staff/board-routes.tsx";
import { moveRoutes } from "#page/staff/move-routes.tsx";
import { statisticsRoutes } from "#page/staff/statistics-routes.tsx";
import { importRoutes } from "#page/staff/import-routes.tsx";
import { houseRoutes } from "#page/staff/house-routes.tsx";
import { peopleRoutes } from "#page/staff/people-routes.tsx";
import { openRoutes } from "#page/staff/open-routes.tsx";
import { listRoutes } from "#page/staff/list-routes.tsx";
import { postRoutes } from "#page/staff/post-routes.tsx";
import { ItemPage, QueuePage } from "#page/staff/queue.tsx";
import { readActs, readBans, readItem } from "#page/staff/read.ts";
import { StaffRouter } from "#page/staff/session.ts";
import { boardsBy, type StaffSite, wholeOf } from "#page/staff/site.ts";

const DAY_MS = 86_400_000;
const QUEUE_SHOWN = 100;
const PREVIEW = 20;

/** Everything that staff see and do, and the doors of the provider's side. */
export function staffRoutes(app: Hono<WebEnv>, site: StaffSite): void {
  const staff = new StaffRouter(app, site);
  openRoutes(app, site);
  app.get("/staff", (c) => c.redirect("/staff/queue", 303));
  queueRoutes(staff, site);
  postRoutes(staff, site);
  dueRoutes(staff, site);
  houseRoutes(staff, site);
  peopleRoutes(staff, site);
  statisticsRoutes(staff, site);
  moveRoutes(staff, site);
  importRoutes(staff, site);
  boardRoutes(staff, site);
  listRoutes(staff, site);
}

function queueRoutes(staff: StaffRouter, { deps }: StaffSite): void {
  const db = deps.store.kysely;
  staff.page("/staff/queue", async ({ actor, frame }) => {
    const items = await queueOf(deps, actor, { limit: QUEUE_SHOWN });
    const boards = await boardsBy(db);
    const now = deps.clock.now();
    return <QueuePage frame={frame} actor={actor} items={items} boards={boards} now={now} />;
  });
  staff.page("/staff/item/:id{[0-9]{1,15}}", async ({ c, actor, frame }) => {
    const id = wholeOf(c.req.param("id"));
    await lookAt(deps, actor, id);
    return <ItemPage frame={frame} actor={actor} view={await readItem(db, id)} />;
  });
  staff.form("/staff/item/:id{[0-9]{1,15}}/act", async ({ c, actor }, form) => {
    const { postId } = await itemRow(db, wholeOf(c.req.param("id")));
    await act(deps, actor, orderOf(form, postId, deps.clock.now()));
    return "/staff/queue";
  });
  staff.form("/staff/item/:id{[0-9]{1,15}}/dismiss", async ({ c, actor }, form) => {
    await dismiss(deps, actor, wholeOf(c.req.param("id")), textOf(form, "reason"));
    return "/staff/queue";
  });
  staff.form("/staff/item/:id{[0-9]{1,15}}/escalate", async ({ c, actor }) => {
    const id = wholeOf(c.req.param("id"));
    need(actor, "escalate", (await itemRow(db, id)).boardId);
    await deps.store.transaction((trx) =>
      deps.provider.escalate(trx, id, actor.id, deps.clock.now()),
    );
    deps.kick();
    return `/staff/item/${id}`;
  });
}

function dueRoutes(staff: StaffRouter, { deps }: StaffSite): void {
  const db = deps.store.kysely;
  const { clock } = deps;
  staff.page("/staff/acts", async ({ actor, frame }) => {
    const acts = await readActs(db, actor);
    const boards = await boardsBy(db);
    const names = await staffNames(db);
    const props = { frame, actor, acts, boards, names, now: clock.now() };
    return <ActsPage {...props} />;
  });
  staff.form("/staff/act/:id{[A-Za-z0-9_-]{22}}/undo", async ({ c, actor }, form) => {
    await undo(deps, actor, c.req.param("id") ?? "", textOf(form, "reason"));
    return "/staff/acts";
  });
  staff.page("/staff/bans", async ({ actor, frame }) => {
    const bans = await readBans(db, actor, clock.now());
    return <BansPage frame={frame} actor={actor} bans={bans} boards={await boardsBy(db)} />;
  });
  staff.page("/staff/appeals", async ({ actor, frame }) => {
    const open = await openAppeals(deps, actor);
    const appeals = await Promise.all(
      open.map(async (appeal) => {
        const row = await actRow(db, appeal.actId);
        const post = await db
          .selectFrom("post")
          .select("text")
          .where("id", "=", row.postId ?? -1)
          .executeTakeFirst();
        return { appeal, act: row, text: post?.text ?? "" };
      }),
    );
    const boards = await boardsBy(db);
    return <AppealsPage frame={frame} actor={actor} appeals={appeals} boards={boards} />;
  });
  staff.form("/staff/appeal/:id{[0-9]{1,15}}", async ({ c, actor }, form) => {
    const verdict = VERDICTS.find((name) => name === textOf(form, "verdict"));
    if (verdict === undefined) throw bad("board.no_measure", "There is no such decision.");
    await decide(deps, actor, {
      appealId: wholeOf(c.req.param("id")),
      verdict,
      answer: textOf(form, "answer"),
      endsAt: verdict === "eased" ? endOf(form, clock.now()) : null,
    });
    return "/staff/appeals";
  });
  staff.page("/staff/remove", async ({ c, actor, frame }) => {
    const pattern = c.req.query("pattern") ?? "";
    const reach = boardsWhere(actor.grants, "removePattern");
    // Who may not search everywhere begins with the first board of theirs.
    const first = reach === "all" ? 0 : (reach[0] ?? 0);
    const asked = askedOf(c.req.query("board") ?? String(first), pattern, c.req.query("days"));
    need(actor, "removePattern", asked.boardId === 0 ? null : asked.boardId);
    const rules = await rulesOn(db, asked.boardId);
    const found = pattern === "" ? null : await preview(searchOf(asked));
    const all = await boardsBy(db);
    const boards = reach === "all" ? all : new Map([...all].filter(([id]) => reach.includes(id)));
    const everywhere = reach === "all";
    const props = { frame, actor, boards, everywhere, asked, found, rules };
    return <RemovePage {...props} />;
  });
  staff.form("/staff/remove", async ({ actor }, form) => {
    const asked = askedOf(textOf(form, "board"), textOf(form, "pattern"), textOf(form, "days"));
    await removeLike(deps, actor, {
      search: searchOf(asked),
      ruleBoardId: asked.boardId,
      rule: textOf(form, "rule"),
      reason: textOf(form, "reason"),
    });
    return "/staff/acts";
  });

  function askedOf(board: string | undefined, pattern: string, days: string | undefined) {
    return { boardId: wholeOf(board ?? "0"), pattern, days: wholeOf(days ?? "7") };
  }

  function searchOf({ boardId, pattern, days }: ReturnType<typeof askedOf>): PatternSearch {
    return {
      boardId: boardId === 0 ? null : boardId,
      since: clock.now() - days * DAY_MS,
      likeness: { by: "text", pattern },
    };
  }

  async function preview(search: PatternSearch) {
    const ids = await findLike(db, search);
    const posts = await db
      .selectFrom("post")
      .innerJoin("board as home", "home.id", "post.boardId")
      .select(["home.uri", "post.threadNo", "post.no", "post.text"])
      .where("post.id", "in", [-1, ...ids.slice(0, PREVIEW)])
      .execute();
    return { count: ids.length, posts };
  }
}
