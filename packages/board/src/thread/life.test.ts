import { afterEach, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { configureBoard, createBoard, decideBoard } from "#thread/boards.ts";
import { deleteOwn } from "#thread/delete.ts";
import { editPost, flagThread } from "#thread/edit.ts";
import { moveThread } from "#thread/move.ts";
import { expireArchives } from "#thread/prune.ts";
import {
  readableBoard,
  readArchive,
  readCatalog,
  readGlance,
  readNewest,
  readOverboard,
  readPost,
  readThread,
} from "#thread/read.ts";
import { searchPosts } from "#thread/search.ts";
import { fileOf, type Rig, threadRig } from "#thread/testing/rig.ts";
import { setPostState } from "#thread/visibility.ts";
import { seen, unwatchThread, watched, watchThread } from "#thread/watch.ts";

const code = (thrown: unknown): string =>
  thrown instanceof AppError ? thrown.code : String(thrown);
const own = { sessionHash: "session", password: "" };

onEachEngine("the life of threads", (fresh) => {
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
  const live = async (rig: Rig) =>
    (await readCatalog(rig, "b")).threads.map(({ thread }) => thread.no);

  test("threads that fall off the last page go into the archive, and from there after its days", async () => {
    const rig = await make();
    await rig.board("b", { threadsPerPage: 1, pages: 2, archiveDays: 1 });
    await rig.write({});
    await rig.write({});
    await flagThread(rig, "b", 1, { sticky: true });
    await rig.write({});
    expect(await live(rig)).toEqual([1, 3]);
    const atGlance = (await readGlance(rig, "b")).threads;
    expect(atGlance.map(({ thread, opening }) => [thread.no, opening.no])).toEqual([
      [1, 1],
      [3, 3],
    ]);
    const archive = await readArchive(rig, "b", null);
    expect(archive.threads.map(({ thread }) => thread.no)).toEqual([2]);
    expect(await rig.write({ threadNo: 2 }).then(() => "", code)).toBe("board.archived");
    const board = await readableBoard(rig, "b");
    expect(await expireArchives(rig, board)).toBe(0);
    rig.clock.advance(86_400_001);
    expect(await expireArchives(rig, board)).toBe(1);
    expect(await readThread(rig, "b", 2).then(() => "", code)).toBe("board.no_thread");
    expect((await searchPosts(rig, "hello", "b", null)).posts.length).toBe(2);
  });

  test("a thread moves with its references, its watchers and its words", async () => {
    const rig = await make();
    const from = await rig.board("b");
    const to = await rig.board("c");
    await rig.write({ board: "c", text: "Number one of the other board" });
    await rig.write({ text: "Elsewhere on the first board" });
    const { postId } = await rig.write({ text: "A harbour", subject: "Moves" });
    await rig.write({ threadNo: 2, text: ">>2 and >>1" });
    await rig.write({ threadNo: 1, text: ">>3 seen from elsewhere" });
    await watchThread(rig, "session", "b", 2);
    const move = (board: number) =>
      rig.store.transaction((trx) => moveThread(rig, trx, postId, board, rig.clock.now()));
    expect(await move(from)).toEqual([]);
    expect(await move(99).then(() => "", code)).toBe("board.no_board");
    expect(await move(to)).toEqual([
      { kind: "thread-removed", board: "b", threadNo: 2, no: 2 },
      { kind: "post", board: "c", threadNo: 2, no: 2 },
    ]);
    expect(await readThread(rig, "b", 2).then(() => "", code)).toBe("board.no_thread");
    const { thread, opening, replies } = await readThread(rig, "c", 2);
    expect([thread.replies, thread.lastNo, opening.subject]).toEqual([1, 3, "Moves"]);
    expect(opening.backlinks).toEqual([{ board: "c", threadNo: 2, no: 3 }]);
    const [reply] = replies;
    // What it said of its own thread follows; what stays behind is on another board now.
    expect(reply?.text).toBe(">>2 and >>>/b/1");
    expect(reply?.html).toContain('href="/c/thread/2#p2"');
    expect(reply?.html).toContain('href="/b/thread/1#p1"');
    // From elsewhere the reference leads nowhere any more, and says so.
    expect((await readPost(rig, "b", 4)).html).toContain("deadlink");
    expect((await searchPosts(rig, "harbour", "c", null)).posts.map(({ no }) => no)).toEqual([2]);
    expect((await searchPosts(rig, "harbour", "b", null)).posts).toEqual([]);
    expect(await watched(rig, "session")).toMatchObject([{ board: "c", threadNo: 2 }]);
  });

  test("without an archive they are gone, but for what must be kept", async () => {
    const kept = new Set<number>();
    const rig = await make({
      mustKeep: async (_, ids) => new Set(ids.filter((id) => kept.has(id))),
    });
    await rig.board("b", { threadsPerPage: 1, pages: 1, archive: false });
    await rig.write({});
    await rig.write({ threadNo: 1 }, [fileOf("a")]);
    kept.add((await rig.write({ threadNo: 1 })).postId);
    await rig.write({});
    expect(await live(rig)).toEqual([4]);
    const left = await rig.store.kysely
      .selectFrom("post")
      .select(["no", "state"])
      .orderBy("no")
      .execute();
    expect(left).toEqual([
      { no: 3, state: "removed" },
      { no: 4, state: "visible" },
    ]);
    expect(await readPost(rig, "b", 3).then(() => "", code)).toBe("board.no_post");
    expect(await rig.store.kysely.selectFrom("post_media").selectAll().execute()).toEqual([]);
  });

  test("threads that nobody answers end early where the board says so", async () => {
    const rig = await make();
    const earlyEnd = { on: true, page: 2, replies: 1 };
    await rig.board("b", { threadsPerPage: 1, pages: 3, earlyEnd });
    await rig.write({});
    await rig.write({ threadNo: 1 });
    await rig.write({});
    await rig.write({});
    expect(await live(rig)).toEqual([4, 1]);
  });

  test("a cyclic thread lets its oldest replies go and is bumped for ever", async () => {
    const rig = await make();
    await rig.board("b", { bumpLimit: 2, replyLimit: 2 });
    await rig.write({});
    await flagThread(rig, "b", 1, { cyclic: true });
    for (let count = 0; count < 5; count += 1) await rig.write({ threadNo: 1 });
    const { thread, replies } = await readThread(rig, "b", 1);
    expect(replies.map(({ no }) => no)).toEqual([5, 6]);
    expect([thread.replies, thread.lastNo, thread.bumpedAt]).toEqual([2, 6, thread.changedAt]);
  });

  test("a locked thread takes replies of staff alone", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.write({});
    await flagThread(rig, "b", 1, { locked: true });
    expect(await rig.write({ threadNo: 1 }).then(() => "", code)).toBe("board.locked");
    const staff = { staffId: "ada", capcode: "Moderator" };
    await rig.write({ threadNo: 1, staff });
    expect((await readThread(rig, "b", 1)).replies[0]?.capcode).toBe("Moderator");
  });

  test("posters delete what is theirs, by session or by password, and nothing else", async () => {
    const rig = await make();
    await rig.board("b", { deletionMinutes: 10 });
    await rig.write({ password: "secret" });
    await rig.write({ threadNo: 1, text: ">>1 gone" }, [fileOf("a")]);
    const other = { sessionHash: "other", password: "wrong" };
    expect(await deleteOwn(rig, "b", 2, other).then(() => "", code)).toBe("board.not_yours");
    const deleted = await deleteOwn(rig, "b", 2, own);
    expect(deleted).toMatchObject({ thread: false, files: ["a".repeat(64)] });
    const { thread, opening, replies } = await readThread(rig, "b", 1);
    expect([thread.replies, thread.media, replies, opening.backlinks]).toEqual([0, 0, [], []]);
    expect((await searchPosts(rig, "gone", null, null)).posts).toEqual([]);
    // What staff hid is theirs; what waits is there for whoever wrote it, and for nobody else.
    const hidden = await rig.write({ threadNo: 1 });
    const held = await rig.write({ threadNo: 1 });
    await rig.store.transaction(async (trx) => {
      const now = rig.clock.now();
      await setPostState(rig.store, trx, hidden.postId, "hidden", now);
      await setPostState(rig.store, trx, held.postId, "held", now);
    });
    expect(await deleteOwn(rig, "b", hidden.no, own).then(() => "", code)).toBe("board.no_post");
    expect(await deleteOwn(rig, "b", held.no, other).then(() => "", code)).toBe("board.no_post");
    expect(await deleteOwn(rig, "b", held.no, own).then(() => "gone", code)).toBe("gone");
    rig.clock.advance(601_000);
    expect(await deleteOwn(rig, "b", 1, own).then(() => "", code)).toBe("board.no_deletion");
  });

  test("with the opening post goes its thread", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.write({ password: "secret" });
    await rig.write({ threadNo: 1 });
    const gone = await deleteOwn(rig, "b", 1, { sessionHash: "other", password: "secret" });
    expect(gone.thread).toBe(true);
    expect(await live(rig)).toEqual([]);
    expect(await rig.store.kysely.selectFrom("post").selectAll().execute()).toEqual([]);
  });

  test("an edit keeps what was said, and the dice that were rolled", async () => {
    let random = 0;
    const rig = await make({ random: () => random });
    await rig.board("b");
    await rig.write({ text: "old ##1d6" });
    random = 0.99;
    const edit = { subject: "New", text: "new ##1d6 >>1", reason: "typing", staffId: "ada" };
    await editPost(rig, "b", 1, edit);
    const { opening, thread } = await readThread(rig, "b", 1);
    expect(opening.html).toContain("= 1");
    expect([thread.subject, opening.editedAt]).toEqual(["New", rig.clock.now()]);
    expect((await searchPosts(rig, "old", "b", null)).posts).toEqual([]);
    expect((await searchPosts(rig, "new", "b", null)).posts.length).toBe(1);
    const [kept] = await rig.store.kysely.selectFrom("post_edit").selectAll().execute();
    expect(kept).toMatchObject({ text: "old ##1d6", staffId: "ada", reason: "typing" });
  });

  test("search finds all the words in any order and script, page by page, and no markup of its own", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.board("tech");
    await rig.write({ text: "Le café était fermé" });
    await rig.write({ board: "tech", subject: "fermé", text: "café" });
    await rig.write({ text: "egideboard1 don't «NEAR» words:x -y ^z* OR" });
    const find = async (words: string, uri: string | null) =>
      (await searchPosts(rig, words, uri, null)).posts.map(({ board, no }) => `${board}${no}`);
    expect(await find("fermé café", null)).toEqual(["tech1", "b1"]);
    expect(await find("fermé café", "b")).toEqual(["b1"]);
    expect(await find(`don't "near" OR y* -x`, "b")).toEqual(["b2"]);
    expect(await find(`none" OR "café`, "b")).toEqual([]);
    expect(await searchPosts(rig, " -*\"'", "b", null).then(() => "", code)).toBe("board.search");
    for (let count = 0; count < 52; count += 1) await rig.write({ threadNo: 1, text: "many" });
    const first = await searchPosts(rig, "many", "b", null);
    const second = await searchPosts(rig, "many", "b", first.next);
    expect([first.posts.length, second.posts.length, second.next]).toEqual([50, 2, null]);
  });

  test("a watcher hears of replies since the last visit", async () => {
    const rig = await make({}, { threadsWatchedMost: 1 });
    await rig.board("b");
    await rig.write({ subject: "S" });
    await rig.write({});
    await watchThread(rig, "me", "b", 1);
    expect(await watchThread(rig, "me", "b", 2).then(() => "", code)).toBe("board.watch_many");
    await rig.write({ threadNo: 1 });
    const { no } = await rig.write({ threadNo: 1 });
    const [row] = await watched(rig, "me");
    expect(row).toMatchObject({ board: "b", threadNo: 1, subject: "S", unseen: 2, replies: 2 });
    await seen(rig, "me", "b", 1, no);
    expect((await watched(rig, "me"))[0]?.unseen).toBe(0);
    await unwatchThread(rig, "me", "b", 1);
    expect(await watched(rig, "me")).toEqual([]);
  });

  test("the overboard and the newest posts show listed boards alone", async () => {
    const rig = await make();
    await rig.board("b");
    await rig.board("tech");
    const quiet = await rig.board("quiet");
    await configureBoard(rig.store.kysely, quiet, { listed: false });
    await rig.write({});
    await rig.write({ board: "tech" });
    await rig.write({ board: "quiet" });
    await rig.write({ threadNo: 1 });
    const over = await readOverboard(rig, 10);
    expect(over.map(({ thread, replies }) => [thread.board, replies.length])).toEqual([
      ["b", 1],
      ["tech", 0],
    ]);
    expect((await readNewest(rig, null, 10)).map(({ board }) => board)).toEqual(["b", "tech", "b"]);
    // However busy it is on boards that nobody lists: it leaves room for those that are.
    for (let i = 0; i < 5; i += 1) await rig.write({ board: "quiet" });
    expect((await readOverboard(rig, 2)).map(({ thread }) => thread.board)).toEqual(["b", "tech"]);
  });

  test("boards are asked for, approved or not, and bounded", async () => {
    const rig = await make({}, { boardsPerAccount: 1 });
    const ask = { title: "Cats", subtitle: "", ownerId: "ada", staff: false };
    const asked = await createBoard(rig, { ...ask, uri: "cats" });
    expect(asked.state).toBe("requested");
    expect(await readableBoard(rig, "cats").then(() => "", code)).toBe("board.no_board");
    expect(await createBoard(rig, { ...ask, uri: "dogs" }).then(() => "", code)).toBe(
      "board.boards_many",
    );
    expect(
      await createBoard(rig, { ...ask, ownerId: "bob", uri: "cats" }).then(() => "", code),
    ).toBe("board.uri_taken");
    for (const uri of ["media", "Big", "a/b", "", "x".repeat(25)]) {
      expect(await createBoard(rig, { ...ask, uri }).then(() => "", code)).toBe("board.uri");
    }
    await decideBoard(rig.store.kysely, asked.id, true);
    expect((await readableBoard(rig, "cats")).ownerId).toBe("ada");
    const dogs = await createBoard(rig, { ...ask, ownerId: "bob", uri: "dogs" });
    await decideBoard(rig.store.kysely, dogs.id, false);
    await createBoard(rig, { ...ask, ownerId: "bob", uri: "dogs" });
    await configureBoard(rig.store.kysely, asked.id, { state: "closed" });
    expect(await readableBoard(rig, "cats").then(() => "", code)).toBe("board.no_board");
  });
});
