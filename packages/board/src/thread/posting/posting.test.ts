import { afterEach, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import type { BoardEvent } from "#thread/events.ts";
import { refusal } from "#media/texts.ts";
import type { Guard, Objection } from "#thread/posting/guard.ts";
import { post } from "#thread/posting/post.ts";
import { readIndex, readPost, readThread } from "#thread/read.ts";
import { searchPosts } from "#thread/search.ts";
import { setFlags } from "#store/threads.ts";
import { draftOf, fileOf, type Rig, threadRig } from "#thread/testing/rig.ts";
import { setPostState } from "#thread/visibility.ts";

const code = (thrown: unknown): string =>
  thrown instanceof AppError ? thrown.code : String(thrown);

onEachEngine("posting", (fresh) => {
  const rigs: Rig[] = [];
  const make = async (
    ...more: Parameters<typeof threadRig> extends [string, ...infer M] ? M : []
  ) => {
    const rig = await threadRig(await fresh(), ...more);
    rigs.push(rig);
    return rig;
  };
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });

  test("threads and replies are numbered, counted, bumped and told of", async () => {
    const rig = await make();
    await rig.board("b");
    const events: BoardEvent[] = [];
    rig.events.subscribe("b", null, (event) => events.push(event));
    const one = await rig.write({ subject: "One", text: "first" });
    const two = await rig.write({ subject: "Two", text: "second" });
    await rig.write({ threadNo: one.no, text: "reply" }, [fileOf("a"), fileOf("b")]);
    expect([one.no, two.no]).toEqual([1, 2]);
    const index = await readIndex(rig, "b", 1);
    expect(index.threads.map(({ thread }) => thread.no)).toEqual([1, 2]);
    const [first] = index.threads;
    expect(first?.opening.subject).toBe("One");
    expect(first?.replies.map(({ text }) => text)).toEqual(["reply"]);
    expect(first?.thread).toMatchObject({ replies: 1, media: 2, lastNo: 3 });
    expect(first?.replies[0]?.files.map(({ filename }) => filename)).toEqual(["a.png", "b.png"]);
    expect(events.map(({ no, threadNo }) => [no, threadNo])).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
    ]);
  });

  test("sage, a bump lock and the bump limit leave a thread where it is", async () => {
    const rig = await make();
    await rig.board("b", { bumpLimit: 2 });
    const { no } = await rig.write({});
    await rig.write({});
    const top = async () => (await readIndex(rig, "b", 1)).threads[0]?.thread.no;
    await rig.write({ threadNo: no, sage: true });
    expect(await top()).toBe(2);
    await rig.write({ threadNo: no });
    expect(await top()).toBe(no);
    await rig.write({ threadNo: 2 });
    expect(await top()).toBe(2);
    await rig.write({ threadNo: no });
    expect(await top()).toBe(2);
  });

  test("who is told that too many files wait was not counted before", async () => {
    let judged = 0;
    const guard: Guard = {
      stage: "early",
      judge() {
        judged += 1;
        return [];
      },
    };
    const rig = await make({ guards: [guard] });
    await rig.board("b");
    const busy = () => {
      throw refusal("media.busy");
    };
    const files = { count: 1, take: async () => [fileOf("a")] };
    const refused = post(rig, draftOf("b"), { ...files, ready: busy });
    expect(await refused.catch(code)).toBe("media.busy");
    expect(judged).toBe(0);
    expect((await post(rig, draftOf("b"), { ...files, ready: () => undefined })).no).toBe(1);
    expect((await post(rig, draftOf("b"))).no).toBe(2);
    expect(judged).toBe(2);
  });

  test("quotes lead to what is there, across boards too, and leave a link behind", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.board("tech");
    await rig.write({ text: "target" });
    await rig.write({ board: "tech", text: ">>>/b/1 and >>>/tech/ and >>>/none/1 and >>99" });
    const post = await readPost(rig, "tech", 1);
    expect(post.html).toContain('href="/b/thread/1#p1"');
    expect(post.html).toContain('href="/tech/"');
    expect(post.html.match(/deadlink/g)?.length).toBe(2);
    const { opening } = await readThread(rig, "b", 1);
    expect(opening.backlinks).toEqual([{ board: "tech", threadNo: 1, no: 1 }]);
  });

  test("a post that is named in two ways is quoted once", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.write({});
    const { no } = await rig.write({ threadNo: 1, text: ">>1 >>>/b/1 >>01" });
    const { opening } = await readThread(rig, "b", 1);
    expect(opening.backlinks).toEqual([{ board: "b", threadNo: 1, no }]);
  });

  test("names and subjects are lines that pass for nothing else", async () => {
    const rig = await make();
    const nobody = await rig.board("b", { anonymousName: "Mod ## Admin" });
    expect(nobody).toBe(1);
    await rig.write({
      name: "Ada \uff03\uff03 Admin\u202e\n!Ep8pui8Vw2",
      subject: "A\u2067\nline",
    });
    await rig.write({ threadNo: 1, name: "#tea" });
    const { opening, replies } = await readThread(rig, "b", 1);
    expect([opening.name, opening.trip, opening.subject]).toEqual([
      "Ada  Admin Ep8pui8Vw2",
      null,
      "A line",
    ]);
    expect([replies[0]?.name, replies[0]?.trip]).toEqual(["Mod  Admin", "!WokonZwxw2"]);
  });

  test("what a board does not take is refused with its reason, and leaves no number behind", async () => {
    const rig = await make();
    await rig.board("b", { textMost: 10, subjectRequired: true, filesMost: 1, replyLimit: 1 });
    const refused = async (draft: Parameters<Rig["write"]>[0], files = 0) =>
      rig
        .write(
          draft,
          Array.from({ length: files }, () => fileOf("a")),
        )
        .then(() => "taken", code);
    expect(await refused({ board: "none" })).toBe("board.no_board");
    expect(await refused({ text: "x".repeat(11) })).toBe("board.text_long");
    expect(await refused({ text: " " })).toBe("board.empty");
    expect(await refused({})).toBe("board.subject_missing");
    expect(await refused({ subject: "s" }, 2)).toBe("board.files_many");
    expect(await refused({ threadNo: 5 })).toBe("board.no_thread");
    expect((await rig.write({ subject: "s" })).no).toBe(1);
    expect((await rig.write({ threadNo: 1 })).no).toBe(2);
    expect(await refused({ threadNo: 1 })).toBe("board.full");
  });

  test("guards refuse, replace, hold; what is held is not seen until it is approved", async () => {
    const said: Objection[] = [];
    const after: string[] = [];
    const rig = await make({
      guards: [{ stage: "early", judge: () => said }],
      afterWrite: [
        async (_trx, written) => {
          after.push(...written.objections.map((objection) => objection.kind));
        },
      ],
    });
    await rig.board("b");
    await rig.write({});
    said.push({ kind: "replace", text: "a cleaner word" }, { kind: "hold", reason: "new" });
    const held = await rig.write({ threadNo: 1, text: ">>1 bad" });
    expect(held.state).toBe("held");
    expect(after).toEqual(["hold"]);
    expect((await readThread(rig, "b", 1)).replies).toEqual([]);
    expect((await searchPosts(rig, "cleaner", "b", null)).posts).toEqual([]);
    const event = await rig.store.transaction((trx) =>
      setPostState(rig.store, trx, held.postId, "visible", rig.clock.now()),
    );
    expect(event).toEqual({ kind: "post", board: "b", threadNo: 1, no: 2 });
    const page = await readThread(rig, "b", 1);
    expect(page.replies.map(({ text }) => text)).toEqual(["a cleaner word"]);
    expect(page.thread.replies).toBe(1);
    expect((await searchPosts(rig, "cleaner", "b", null)).posts.length).toBe(1);
    const again = await rig.store.transaction((trx) =>
      setPostState(rig.store, trx, held.postId, "removed", rig.clock.now()),
    );
    expect(again?.kind).toBe("removed");
    expect((await searchPosts(rig, "cleaner", null, null)).posts).toEqual([]);
    said.splice(0);
    const error = new AppError({
      code: "test.no",
      source: "client",
      retry: false,
      publicMessage: "",
    });
    said.push({ kind: "refuse", error });
    expect(await rig.write({}).then(() => "", code)).toBe("test.no");
  });

  test("a reply that waited bumps its thread as any would; one that was seen does not again", async () => {
    const said: Objection[] = [];
    const rig = await make({ guards: [{ stage: "early", judge: () => said }] });
    const boardId = await rig.board("b");
    const turn = async (postId: number, state: "held" | "visible") => {
      rig.clock.advance(1000);
      await rig.store.transaction((trx) =>
        setPostState(rig.store, trx, postId, state, rig.clock.now()),
      );
      const thread = rig.store.kysely.selectFrom("thread").select("bumpedAt");
      return (await thread.executeTakeFirstOrThrow()).bumpedAt;
    };
    const opening = await rig.write({});
    const seen = await rig.write({ threadNo: 1 });
    const before = rig.clock.now();
    said.push({ kind: "hold", reason: "new" });
    const waits = await rig.write({ threadNo: 1 });
    const late = await rig.write({ threadNo: 1 });
    const quiet = await rig.write({ threadNo: 1, sage: true });
    for (const { postId } of [opening, seen]) await turn(postId, "held");
    expect(await turn(opening.postId, "visible")).toBe(before);
    expect(await turn(seen.postId, "visible")).toBe(before);
    expect(await turn(quiet.postId, "visible")).toBe(before);
    const bumped = await turn(waits.postId, "visible");
    expect(bumped).toBe(rig.clock.now());
    await setFlags(rig.store.kysely, boardId, 1, { bumpLocked: true }, rig.clock.now());
    expect(await turn(late.postId, "visible")).toBe(bumped);
  });

  test("what leaves sight names its files, for caches that hold them", async () => {
    const rig = await make();
    await rig.board("b");
    const { postId } = await rig.write({}, [fileOf("a"), fileOf("b")]);
    const mediaAt = async (state: "hidden" | "removed" | "visible") => {
      const now = rig.clock.now();
      const event = await rig.store.transaction((trx) =>
        setPostState(rig.store, trx, postId, state, now),
      );
      return event?.media;
    };
    expect((await mediaAt("hidden"))?.toSorted()).toEqual(["a".repeat(64), "b".repeat(64)]);
    // They went with the first, and came back with the last.
    expect([await mediaAt("removed"), await mediaAt("visible")]).toEqual([undefined, undefined]);
  });

  test("a failure while writing leaves nothing behind", async () => {
    const rig = await make({
      afterWrite: [
        async (_trx, { no }) => {
          if (no === 2) throw new Error("no");
        },
      ],
    });
    await rig.board("b");
    await rig.write({});
    await rig.write({}, [fileOf("c")]).catch(() => null);
    const media = await rig.store.kysely.selectFrom("media").selectAll().execute();
    expect(media).toEqual([]);
    expect((await readIndex(rig, "b", 1)).threads.length).toBe(1);
  });

  test("posters are told apart within a thread, and not from thread to thread", async () => {
    const rig = await make();
    await rig.board("b", { posterIds: true, countryFlags: true });
    const other = { ...draftOf("b").poster, addressHash: "other" };
    await rig.write({});
    await rig.write({ threadNo: 1 });
    await rig.write({ threadNo: 1, poster: other });
    await rig.write({});
    const { opening, replies } = await readThread(rig, "b", 1);
    const [same, different] = replies;
    expect(opening.posterId).toHaveLength(8);
    expect(same?.posterId).toBe(opening.posterId as string);
    expect(different?.posterId).not.toBe(opening.posterId);
    expect((await readPost(rig, "b", 4)).posterId).not.toBe(opening.posterId);
    expect(opening.country).toBe("FR");
  });

  test("many at once get numbers of their own", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.write({});
    const posts = await Promise.all(Array.from({ length: 50 }, () => rig.write({ threadNo: 1 })));
    expect(new Set(posts.map(({ no }) => no)).size).toBe(50);
    const { thread, replies } = await readThread(rig, "b", 1);
    expect([thread.replies, replies.length, thread.lastNo]).toEqual([50, 50, 51]);
  });
});
