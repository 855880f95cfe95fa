import { expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { Outbox } from "@egide/sql/outbox/outbox.ts";
import { AppError } from "@egide/std/error.ts";
import type { MediaStore } from "#media/store/store.ts";
import { act } from "#moderation/service/act.ts";
import { mediaSettler, SETTLE } from "#moderation/service/media.ts";
import { queuePost } from "#moderation/service/queue.ts";
import { undo } from "#moderation/service/undo.ts";
import { fakeClock, moderationRig } from "#moderation/testing/rig.ts";

const SHA = "ab".repeat(32);

onEachEngine("what a list found", (fresh) => {
  async function cast() {
    const rig = await moderationRig(await fresh(), { clock: fakeClock() });
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    const owner = await rig.addStaff("owner", { role: "board-owner", boardId: 1 });
    const db = rig.store.kysely;
    const stateOf = async (id: number) => {
      const query = db.selectFrom("post").select("state").where("id", "=", id);
      return (await query.executeTakeFirstOrThrow()).state;
    };
    const hold = async (no: number): Promise<number> => {
      const postId = await rig.addPost({ state: "held" });
      const place = { postId, boardId: 1, threadNo: 1, no };
      const because = { category: "child-abuse", at: 0, held: "match" } as const;
      await rig.store.transaction((trx) => queuePost(trx, place, because));
      return postId;
    };
    const grounds = { rule: "0:law", reason: "It breaks the rule.", endsAt: null };
    const order = (postId: number, kind: "approve" | "hide" | "remove") => ({
      ...grounds,
      postId,
      measures: [{ kind } as const],
    });
    const mayApprove = async (who: typeof owner, postId: number): Promise<string> => {
      try {
        await act(rig.deps, who, order(postId, "approve"));
        return "done";
      } catch (error) {
        return error instanceof AppError ? error.code : String(error);
      }
    };
    return { ...rig, db, admin, owner, stateOf, hold, order, mayApprove };
  }

  test("is the site's to show, whatever a board's owner decided in between", async () => {
    const { deps, admin, owner, stateOf, hold, order, mayApprove, close } = await cast();
    const [first, second] = [await hold(1), await hold(2)];
    expect(await mayApprove(owner, first)).toBe("board.not_allowed");
    await act(deps, owner, order(first, "hide"));
    expect(await mayApprove(owner, first)).toBe("board.not_allowed");
    const [hidden] = await act(deps, owner, order(second, "hide"));
    await undo(deps, owner, hidden as string, "A mistake.");
    expect(await stateOf(second)).toBe("held");
    expect(await mayApprove(owner, second)).toBe("board.not_allowed");
    // What the site said of it holds on: the owner may hide it, and show it again.
    expect(await mayApprove(admin, first)).toBe("done");
    await act(deps, owner, order(first, "hide"));
    expect(await mayApprove(owner, first)).toBe("done");
    expect(await stateOf(first)).toBe("visible");
    await close();
  });

  test("stays sealed where an older copy stands, until the site shows it", async () => {
    const { deps, store, db, admin, owner, addPost, hold, order, close } = await cast();
    const other = "cd".repeat(32);
    const older = await addPost();
    const matched = await hold(2);
    const none = { pdq: null, width: 1, height: 1, durationMs: null, thumb: null };
    const file = { ...none, md5: "", kind: "png", bytes: 1, createdAt: 0 } as const;
    await db
      .insertInto("media")
      .values([
        { ...file, sha256: SHA, state: "sealed" },
        { ...file, sha256: other, state: "stored" },
      ])
      .execute();
    for (const postId of [older, matched]) {
      for (const [position, sha256] of [SHA, other].entries()) {
        const link = { postId, position, sha256, originalHash: sha256, filename: "a", spoiler: 0 };
        await db.insertInto("post_media").values(link).execute();
      }
    }
    const calls: string[] = [];
    const media = {
      seal: async (sha256: string) => void calls.push(`seal ${sha256.slice(0, 2)}`),
      unseal: async (sha256: string) => void calls.push(`unseal ${sha256.slice(0, 2)}`),
    } as unknown as MediaStore;
    const settle = mediaSettler(store, media);
    const outbox = new Outbox(store, { clock: deps.clock, handlers: { [SETTLE]: settle } });
    const states = async () =>
      (await db.selectFrom("media").select("state").orderBy("sha256").execute()).map(
        ({ state }) => state,
      );
    const [removal] = await act(deps, owner, order(matched, "remove"));
    await outbox.runDue("urgent");
    // A file that only came along with it is no worse for that.
    expect(calls.splice(0).toSorted()).toEqual(["seal ab", "unseal cd"]);
    expect(await states()).toEqual(["sealed", "stored"]);

    await undo(deps, admin, removal as string, "Not the picture.");
    await act(deps, admin, order(matched, "approve"));
    await outbox.runDue("urgent");
    expect(await states()).toEqual(["stored", "stored"]);
    await act(deps, owner, order(matched, "remove"));
    await outbox.runDue("urgent");
    expect(await states()).toEqual(["stored", "stored"]);
    await close();
  });
});
