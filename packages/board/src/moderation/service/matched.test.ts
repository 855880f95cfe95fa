import { expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { Outbox } from "@egide/sql/outbox/outbox.ts";
import { AppError } from "@egide/std/error.ts";
import type { MediaStore } from "#media/store/store.ts";
import { act } from "#moderation/service/act.ts";
import { appeal, decide } from "#moderation/service/appeal.ts";
import { mediaSettler, SETTLE } from "#moderation/service/media.ts";
import { dismiss, queuePost } from "#moderation/service/queue.ts";
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
      const match = { category: "child-abuse", held: "match" } as const;
      const because = { ...match, at: rig.clock.now(), found: [SHA] };
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
    /** Keeps the row of a file, and has posts show it. */
    const keep = async (sha256: string, state: "sealed" | "stored", ...posts: number[]) => {
      const none = { pdq: null, width: 1, height: 1, durationMs: null, thumb: null };
      const file = { ...none, md5: "", kind: "png", bytes: 1, createdAt: 0 } as const;
      await db
        .insertInto("media")
        .values({ ...file, sha256, state })
        .execute();
      for (const postId of posts) {
        const position = sha256 === SHA ? 0 : 1;
        const link = { postId, position, sha256, originalHash: sha256, filename: "a", spoiler: 0 };
        await db.insertInto("post_media").values(link).execute();
      }
    };
    const settling = () => {
      const calls: string[] = [];
      const media = {
        seal: async (sha256: string) => void calls.push(`seal ${sha256.slice(0, 2)}`),
        unseal: async (sha256: string) => void calls.push(`unseal ${sha256.slice(0, 2)}`),
      } as unknown as MediaStore;
      const settle = mediaSettler(rig.store, media, async () => undefined);
      const outbox = new Outbox(rig.store, { clock: rig.clock, handlers: { [SETTLE]: settle } });
      const states = async () =>
        (await db.selectFrom("media").select("state").orderBy("sha256").execute()).map(
          ({ state }) => state,
        );
      return { calls, outbox, states };
    };
    return { ...rig, keep, settling, db, admin, owner, stateOf, hold, order, mayApprove };
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
    const { deps, admin, owner, addPost, hold, order, keep, settling, close } = await cast();
    const other = "cd".repeat(32);
    const older = await addPost();
    const matched = await hold(2);
    const { calls, outbox, states } = settling();
    await keep(SHA, "sealed", older, matched);
    await keep(other, "stored", older, matched);
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

  test("comes back with the site's word on one copy, though others stay out of sight", async () => {
    const { deps, admin, owner, clock, addPost, hold, order, keep, settling, close } = await cast();
    const waiting = await addPost({ state: "held" });
    const earlier = await addPost({ state: "held" });
    await act(deps, admin, order(earlier, "approve"));
    clock.advance(1000);
    const [first, second, third] = [await hold(3), await hold(4), await hold(5)];
    await keep(SHA, "sealed", earlier, waiting, first, second, third);
    const { outbox, states } = settling();
    await act(deps, admin, order(second, "remove"));
    await outbox.runDue("urgent");
    // The site approved an older copy before anything was found in it.
    expect(await states()).toEqual(["sealed"]);
    await act(deps, admin, order(first, "approve"));
    await act(deps, admin, order(third, "remove"));
    await outbox.runDue("urgent");
    expect(await states()).toEqual(["stored"]);
    // Out of sight again, all that stands is what no list ever found it in.
    await act(deps, admin, order(first, "remove"));
    await act(deps, admin, order(earlier, "remove"));
    await outbox.runDue("urgent");
    expect(await states()).toEqual(["sealed"]);
    const [shown] = await act(deps, owner, order(waiting, "approve"));
    await outbox.runDue("urgent");
    expect(await states()).toEqual(["sealed"]);
    await undo(deps, owner, shown as string, "A mistake.");
    await act(deps, admin, order(waiting, "approve"));
    await outbox.runDue("urgent");
    expect(await states()).toEqual(["stored"]);
    await close();
  });

  test("that the site dismissed is a board's to show, as what it approved", async () => {
    const { deps, db, admin, owner, stateOf, hold, order, mayApprove, close } = await cast();
    const postId = await hold(1);
    const item = await db.selectFrom("queue_item").select("id").executeTakeFirstOrThrow();
    const refused = dismiss(deps, owner, item.id, "I like it.");
    expect(await refused.catch((error: AppError) => error.code)).toBe("board.not_allowed");
    await dismiss(deps, admin, item.id, "Another picture.");
    expect(await stateOf(postId)).toBe("visible");
    await act(deps, owner, order(postId, "hide"));
    expect(await mayApprove(owner, postId)).toBe("done");
    const said = await db.selectFrom("act").selectAll().where("staffId", "=", "admin").execute();
    expect(said).toMatchObject([
      { kind: "approve", byInstance: 1, before: "held", after: "visible", state: "in-force" },
    ]);
    await close();
  });

  test("is not shown by undoing or appeal once the site took its approval back", async () => {
    const { deps, admin, owner, addStaff, stateOf, hold, order, db, close } = await cast();
    const other = await addStaff("other", { role: "board-moderator", boardId: 1 });
    const postId = await hold(1);
    const [approval] = await act(deps, admin, order(postId, "approve"));
    const [hidden] = await act(deps, owner, order(postId, "hide"));
    await undo(deps, admin, approval as string, "It is the picture.");
    const codeOf = (work: Promise<unknown>) => work.catch((error: AppError) => error.code);
    const undone = undo(deps, owner, hidden as string, "A mistake.");
    expect(await codeOf(undone)).toBe("board.not_allowed");
    await appeal(deps, { actId: hidden as string, text: "Why?", lang: "en" });
    const { id } = await db.selectFrom("appeal").select("id").executeTakeFirstOrThrow();
    const verdict = { appealId: id, verdict: "reversed", answer: "Yes.", endsAt: null } as const;
    expect(await codeOf(decide(deps, other, verdict))).toBe("board.not_allowed");
    expect(await stateOf(postId)).toBe("hidden");
    await decide(deps, admin, verdict);
    expect(await stateOf(postId)).toBe("visible");
    await close();
  });
});
