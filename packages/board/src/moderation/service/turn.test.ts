import { expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { AppError } from "@egide/std/error.ts";
import { act } from "#moderation/service/act.ts";
import { appeal, decide, openAppeals } from "#moderation/service/appeal.ts";
import { dismiss, queueOf } from "#moderation/service/queue.ts";
import { takeReport } from "#moderation/service/report.ts";
import { undo } from "#moderation/service/undo.ts";
import { fakeClock, moderationRig } from "#moderation/testing/rig.ts";
import { acceptOffer, inviteAs } from "#move/invitation.ts";

/** What came of several at the same moment: `done`, or the code of a refusal; nothing else may come. */
async function outcomes(runs: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(runs);
  return settled
    .map((one) => {
      if (one.status === "fulfilled") return "done";
      if (one.reason instanceof AppError) return one.reason.code;
      throw one.reason;
    })
    .sort();
}

onEachEngine("decisions at the same moment", (fresh) => {
  const grounds = { rule: "0:law", reason: "It breaks the rule.", endsAt: null };
  const cast = async () => {
    const rig = await moderationRig(await fresh(), { clock: fakeClock() });
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    const ada = await rig.addStaff("ada", { role: "board-moderator", boardId: 1 });
    const ben = await rig.addStaff("ben", { role: "board-moderator", boardId: 1 });
    return { ...rig, admin, ada, ben };
  };

  test("one appeal is taken, one decision on it, and one undoing", async () => {
    const { deps, store, ada, ben, addPost, close } = await cast();
    const postId = await addPost();
    const order = { ...grounds, postId, measures: [{ kind: "hide" } as const] };
    const [actId = ""] = await act(deps, ada, order);
    const words = { actId, text: "It was not me", lang: "en" } as const;
    const sent = await outcomes([appeal(deps, words), appeal(deps, words), appeal(deps, words)]);
    expect(sent).toEqual(["board.appealed_already", "board.appealed_already", "done"]);
    const [open] = await openAppeals(deps, ben);
    const decision = { appealId: open?.id ?? 0, answer: "So be it", endsAt: null } as const;
    const decided = await outcomes([
      decide(deps, ben, { ...decision, verdict: "kept" }),
      decide(deps, ben, { ...decision, verdict: "reversed" }),
    ]);
    expect(decided.filter((one) => one === "done")).toHaveLength(1);
    const undone = await outcomes([undo(deps, ada, actId, "x"), undo(deps, ben, actId, "x")]);
    expect(undone).toContain("board.act_pointless");
    const log = await store.kysely.selectFrom("staff_log").select("action").execute();
    const taken = log.filter(({ action }) => action === "act.undo" || action === "appeal.reversed");
    expect(taken).toHaveLength(1);
    await close();
  });

  test("one decides on an entry of the queue, and one takes an invitation up", async () => {
    const { deps, store, admin, ada, ben, addPost, close } = await cast();
    const postId = await addPost();
    const words = { text: "", source: "visitor", sessionHash: null } as const;
    await takeReport(deps, { postId, category: "hate", ...words });
    const [item] = await queueOf(deps, ada, { limit: 1 });
    const both = await outcomes([
      dismiss(deps, ada, item?.id ?? 0, "Nothing"),
      dismiss(deps, ben, item?.id ?? 0, "Nothing"),
    ]);
    expect(both).toEqual(["board.already_decided", "done"]);
    const again = { ...grounds, postId, measures: [{ kind: "remove" } as const] };
    const removed = await outcomes([act(deps, ada, again), act(deps, ben, again)]);
    expect(removed).toEqual(["board.act_pointless", "done"]);
    const path = await inviteAs(deps, admin, { name: "Eve", role: "janitor", boardId: 1 });
    const token = path.split("/").at(-1) ?? "";
    const now = deps.clock.now();
    const taken = await outcomes(
      ["eve", "mallory"].map((id) => acceptOffer(store, token, { id, username: id }, now)),
    );
    expect(taken).toEqual(["board.not_found", "done"]);
    await close();
  });
});
