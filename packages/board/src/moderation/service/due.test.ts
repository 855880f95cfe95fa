import { expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { Outbox } from "@egide/sql/outbox/outbox.ts";
import { AppError } from "@egide/std/error.ts";
import type { MediaStore } from "#media/store/store.ts";
import { UNDO_MS } from "#moderation/act.ts";
import { LANES } from "#moderation/category.ts";
import { firstBroken } from "#moderation/chain.ts";
import { act } from "#moderation/service/act.ts";
import { appeal, decide, openAppeals } from "#moderation/service/appeal.ts";
import { changeHold, openSealed, placeHold } from "#moderation/service/hold.ts";
import { mustKeep } from "#moderation/service/keep.ts";
import { mediaSettler, SETTLE } from "#moderation/service/media.ts";
import { findLike, removeLike } from "#moderation/service/pattern.ts";
import { bansAgainst, holdForApproval, markTold, untold } from "#moderation/service/poster.ts";
import { dismiss, lookAt, queueOf } from "#moderation/service/queue.ts";
import { contest, reportStatus, takeReport } from "#moderation/service/report.ts";
import { ruleText, rulesOn, saveRules } from "#moderation/service/rules.ts";
import { actorOf, appoint, dismissStaff } from "#moderation/service/staff.ts";
import { actRow, undo } from "#moderation/service/undo.ts";
import { fakeClock, moderationRig } from "#moderation/testing/rig.ts";

const DAY = 86_400_000;
const NONE = async () => new Set<string>();

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "done";
}

