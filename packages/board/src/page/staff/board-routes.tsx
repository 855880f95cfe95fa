/** @jsxImportSource hono/jsx */
import { textOf } from "@egide/web/form.ts";
import { boardsWhere } from "#moderation/permission.ts";
import { configure, decideRequest, mayClose } from "#moderation/service/board.ts";
import { need, notFound } from "#moderation/service/deps.ts";
import { settingsFrom } from "#page/staff/board-form.ts";
import { BoardPage, BoardsPage } from "#page/staff/boards.tsx";
import type { StaffRouter } from "#page/staff/session.ts";
import { type StaffSite, wholeOf } from "#page/staff/site.ts";
import { boardById, type BoardChange, boardsInState } from "#store/boards.ts";

const STATES = ["open", "locked", "closed"] as const;

/** The boards that somebody may configure, and those that were asked for. */
export function boardRoutes(staff: StaffRouter, { deps }: StaffSite): void {
  const db = deps.store.kysely;

  staff.page("/staff/boards", async ({ actor, frame }) => {
    const mine = boardsWhere(actor.grants, "configure");
    const states = mayClose(actor) ? (["requested", ...STATES] as const) : STATES;
    const all = (await Promise.all(states.map((state) => boardsInState(db, state)))).flat();
    const boards = mine === "all" ? all : all.filter(({ id }) => mine.includes(id));
    return <BoardsPage frame={frame} actor={actor} boards={boards} />;
  });
  for (const [name, approve] of [
    ["open", true],
    ["refuse", false],
  ] as const) {
    staff.form(`/staff/board/:id{[0-9]{1,15}}/${name}`, async ({ c, actor }) => {
      await decideRequest(deps, actor, wholeOf(c.req.param("id")), approve);
      return "/staff/boards";
    });
  }
  staff.page("/staff/board/:id{[0-9]{1,15}}", async ({ c, actor, frame }) => {
    const id = wholeOf(c.req.param("id"));
    need(actor, "configure", id);
    const board = await boardById(db, id);
    if (board === null) throw notFound();
    return <BoardPage frame={frame} actor={actor} board={board} />;
  });
  staff.form("/staff/board/:id{[0-9]{1,15}}", async ({ c, actor }, form) => {
    const id = wholeOf(c.req.param("id"));
    need(actor, "configure", id);
    const state = STATES.find((name) => name === textOf(form, "state"));
    const change: BoardChange = {
      title: textOf(form, "title").trim(),
      subtitle: textOf(form, "subtitle").trim(),
      listed: textOf(form, "listed") !== "",
      settings: settingsFrom(form),
    };
    // Owners may lock their board; what the site closed they can't open again.
    const before = await boardById(db, id);
    const may = mayClose(actor) || (state !== "closed" && before?.state !== "closed");
    await configure(deps, actor, id, state !== undefined && may ? { ...change, state } : change);
    return `/staff/board/${id}`;
  });
}
