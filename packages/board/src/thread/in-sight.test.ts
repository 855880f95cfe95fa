import { afterEach, expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { postsMadeAt } from "#store/by-time.ts";
import { isFileShown } from "#store/files.ts";
import { readNewest, readPost, readThread, readableBoard } from "#thread/read.ts";
import { searchPosts } from "#thread/search.ts";
import { draftOf, fileOf, type Rig, threadRig } from "#thread/testing/rig.ts";
import type { Guard } from "#thread/posting/guard.ts";
import { post } from "#thread/posting/post.ts";
import { setPostState } from "#thread/visibility.ts";

onEachEngine("what the public may read", (fresh, engine) => {
  const rigs: Rig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });
  async function make(more: Parameters<typeof threadRig>[1] = {}): Promise<Rig> {
    const rig = await threadRig(await fresh(), more);
    rigs.push(rig);
    return rig;
  }

  test("of a thread out of sight is none of its replies, by whatever way", async () => {
    const rig = await make();
    await rig.board("b");
    const { postId } = await rig.write({ text: "Opens" });
    const reply = await rig.write({ threadNo: 1, text: "Lighthouse" }, [fileOf("a")]);
    const at = rig.clock.now();
    const ways = async () => {
      const board = await readableBoard(rig, "b");
      return [
        await readThread(rig, "b", 1)
          .then(({ replies }) => replies.length)
          .catch(() => 0),
        await readPost(rig, "b", reply.no)
          .then(() => 1)
          .catch(() => 0),
        (await readNewest(rig, "b", 10)).filter(({ no }) => no === reply.no).length,
        (await readNewest(rig, null, 10)).filter(({ no }) => no === reply.no).length,
        (await searchPosts(rig, "lighthouse", null, null)).posts.length,
        (await postsMadeAt(rig.store.kysely, board, at)).length,
        Number(await isFileShown(rig.store.kysely, fileOf("a").sha256)),
      ];
    };
    const turn = (state: "visible" | "hidden") =>
      rig.store.transaction((trx) => setPostState(rig.store, trx, postId, state, rig.clock.now()));
    expect(await ways()).toEqual([1, 1, 1, 1, 1, 1, 1]);
    await turn("hidden");
    expect(await ways()).toEqual([0, 0, 0, 0, 0, 0, 0]);
    // A reference to what nobody sees leads nowhere.
    const asking = await rig.write({ text: `>>${reply.no}` });
    expect((await readPost(rig, "b", asking.no)).html).toContain("deadlink");
    await turn("visible");
    expect(await ways()).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  test("is what counts: a thread that waits has no files yet", async () => {
    const hold: Guard = { stage: "early", judge: () => [{ kind: "hold", reason: "board" }] };
    const rig = await make({ guards: [hold] });
    await rig.board("b");
    const files = { count: 1, take: async () => [fileOf("a")] };
    const { postId } = await post(rig, draftOf("b"), files);
    const query = rig.store.kysely.selectFrom("thread").select("media");
    expect((await query.executeTakeFirstOrThrow()).media).toBe(0);
    await rig.store.transaction((trx) => setPostState(rig.store, trx, postId, "visible", 0));
    expect((await query.executeTakeFirstOrThrow()).media).toBe(1);
  });

  // PostgreSQL carries announcements without a row.
  test.skipIf(engine === "postgres")(
    "that falls off a board edges let go, also where staff keep it",
    async () => {
      const kept = new Set<number>();
      const rig = await make({ mustKeep: async () => kept });
      await rig.board("b", { threadsPerPage: 1, pages: 1, archive: false });
      kept.add((await rig.write({}, [fileOf("a")])).postId);
      await rig.write({ threadNo: 1 }, [fileOf("b")]);
      await rig.write({});
      const rows = await rig.store.kysely.selectFrom("live_event").select("event").execute();
      const events = rows.map(({ event }) => JSON.parse(event) as { media?: string[] });
      const media = events.flatMap((event) => event.media ?? []);
      expect(media.toSorted()).toEqual([fileOf("a").sha256, fileOf("b").sha256]);
    },
  );
});