onEachEngine("due process", (fresh) => {
  async function cast() {
    const rig = await moderationRig(await fresh(), { clock: fakeClock() });
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    const ada = await rig.addStaff("ada", { role: "board-moderator", boardId: 1 });
    const ben = await rig.addStaff("ben", { role: "board-moderator", boardId: 1 });
    const cem = await rig.addStaff("cem", { role: "board-owner", boardId: 2 });
    const state = async (id: number) => {
      const query = rig.store.kysely.selectFrom("post").select("state").where("id", "=", id);
      return (await query.executeTakeFirst())?.state;
    };
    const report = (postId: number, category: "spam" | "hate" | "child-abuse" = "hate") =>
      takeReport(rig.deps, { postId, category, text: "", source: "visitor", sessionHash: "r" });
    return { ...rig, admin, ada, ben, cem, state, report };
  }

  const grounds = { rule: "0:law", reason: "It breaks the rule.", endsAt: null };
  const remove = { ...grounds, measures: [{ kind: "remove" } as const] };

  test("a report that was upheld is not contested, though a later one of the same post was dismissed", async () => {
    const { deps, ada, ben, clock, addPost, report, close } = await cast();
    const postId = await addPost();
    const first = await report(postId, "spam");
    const hide = { ...grounds, postId, measures: [{ kind: "hide" } as const] };
    await act(deps, ben, hide);
    clock.advance(60_000);
    const second = await report(postId, "child-abuse");
    const [item] = await queueOf(deps, ada, { limit: 10 });
    await dismiss(deps, ada, item?.id ?? 0, "Not that.");
    expect(await reportStatus(deps, first)).toMatchObject({ state: "upheld", contestable: false });
    expect(await codeOf(contest(deps, first, "Look again."))).toBe("board.not_contestable");
    await contest(deps, second, "Look again.");
    await close();
  });

  test("what may not hide is as urgent, and another reporter still hides the post", async () => {
    const { deps, ada, addPost, state, report, close } = await cast();
    const postId = await addPost();
    const words = { text: "", source: "visitor", sessionHash: "w" } as const;
    await takeReport(deps, { postId, category: "child-abuse", ...words, mayHide: false });
    expect(await state(postId)).toBe("visible");
    const lanes = (await queueOf(deps, ada, { limit: 10 })).map(({ lane }) => LANES[lane]);
    expect(lanes).toEqual(["urgent"]);
    await report(postId, "child-abuse");
    expect(await state(postId)).toBe("held");
    await close();
  });

  test("a reporter hears the outcome, and may have a dismissal looked at by somebody else", async () => {
    const { deps, ada, ben, cem, addPost, report, close } = await cast();
    const postId = await addPost();
    const receipt = await report(postId);
    expect(await reportStatus(deps, receipt)).toMatchObject({ state: "waiting", no: 1 });
    expect(await codeOf(reportStatus(deps, "guess"))).toBe("board.not_found");
    const [item] = await queueOf(deps, ada, { limit: 10 });
    if (item === undefined) throw new Error("nothing waits");
    expect(await queueOf(deps, cem, { limit: 10 })).toEqual([]);
    expect(await codeOf(lookAt(deps, cem, item.id))).toBe("board.not_allowed");
    await lookAt(deps, ada, item.id);
    expect((await reportStatus(deps, receipt)).state).toBe("seen");
    await dismiss(deps, ada, item.id, "Nothing wrong with it.");
    expect(await reportStatus(deps, receipt)).toMatchObject({
      state: "dismissed",
      contestable: true,
    });
    await contest(deps, receipt, "Look again.");
    expect((await reportStatus(deps, receipt)).state).toBe("contested");
    const again = { ...remove, postId };
    expect(await codeOf(act(deps, ada, again))).toBe("board.same_person");
    await act(deps, ben, again);
    expect(await reportStatus(deps, receipt)).toMatchObject({
      state: "upheld",
      contestable: false,
    });
    await close();
  });

  test("an act needs a rule, a reason and the permission; it is told once and logged", async () => {
    const { deps, store, ada, ben, cem, addPost, state, close } = await cast();
    const postId = await addPost();
    const order = { ...remove, postId };
    expect(await codeOf(act(deps, cem, order))).toBe("board.not_allowed");
    expect(await codeOf(act(deps, ada, { ...order, rule: null }))).toBe("board.no_rule");
    expect(await codeOf(act(deps, ada, { ...order, rule: "2:law" }))).toBe("board.no_rule");
    expect(await codeOf(act(deps, ada, { ...order, reason: " " }))).toBe("board.bad_reason");
    const everywhere = { kind: "ban", scope: "global", target: "session" } as const;
    const both = { ...order, measures: [{ kind: "remove" } as const, everywhere] };
    expect(await codeOf(act(deps, ada, both))).toBe("board.not_allowed");
    // Whole or not at all: the removal that stood before the refused ban is not there either.
    expect(await state(postId)).toBe("visible");
    const [id] = await act(deps, ada, order);
    expect(await state(postId)).toBe("removed");
    expect(await untold(store.kysely, "session")).toEqual([id as string]);
    await markTold(store.kysely, id as string, 1);
    expect(await untold(store.kysely, "session")).toEqual([]);
    expect(await codeOf(act(deps, ben, order))).toBe("board.act_pointless");
    const log = await store.kysely.selectFrom("staff_log").selectAll().orderBy("seq").execute();
    expect(firstBroken(log)).toBeNull();
    expect(log.at(-1)).toMatchObject({ staff: "ada", action: "act.remove", boardId: 1 });
    await close();
  });

  test("bans hold where they say, until they end, are eased, undone or reversed", async () => {
    const { deps, store, clock, ada, ben, addPost, close } = await cast();
    const db = store.kysely;
    const poster = { sessionHash: "session", addressHashes: ["address"], prefixHashes: [] };
    const banned = async (boardId = 1) =>
      (await bansAgainst(db, poster, { boardId, threadNo: 1, quotes: NONE }, clock.now())) !== null;
    const ban = async (target: "session" | "address" | "prefix", days: number) => {
      const measures = [{ kind: "ban", scope: "board", target } as const];
      const endsAt = clock.now() + days * DAY;
      const [id] = await act(deps, ada, { ...grounds, postId: await addPost(), measures, endsAt });
      return id as string;
    };
    const first = await ban("address", 2);
    expect([await banned(), await banned(2)]).toEqual([true, false]);
    clock.advance(2 * DAY);
    expect(await banned()).toBe(false);
    const second = await ban("session", 30);
    await undo(deps, ben, second, "Too hard.");
    expect(await banned()).toBe(false);
    expect(await codeOf(undo(deps, ben, second, "Again."))).toBe("board.act_pointless");
    const third = await ban("session", 30);
    await appeal(deps, { actId: third, text: "Thirty days for that?", lang: "en" });
    expect(await codeOf(appeal(deps, { actId: third, text: "x", lang: "en" }))).toBe(
      "board.appealed_already",
    );
    const [waiting] = await openAppeals(deps, ben);
    const answer = "Ten are enough.";
    const eased = { appealId: waiting?.id ?? 0, verdict: "eased", answer } as const;
    const endsAt = clock.now() + 10 * DAY;
    expect(await codeOf(decide(deps, ada, { ...eased, endsAt }))).toBe("board.same_person");
    expect(await codeOf(decide(deps, ben, { ...eased, endsAt: clock.now() + 31 * DAY }))).toBe(
      "board.bad_end",
    );
    await decide(deps, ben, { ...eased, endsAt });
    clock.advance(9 * DAY);
    expect(await banned()).toBe(true);
    clock.advance(DAY);
    expect(await banned()).toBe(false);
    clock.advance(UNDO_MS);
    expect(await codeOf(undo(deps, ben, first, "Late."))).toBe("board.undo_too_late");
    const gone = await addPost({ sessionHash: null });
    const measures = [{ kind: "ban", scope: "board", target: "session" } as const];
    const order = { ...grounds, postId: gone, measures };
    expect(await codeOf(act(deps, ada, order))).toBe("board.no_trace");
    await close();
  });

  test("a reversed removal brings the post back, and the report ends as dismissed", async () => {
    const { deps, ada, ben, addPost, report, state, close } = await cast();
    const postId = await addPost();
    const receipt = await report(postId);
    const [actId] = await act(deps, ada, { ...remove, postId });
    await appeal(deps, { actId: actId as string, text: "It was a quotation.", lang: "fr" });
    const [waiting] = await openAppeals(deps, ben);
    const decision = { appealId: waiting?.id ?? 0, answer: "It was.", endsAt: null };
    await decide(deps, ben, { ...decision, verdict: "reversed" });
    expect(await state(postId)).toBe("visible");
    expect((await reportStatus(deps, receipt)).state).toBe("dismissed");
    const twice = decide(deps, ben, { ...decision, verdict: "kept" });
    expect(await codeOf(twice)).toBe("board.already_decided");
    await close();
  });

  test("what the site's own staff did, a board's staff can't take back", async () => {
    const { deps, store, clock, admin, ada, ben, addStaff, addPost, state, close } = await cast();
    const bea = await addStaff("bea", { role: "global-moderator", boardId: null });
    const postId = await addPost();
    const [byAdmin] = await act(deps, admin, { ...grounds, postId, measures: [{ kind: "hide" }] });
    const approve = { ...grounds, measures: [{ kind: "approve" } as const], postId };
    expect(await codeOf(undo(deps, ada, byAdmin as string, "Mine."))).toBe("board.not_allowed");
    expect(await codeOf(act(deps, ada, approve))).toBe("board.not_allowed");
    await appeal(deps, { actId: byAdmin as string, text: "Why?", lang: "en" });
    expect(await openAppeals(deps, ben)).toEqual([]);
    const [waiting] = await openAppeals(deps, bea);
    const decision = { appealId: waiting?.id ?? 0, answer: "It was.", endsAt: null } as const;
    const reversed = { ...decision, verdict: "reversed" } as const;
    expect(await codeOf(decide(deps, ben, reversed))).toBe("board.not_allowed");
    expect(await state(postId)).toBe("hidden");
    await decide(deps, bea, reversed);
    expect(await state(postId)).toBe("visible");
    // What a list of known files holds is not shown by a board's staff either.
    const matched = await addPost({ state: "held" });
    const place = { postId: matched, boardId: 1, threadNo: 1, no: 2 };
    await store.transaction((trx) => holdForApproval(trx, place, "match", clock.now()));
    const [item] = await queueOf(deps, ada, { limit: 1 });
    expect(await codeOf(dismiss(deps, ada, item?.id ?? 0, ""))).toBe("board.not_allowed");
    expect(await codeOf(act(deps, ada, { ...approve, postId: matched }))).toBe("board.not_allowed");
    await dismiss(deps, bea, item?.id ?? 0, "Not the file.");
    expect(await state(matched)).toBe("visible");
    await close();
  });

  test("a dismissal shows nothing that was removed in the meantime", async () => {
    const { deps, store, ada, ben, addPost, report, state, close } = await cast();
    const postId = await addPost();
    await report(postId, "child-abuse");
    await store.kysely.updateTable("post").set({ state: "removed" }).execute();
    const [item] = await queueOf(deps, ada, { limit: 1 });
    await dismiss(deps, ben, item?.id ?? 0, "Nothing there.");
    expect(await state(postId)).toBe("removed");
    await close();
  });

  test("no janitor says that a threat to life is none", async () => {
    const { deps, ada, addPost, addStaff, close } = await cast();
    const janitor = await addStaff("jan", { role: "janitor", boardId: 1 });
    const postId = await addPost();
    const words = { text: "", source: "visitor", sessionHash: null } as const;
    await takeReport(deps, { postId, category: "threat-to-life", ...words });
    const [item] = await queueOf(deps, janitor, { limit: 1 });
    expect(await codeOf(dismiss(deps, janitor, item?.id ?? 0, ""))).toBe("board.not_allowed");
    await dismiss(deps, ada, item?.id ?? 0, "A line of a song.");
    await close();
  });

  test("a ban from an exchange refuses answers to its posts, and nothing else", async () => {
    const { deps, store, clock, ada, addPost, close } = await cast();
    const db = store.kysely;
    const asked = await addPost({ sessionHash: "other" });
    const pestering = await addPost();
    const answered = await addPost({ sessionHash: "other" });
    await db
      .insertInto("quote")
      .values([
        { fromPostId: pestering, boardId: 1, no: 1 },
        { fromPostId: answered, boardId: 1, no: 2 },
      ])
      .execute();
    const measures = [{ kind: "ban", scope: "post", target: "session" } as const];
    await act(deps, ada, { ...grounds, postId: pestering, measures });
    const poster = { sessionHash: "session", addressHashes: [], prefixHashes: [] };
    const banned = async (...quoted: string[]) => {
      const quotes = async () => new Set(quoted);
      return (
        (await bansAgainst(db, poster, { boardId: 1, threadNo: 1, quotes }, clock.now())) !== null
      );
    };
    expect(asked).toBe(1);
    expect([await banned(), await banned("1/4"), await banned("2/1")]).toEqual([
      false,
      false,
      false,
    ]);
    expect([await banned("1/1"), await banned("1/2"), await banned("1/3")]).toEqual([
      true,
      true,
      true,
    ]);
    await close();
  });

  test("posts wait for approval, and what was hidden until looked at is shown again", async () => {
    const { deps, store, clock, ada, addPost, addStaff, report, state, close } = await cast();
    const janitor = await addStaff("jan", { role: "janitor", boardId: 1 });
    const held = await addPost({ state: "held" });
    const place = { postId: held, boardId: 1, threadNo: 1, no: 1 };
    await store.transaction((trx) => holdForApproval(trx, place, "new-poster", clock.now()));
    const [item] = await queueOf(deps, ada, { limit: 1 });
    expect(await codeOf(dismiss(deps, janitor, item?.id ?? 0, ""))).toBe("board.not_allowed");
    const approve = { measures: [{ kind: "approve" } as const], rule: null, reason: "" };
    await act(deps, ada, { ...approve, postId: held, endsAt: null });
    expect(await state(held)).toBe("visible");
    expect(await queueOf(deps, ada, { limit: 1 })).toEqual([]);
    const other = await addPost();
    await report(other, "child-abuse");
    expect(await state(other)).toBe("held");
    const [reported] = await queueOf(deps, ada, { limit: 1 });
    await dismiss(deps, ada, reported?.id ?? 0, "A drawing of a cat.");
    expect(await state(other)).toBe("visible");
    // Who says it once more does not hide it once more.
    await report(other, "child-abuse");
    expect(await state(other)).toBe("visible");
    await close();
  });

  test("a pattern removes what fits and nothing else, each with an act of its own", async () => {
    const { deps, store, ada, addPost, state, close } = await cast();
    const spam = [
      await addPost({ text: "BUY  cheap watches" }),
      await addPost({ text: "buy cheap" }),
    ];
    const other = await addPost({ text: "I sell nothing", sessionHash: "other" });
    const elsewhere = await addPost({ text: "buy cheap watches", boardId: 2 });
    const search = {
      boardId: 1,
      since: 0,
      likeness: { by: "text", pattern: "buy*cheap" },
    } as const;
    expect(new Set(await findLike(store.kysely, search))).toEqual(new Set(spam));
    const by = { by: "session", postId: spam[0] as number } as const;
    expect(await findLike(store.kysely, { ...search, likeness: by })).not.toContain(other);
    const order = { search, ruleBoardId: 1, rule: "0:spam", reason: "Spam." };
    const all = { ...order, search: { ...search, boardId: null } };
    expect(await codeOf(removeLike(deps, ada, all))).toBe("board.not_allowed");
    const { batch, count } = await removeLike(deps, ada, order);
    expect(count).toBe(2);
    for (const id of spam) expect(await state(id)).toBe("removed");
    for (const id of [other, elsewhere]) expect(await state(id)).toBe("visible");
    const acts = await store.kysely
      .selectFrom("act")
      .select("id")
      .where("batch", "=", batch)
      .execute();
    expect(acts.length).toBe(2);
    await undo(deps, ada, acts[0]?.id ?? "", "One was fine.");
    const states = await Promise.all(spam.map(state));
    expect(new Set(states)).toEqual(new Set(["removed", "visible"]));
    await close();
  });

  test("a legal hold freezes and seals; two people end it", async () => {
    const { deps, store, clock, admin, ada, addPost, addStaff, state, close } = await cast();
    const gil = await addStaff("gil", { role: "global-moderator", boardId: null });
    const postId = await addPost({ text: "Evidence" });
    const trace = { postId, address: "192.0.2.1", createdAt: clock.now(), held: 0 };
    await store.kysely.insertInto("address_trace").values(trace).execute();
    const order = { postIds: [postId], authority: "A court", reference: "1/26", reason: "Asked." };
    expect(await codeOf(placeHold(deps, ada, order))).toBe("board.not_allowed");
    const hold = await placeHold(deps, admin, order);
    expect([...(await mustKeep(store.kysely, [postId, postId + 1]))]).toEqual([postId]);
    const [actId] = await act(deps, ada, { ...remove, postId });
    expect(await codeOf(undo(deps, ada, actId as string, "x"))).toBe("board.legal_hold");
    expect(await state(postId)).toBe("removed");
    const rows = await store.kysely.selectFrom("hold_item").select("sealed").execute();
    expect(Buffer.from(rows[0]?.sealed ?? "", "base64").includes("Evidence")).toBe(false);
    const opened = await openSealed(deps, admin, { holdId: hold, postId, reason: "Handed over." });
    expect(JSON.parse(opened)).toMatchObject({
      post: { text: "Evidence" },
      trace: { address: "192.0.2.1" },
    });
    expect(await codeOf(changeHold(deps, gil, hold, "release"))).toBe("board.hold_state");
    await changeHold(deps, gil, hold, "request-release");
    expect(await codeOf(changeHold(deps, gil, hold, "release"))).toBe("board.same_person");
    await changeHold(deps, admin, hold, "release");
    expect((await mustKeep(store.kysely, [postId])).size).toBe(0);
    const kept = await store.kysely.selectFrom("address_trace").select("held").execute();
    expect(kept).toEqual([{ held: 0 }]);
    const log = await store.kysely.selectFrom("staff_log").selectAll().orderBy("seq").execute();
    expect(firstBroken(log)).toBeNull();
    expect(log.map(({ action }) => action)).toContain("hold.open");
    await undo(deps, ada, actId as string, "The hold is over.");
    expect(await state(postId)).toBe("visible");
    await close();
  });

  test("rules have versions, and an act keeps the words of its own", async () => {
    const { deps, store, cem, ada, addPost, close } = await cast();
    const text = { en: "First words", fr: "Premiers mots" };
    const rule = { id: "tone", text };
    expect(await codeOf(saveRules(deps, ada, 1, [rule]))).toBe("board.not_allowed");
    await saveRules(deps, cem, 2, [rule]);
    const postId = await addPost({ boardId: 2 });
    const [id] = await act(deps, cem, { ...remove, rule: "2:tone", postId });
    await saveRules(deps, cem, 2, [{ ...rule, text: { ...text, en: "Other words" } }]);
    const named = await rulesOn(store.kysely, 2);
    expect(named.at(-1)).toMatchObject({ number: 6, version: 2, rule: { id: "tone" } });
    const row = await actRow(store.kysely, id as string);
    expect(await ruleText(store.kysely, row)).toEqual(text);
    await close();
  });

  test("files go out of reach with the last post that shows them, and come back with it", async () => {
    const { deps, store, ada, addPost, close } = await cast();
    const [first, second] = [await addPost(), await addPost()];
    const sha256 = "ab".repeat(32);
    const none = { pdq: null, width: 1, height: 1, durationMs: null, thumb: null };
    const file = { sha256, md5: "", kind: "png", bytes: 1, state: "stored", createdAt: 0 } as const;
    await store.kysely
      .insertInto("media")
      .values({ ...file, ...none })
      .execute();
    for (const postId of [first, second]) {
      const link = { postId, position: 0, sha256, originalHash: sha256, filename: "a", spoiler: 0 };
      await store.kysely.insertInto("post_media").values(link).execute();
    }
    const calls: string[] = [];
    const media = {
      seal: async () => void calls.push("seal"),
      unseal: async () => void calls.push("unseal"),
    } as unknown as MediaStore;
    const settle = mediaSettler(store, media, async () => undefined);
    const outbox = new Outbox(store, { clock: deps.clock, handlers: { [SETTLE]: settle } });
    const order = { ...remove, measures: [{ kind: "hide" } as const] };
    await act(deps, ada, { ...order, postId: first });
    await outbox.runDue("urgent");
    const [hidden] = await act(deps, ada, { ...order, postId: second });
    await outbox.runDue("urgent");
    await undo(deps, ada, hidden as string, "Fine.");
    await outbox.runDue("urgent");
    expect(calls).toEqual(["unseal", "seal", "unseal"]);
    await close();
  });

  test("roles are given and taken by who may, and the last admin stays", async () => {
    const { deps, store, admin, ada, cem, close } = await cast();
    const grant = { role: "janitor", boardId: 2 } as const;
    const one = { accountId: "new", name: "New", grant };
    expect(await codeOf(appoint(deps, ada, one))).toBe("board.not_allowed");
    await appoint(deps, cem, one);
    expect((await actorOf(store.kysely, { id: "new", username: "new" }))?.grants).toEqual([grant]);
    await dismissStaff(deps, cem, one);
    expect(await actorOf(store.kysely, { id: "new", username: "new" })).toBeNull();
    const last = { accountId: "admin", grant: { role: "admin", boardId: null } as const };
    expect(await codeOf(dismissStaff(deps, admin, last))).toBe("board.last_admin");
    await close();
  });
});
