import { expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { AppError } from "@egide/std/error.ts";
import type { Measure } from "#moderation/act.ts";
import { act } from "#moderation/service/act.ts";
import { appeal, decide } from "#moderation/service/appeal.ts";
import type { Actor } from "#moderation/service/deps.ts";
import { placeHold } from "#moderation/service/hold.ts";
import { dismiss, queueOf } from "#moderation/service/queue.ts";
import { holdForApproval } from "#moderation/service/poster.ts";
import { reportStatus, takeReport } from "#moderation/service/report.ts";
import { undo } from "#moderation/service/undo.ts";
import { fakeClock, moderationRig } from "#moderation/testing/rig.ts";

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "done";
}

onEachEngine("what is taken back", (fresh) => {
  async function cast() {
    const rig = await moderationRig(await fresh(), { clock: fakeClock() });
    const { deps, clock, store } = rig;
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    const owner = await rig.addStaff("owner", { role: "board-owner", boardId: 1 });
    const other = await rig.addStaff("other", { role: "board-owner", boardId: 1 });
    const rowOf = (id: number) =>
      store.kysely.selectFrom("post").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    return {
      ...rig,
      admin,
      owner,
      other,
      stateOf: async (id: number) => (await rowOf(id)).state,
      boardOf: async (id: number) => (await rowOf(id)).boardId,
      does: async (who: Actor, postId: number, ...measures: Measure[]): Promise<string> => {
        clock.advance(1000);
        const grounds = { rule: "0:law", reason: "It breaks the rule.", endsAt: null };
        const ids = await act(deps, who, { ...grounds, postId, measures });
        return ids[0] as string;
      },
      undoes: async (who: Actor, actId: string): Promise<string> => {
        clock.advance(1000);
        return codeOf(undo(deps, who, actId, "A mistake."));
      },
      waits: async (no: number): Promise<number> => {
        const postId = await rig.addPost({ state: "held" });
        const place = { postId, boardId: 1, threadNo: 1, no };
        await store.transaction((trx) => holdForApproval(trx, place, "board", clock.now()));
        return postId;
      },
      reports: async (
        postId: number,
        category: "spam" | "hate" | "child-abuse",
      ): Promise<string> => {
        clock.advance(1000);
        const report = { postId, category, text: "", sessionHash: null } as const;
        return takeReport(deps, { ...report, source: "visitor" });
      },
      queue: async () => (await queueOf(deps, admin, { limit: 10 })).map(({ postId }) => postId),
    };
  }

  test("leaves nothing behind, in whatever order it is taken back", async () => {
    const { owner, does, undoes, addPost, stateOf, close } = await cast();
    const postId = await addPost();
    const hidden = await does(owner, postId, { kind: "hide" });
    const removed = await does(owner, postId, { kind: "remove" });
    expect(await undoes(owner, hidden)).toBe("done");
    expect(await stateOf(postId)).toBe("removed");
    expect(await undoes(owner, removed)).toBe("done");
    // Not hidden, as it was before the removal: nobody's decision hides it any more.
    expect(await stateOf(postId)).toBe("visible");
    const first = await does(owner, postId, { kind: "hide" });
    await does(owner, postId, { kind: "approve" });
    await does(owner, postId, { kind: "hide" });
    await undoes(owner, first);
    expect(await stateOf(postId)).toBe("hidden");
    await close();
  });

  test("is before staff again where it makes a post wait", async () => {
    const { deps, admin, owner, does, undoes, waits, queue, stateOf, close } = await cast();
    const postId = await waits(1);
    const approved = await does(owner, postId, { kind: "approve" });
    expect(await queue()).toEqual([]);
    await undoes(owner, approved);
    expect([await stateOf(postId), await queue()]).toEqual(["held", [postId]]);
    const hidden = await does(owner, postId, { kind: "hide" });
    await undoes(owner, hidden);
    expect([await stateOf(postId), await queue()]).toEqual(["held", [postId]]);
    const [item] = await queueOf(deps, admin, { limit: 1 });
    await dismiss(deps, owner, item?.id ?? 0, "Fine.");
    expect([await stateOf(postId), await queue()]).toEqual(["visible", []]);
    await close();
  });

  test("is told to who reported, but not where something else was done as well", async () => {
    const { deps, owner, does, undoes, addPost, reports, close } = await cast();
    const postId = await addPost();
    const receipt = await reports(postId, "hate");
    const hidden = await does(owner, postId, { kind: "hide" });
    const warned = await does(owner, postId, { kind: "warn" });
    const state = async () => (await reportStatus(deps, receipt)).state;
    await undoes(owner, hidden);
    expect(await state()).toBe("upheld");
    await undoes(owner, warned);
    expect(await state()).toBe("dismissed");
    await close();
  });

  test("is a move, too: the thread goes back, and stays where it was moved on", async () => {
    const { admin, owner, does, undoes, addPost, boardOf, store, close } = await cast();
    const postId = await addPost();
    const ban = { kind: "ban", scope: "thread", target: "session" } as const;
    await does(owner, postId, ban);
    const moved = await does(admin, postId, { kind: "move", toBoardId: 2 });
    const banned = await store.kysely.selectFrom("ban").select("boardId").executeTakeFirst();
    expect([await boardOf(postId), banned?.boardId]).toEqual([2, 2]);
    expect(await undoes(owner, moved)).toBe("board.not_allowed");
    await undoes(admin, moved);
    expect(await boardOf(postId)).toBe(1);
    const there = await does(admin, postId, { kind: "move", toBoardId: 2 });
    const back = await does(admin, postId, { kind: "move", toBoardId: 1 });
    await undoes(admin, there);
    expect(await boardOf(postId)).toBe(1);
    // The move that it came back from is undone as well by now.
    await undoes(admin, back);
    expect(await boardOf(postId)).toBe(1);
    await close();
  });

  test("needs no more than an answer where it was appealed against", async () => {
    const { deps, store, owner, other, does, undoes, addPost, stateOf, close } = await cast();
    const postId = await addPost();
    const removed = await does(owner, postId, { kind: "remove" });
    await appeal(deps, { actId: removed, text: "Why?", lang: "en" });
    await undoes(owner, removed);
    const { id } = await store.kysely.selectFrom("appeal").select("id").executeTakeFirstOrThrow();
    const verdict = { appealId: id, verdict: "reversed", answer: "Yes.", endsAt: null } as const;
    expect(await codeOf(decide(deps, other, verdict))).toBe("done");
    expect(await stateOf(postId)).toBe("visible");
    await close();
  });

  test("is the owner's where the site did no more than warn the poster", async () => {
    const { admin, owner, does, undoes, addPost, stateOf, close } = await cast();
    const postId = await addPost();
    const hidden = await does(owner, postId, { kind: "hide" });
    await does(admin, postId, { kind: "warn" });
    expect(await undoes(owner, hidden)).toBe("done");
    // And so it is where the site hid it and showed it again itself.
    await does(admin, postId, { kind: "hide" });
    await does(admin, postId, { kind: "approve" });
    const again = await does(owner, postId, { kind: "hide" });
    expect([await undoes(owner, again), await stateOf(postId)]).toEqual(["done", "visible"]);
    await close();
  });

  test("waits on while it is held, whatever else is done about it", async () => {
    const { deps, admin, owner, does, waits, queue, stateOf, close } = await cast();
    const postId = await waits(1);
    await does(owner, postId, { kind: "warn" });
    await does(admin, postId, { kind: "move", toBoardId: 2 });
    expect([await stateOf(postId), await queue()]).toEqual(["held", [postId]]);
    const order = { postIds: [postId], authority: "A court", reference: "", reason: "Asked." };
    await placeHold(deps, admin, order);
    const [item] = await queueOf(deps, admin, { limit: 1 });
    expect(await codeOf(dismiss(deps, admin, item?.id ?? 0, "Fine."))).toBe("board.legal_hold");
    expect(await queue()).toEqual([postId]);
    const move = does(admin, postId, { kind: "move", toBoardId: 1 });
    expect(await codeOf(move)).toBe("board.legal_hold");
    await close();
  });

  test("a thread is not moved under a reply that the law holds", async () => {
    const { deps, admin, does, addPost, boardOf, close } = await cast();
    const [opening, reply] = [await addPost(), await addPost()];
    const order = { postIds: [reply], authority: "A court", reference: "", reason: "Asked." };
    await placeHold(deps, admin, order);
    expect(await codeOf(does(admin, opening, { kind: "move", toBoardId: 2 }))).toBe(
      "board.legal_hold",
    );
    expect(await boardOf(opening)).toBe(1);
    await close();
  });

  test("what was decided of an earlier report stays said", async () => {
    const { deps, owner, does, addPost, reports, stateOf, close } = await cast();
    const postId = await addPost();
    const spam = await reports(postId, "spam");
    await does(owner, postId, { kind: "warn" });
    const hate = await reports(postId, "hate");
    const [item] = await queueOf(deps, owner, { limit: 1 });
    await dismiss(deps, owner, item?.id ?? 0, "Fine.");
    const states = await Promise.all([spam, hate].map((one) => reportStatus(deps, one)));
    expect(states.map(({ state }) => state)).toEqual(["upheld", "dismissed"]);
    // Nothing was wrong with it: neither the first who says something graver hides it, nor the next.
    for (let i = 0; i < 2; i += 1) {
      await reports(postId, "child-abuse");
      expect(await stateOf(postId)).toBe("visible");
    }
    await close();
  });
});
