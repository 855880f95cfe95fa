/** @jsxImportSource hono/jsx */
import { type Notice, noticeSchema } from "@egide/contract/abuse/notice.ts";
import { textOf } from "@egide/web/form.ts";
import { firstBroken, GENESIS } from "#moderation/chain.ts";
import type { HoldEvent } from "#moderation/hold.ts";
import { boardsWhere } from "#moderation/permission.ts";
import { need } from "#moderation/service/deps.ts";
import { changeHold, openSealed, placeHold } from "#moderation/service/hold.ts";
import { addLog } from "#moderation/service/log.ts";
import { INSTANCE, rulesOf, saveRules } from "#moderation/service/rules.ts";
import { staffNames } from "#moderation/service/staff.ts";
import { rulesFrom } from "#page/staff/act-form.ts";
import { HoldsPage, InboxPage, RulesEditor, StaffLogPage } from "#page/staff/house.tsx";
import { scopeOf } from "#page/staff/read.ts";
import type { StaffRouter } from "#page/staff/session.ts";
import { boardsBy, type StaffSite, wholeOf } from "#page/staff/site.ts";

const LOG_SHOWN = 100;

/** Rules, log, statistics, holds and the provider's inbox. */
export function houseRoutes(staff: StaffRouter, site: StaffSite): void {
  const { deps } = site;
  const db = deps.store.kysely;
  const { clock } = deps;

  staff.page("/staff/rules", async ({ actor, frame }) => {
    const boards = await boardsBy(db);
    const editable = boardsWhere(actor.grants, "editRules");
    const ids = editable === "all" ? [INSTANCE, ...boards.keys()] : editable;
    const sets = await Promise.all(
      ids.map(async (boardId) => {
        const { rules } = await rulesOf(db, boardId);
        return { boardId, uri: boards.get(boardId) ?? null, rules };
      }),
    );
    return <RulesEditor frame={frame} actor={actor} sets={sets} />;
  });
  staff.form("/staff/rules/:board{[0-9]{1,15}}", async ({ c, actor }, form) => {
    const boardId = wholeOf(c.req.param("board"));
    await saveRules(deps, actor, boardId, rulesFrom(textOf(form, "rules")));
    return "/staff/rules";
  });

  staff.page("/staff/log", async ({ c, actor, frame }) => {
    const scope = scopeOf(actor, "seeStaffLog");
    const before = wholeOf(c.req.query("before") ?? "999999999999");
    const newest = await db
      .selectFrom("staff_log")
      .selectAll()
      .where("seq", "<", before)
      .$if(scope !== null, (query) => query.where("boardId", "in", scope ?? []))
      .orderBy("seq", "desc")
      .limit(LOG_SHOWN)
      .execute();
    // Only who sees every entry can tell whether one is missing.
    const broken = scope === null ? brokenIn(newest.toReversed()) : null;
    const boards = await boardsBy(db);
    const names = await staffNames(db);
    const props = { frame, actor, boards, names, entries: newest, broken };
    return <StaffLogPage {...props} />;
  });

  staff.page("/staff/holds", async ({ c, actor, frame }) => {
    need(actor, "hold", null);
    const rows = await db.selectFrom("hold").selectAll().orderBy("placedAt", "desc").execute();
    const items = await db.selectFrom("hold_item").select(["holdId", "postId", "hash"]).execute();
    const holds = rows.map((hold) => ({
      hold,
      items: items.filter(({ holdId }) => holdId === hold.id),
    }));
    const names = await staffNames(db);
    const posts = /^\d{1,15}$/.exec(c.req.query("post") ?? "")?.[0] ?? "";
    return <HoldsPage frame={frame} actor={actor} holds={holds} names={names} posts={posts} />;
  });
  staff.form("/staff/holds", async ({ actor }, form) => {
    const posts = textOf(form, "posts").split(/[\s,]+/);
    await placeHold(deps, actor, {
      postIds: posts.filter((text) => text !== "").map(wholeOf),
      authority: textOf(form, "authority"),
      reference: textOf(form, "reference"),
      reason: textOf(form, "reason"),
    });
    return "/staff/holds";
  });
  for (const type of [
    "request-release",
    "refuse-release",
    "release",
  ] satisfies HoldEvent["type"][]) {
    staff.form(`/staff/hold/:id{[0-9]{1,15}}/${type}`, async ({ c, actor }) => {
      await changeHold(deps, actor, wholeOf(c.req.param("id")), type);
      return "/staff/holds";
    });
  }
  staff.download("/staff/hold/:id{[0-9]{1,15}}/open", async ({ c, actor }, form) => {
    const holdId = wholeOf(c.req.param("id"));
    const postId = wholeOf(textOf(form, "post"));
    const copy = await openSealed(deps, actor, { holdId, postId, reason: textOf(form, "reason") });
    return { name: `hold-${holdId}-post-${postId}.json`, json: copy };
  });

  staff.page("/staff/inbox", async ({ actor, frame }) => {
    need(actor, "readInbox", null);
    const rows = await db
      .selectFrom("inbox_notice")
      .selectAll()
      .orderBy("at", "desc")
      .limit(100)
      .execute();
    const notices = rows.map((notice) => {
      const body: Notice = noticeSchema.parse(JSON.parse(notice.body));
      return { notice, text: body.text[frame.locale], urls: body.urls };
    });
    return <InboxPage frame={frame} actor={actor} notices={notices} />;
  });
  staff.form("/staff/inbox/:id{[0-9]{1,15}}", async ({ c, actor }, form) => {
    need(actor, "readInbox", null);
    const id = wholeOf(c.req.param("id"));
    const answer = textOf(form, "answer").slice(0, 2000);
    const at = clock.now();
    await deps.store.transaction(async (trx) => {
      await trx
        .updateTable("inbox_notice")
        .set({ state: "done", readBy: actor.id, readAt: at, answer })
        .where("id", "=", id)
        .execute();
      await addLog(trx, deps.store.engine, {
        at,
        staff: actor.id,
        action: "inbox.done",
        boardId: null,
        subject: `notice ${id}`,
        detail: { answer },
      });
    });
    return "/staff/inbox";
  });
}

/** Oldest first; what stands before the first is believed, unless it is the very first. */
function brokenIn(entries: readonly Parameters<typeof firstBroken>[0][number][]): number | null {
  const [first] = entries;
  if (first === undefined) return null;
  if (first.seq === 1) return firstBroken(entries, { seq: 0, hash: GENESIS });
  return firstBroken(entries, { seq: first.seq - 1, hash: first.previous });
}
