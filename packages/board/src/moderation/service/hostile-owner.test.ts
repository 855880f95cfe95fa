import { expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { AppError } from "@egide/std/error.ts";
import type { FilterRule } from "#filter/rule.ts";
import { act } from "#moderation/service/act.ts";
import { configure } from "#moderation/service/board.ts";
import { placeHold } from "#moderation/service/hold.ts";
import { keepFilter } from "#moderation/service/lists.ts";
import { actorOf, dismissStaff } from "#moderation/service/staff.ts";
import { fakeClock, moderationRig } from "#moderation/testing/rig.ts";
import { readPeople } from "#page/staff/read.ts";
import { changeBoard } from "#store/boards.ts";

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "done";
}

onEachEngine("whoever owns a board", (fresh) => {
  const stand = async () => {
    const rig = await moderationRig(await fresh(), { clock: fakeClock() });
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    const owner = await rig.addStaff("owner", { role: "board-owner", boardId: 1 });
    return { ...rig, admin, owner };
  };

  test("owns it no longer once they are dismissed, whether they were appointed or made it", async () => {
    const { deps, admin, store, close } = await stand();
    const account = { id: "maker", username: "maker" };
    await changeBoard(store.kysely, 2, { ownerId: "maker" });
    expect(await actorOf(store.kysely, account)).not.toBeNull();
    const grant = { role: "board-owner", boardId: 2 } as const;
    const people = await readPeople(store.kysely, admin);
    expect(people).toContainEqual(expect.objectContaining({ ...grant, staffId: "maker" }));
    await dismissStaff(deps, admin, { accountId: "somebody else", grant });
    expect(await actorOf(store.kysely, account)).not.toBeNull();
    await dismissStaff(deps, admin, { accountId: "maker", grant });
    expect(await actorOf(store.kysely, account)).toBeNull();
    await close();
  });

  test("opens nothing that the site closed, however early the form was drawn", async () => {
    const { deps, admin, owner, store, close } = await stand();
    expect(await codeOf(configure(deps, owner, 1, { state: "locked" }))).toBe("done");
    expect(await codeOf(configure(deps, owner, 1, { state: "closed" }))).toBe("board.not_allowed");
    await configure(deps, admin, 1, { state: "closed" });
    expect(await codeOf(configure(deps, owner, 1, { state: "open" }))).toBe("board.not_allowed");
    const row = await store.kysely
      .selectFrom("board")
      .select("state")
      .where("id", "=", 1)
      .executeTakeFirst();
    expect(row?.state).toBe("closed");
    await close();
  });

  test("does not carry away a thread in which a post is under legal hold", async () => {
    const { deps, admin, owner, addPost, close } = await stand();
    const opening = await addPost();
    const reply = await addPost();
    await placeHold(deps, admin, {
      postIds: [reply],
      authority: "A court",
      reference: "1",
      reason: "Asked for",
    });
    const both = {
      ...owner,
      grants: [...owner.grants, { role: "board-owner", boardId: 2 }],
    } as const;
    const order = { postId: opening, rule: "0:law", reason: "Elsewhere", endsAt: null };
    const measures = [{ kind: "move", toBoardId: 2 }] as const;
    expect(await codeOf(act(deps, both, { ...order, measures }))).toBe("board.legal_hold");
    await close();
  });

  test("writes so many filters, and none that costs everybody's time", async () => {
    const { deps, owner, close } = await stand();
    const filter: Omit<FilterRule, "id"> = {
      boardId: 1,
      kind: "pattern",
      pattern: "kettle",
      fields: [],
      action: "refuse",
      replacement: "",
      message: null,
    };
    const keep = (more: Partial<typeof filter>) =>
      codeOf(keepFilter(deps, owner, { ...filter, ...more }));
    expect(await keep({ replacement: "x".repeat(201) })).toBe("board.bad_text");
    expect(await keep({ message: { en: "x".repeat(501), fr: "" } })).toBe("board.bad_text");
    expect(await keep({ pattern: "(?:(?:a{50}){20}b?){20}" })).toBe("filter.bad_pattern");
    for (let i = 0; i < 20; i += 1) expect(await keep({ pattern: `kettle${i}` })).toBe("done");
    expect(await keep({})).toBe("board.bad_text");
    expect(await keep({ kind: "word" })).toBe("done");
    await close();
  });
});
