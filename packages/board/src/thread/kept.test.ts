import { afterEach, expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { deleteOwn } from "#thread/delete.ts";
import { editPost, flagThread } from "#thread/edit.ts";
import { moveThread } from "#thread/move.ts";
import { Previews } from "#thread/previews.ts";
import { readGlance, readIndex, readThread } from "#thread/read.ts";
import { fileOf, type Rig, threadRig } from "#thread/testing/rig.ts";
import { setPostState } from "#thread/visibility.ts";

const own = { sessionHash: "session", password: "" };
const edit = { subject: "Edited", text: "Edited >>1", reason: "r", staffId: "ada" };

onEachEngine("what pages keep of threads", (fresh) => {
  const rigs: Rig[] = [];
  const make = async () => {
    const rig = await threadRig(await fresh());
    rigs.push(rig);
    return rig;
  };
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });

  const idOf = async ({ store }: Rig, no: number): Promise<number> => {
    const query = store.kysely.selectFrom("post").select("id").where("no", "=", no);
    return (await query.executeTakeFirstOrThrow()).id;
  };
  const show = async (rig: Rig, no: number, state: "visible" | "hidden"): Promise<void> => {
    const id = await idOf(rig, no);
    await rig.store.transaction((trx) => setPostState(rig.store, trx, id, state, rig.clock.now()));
  };

  test("after any act a page shows what one shows that keeps nothing", async () => {
    const rig = await make();
    await rig.board("b", { bumpLimit: 4 });
    const other = await rig.board("c");
    const acts: readonly (readonly [what: string, act: () => Promise<unknown>])[] = [
      ["opening", () => rig.write({ subject: "Kept" })],
      ["a reply", () => rig.write({ threadNo: 1, text: ">>1 first" }, [fileOf("a")])],
      ["a quote of a reply", () => rig.write({ threadNo: 1, text: ">>2 second" })],
      ["another thread", () => rig.write({ text: ">>3 from elsewhere" })],
      ["an edit", () => editPost(rig, "b", 3, edit)],
      ["hiding", () => show(rig, 2, "hidden")],
      ["showing", () => show(rig, 2, "visible")],
      ["hiding the thread", () => show(rig, 1, "hidden")],
      ["showing the thread", () => show(rig, 1, "visible")],
      ["flags", () => flagThread(rig, "b", 1, { sticky: true, cyclic: true })],
      ["deleting", () => deleteOwn(rig, "b", 2, own)],
      ["a cyclic thread's end", () => rig.write({ threadNo: 1 })],
      ["and its next", () => rig.write({ threadNo: 1 })],
      ["and its last", () => rig.write({ threadNo: 1 })],
      ["and one more", () => rig.write({ threadNo: 1 })],
      [
        "moving",
        async () => {
          const id = await idOf(rig, 1);
          await rig.store.transaction((trx) => moveThread(rig, trx, id, other, rig.clock.now()));
        },
      ],
      ["writing where it came from", () => rig.write({ threadNo: 4, text: ">>>/c/1" })],
      ["deleting the thread", () => deleteOwn(rig, "c", 1, own)],
    ];
    const shown = async (previews: Previews): Promise<unknown> => {
      const context = { store: rig.store, previews };
      const threads = ["b/1", "b/4", "c/1"].map(async (at) => {
        const [uri, no] = at.split("/") as [string, string];
        return readThread(context, uri, Number(no)).catch(String);
      });
      const boards = ["b", "c"].map(async (uri) => [
        await readIndex(context, uri, 1),
        await readGlance(context, uri),
      ]);
      return [await Promise.all(threads), await Promise.all(boards)];
    };
    for (const [what, act] of acts) {
      await act();
      const kept = await shown(rig.previews);
      expect([what, kept]).toEqual([what, await shown(new Previews())]);
    }
  });

  test("what has not changed is not read again, and is the same when the rest has", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.write({});
    for (let count = 0; count < 3; count += 1) await rig.write({ threadNo: 1 });
    const first = await readThread(rig, "b", 1);
    // Behind its back, as nobody does it: what is kept by the thread's version is not asked for.
    await rig.store.kysely.updateTable("post").set({ html: "x" }).where("no", "=", 4).execute();
    const second = await readThread(rig, "b", 1);
    expect(second.replies[2]).toBe(first.replies[2] as (typeof first.replies)[2]);
    await rig.write({ threadNo: 1, text: ">>2" });
    const third = await readThread(rig, "b", 1);
    const isSame = third.replies.map((post, at) => post === first.replies[at]);
    expect(isSame).toEqual([false, true, true, false]);
    expect(third.replies[0]?.backlinks).toEqual([{ board: "b", threadNo: 1, no: 5 }]);
    await deleteOwn(rig, "b", 3, own);
    const fourth = await readThread(rig, "b", 1);
    expect(fourth.replies.map(({ no }) => no)).toEqual([2, 4, 5]);
    expect(fourth.replies[1]).toBe(third.replies[2] as (typeof third.replies)[2]);
  });

  test("so many posts are kept in all, those that were asked for last", async () => {
    const rig = await make();
    await rig.board("b");
    const previews = new Previews(1);
    const context = { store: rig.store, previews };
    // Four posts: two threads of two, and a third that pushes out the first.
    for (const no of [1, 3, 5]) {
      await rig.write({});
      await rig.write({ threadNo: no });
    }
    const [one, three] = [await readThread(context, "b", 1), await readThread(context, "b", 3)];
    expect((await readThread(context, "b", 1)).opening).toBe(one.opening);
    await readThread(context, "b", 5);
    expect((await readThread(context, "b", 1)).opening).toBe(one.opening);
    expect((await readThread(context, "b", 3)).opening).not.toBe(three.opening);
  });
});
