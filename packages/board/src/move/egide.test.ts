import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { onEachEngine } from "@egide/testkit/engines.ts";
import fc from "fast-check";
import { dueDoor } from "#api/due-door.ts";
import { DecisionTokens } from "#moderation/decision-token.ts";
import { rulesOf } from "#moderation/service/rules.ts";
import { moderationRig } from "#moderation/testing/rig.ts";
import { Contents } from "#move/export/contents.ts";
import { restore } from "#move/export/restore.ts";
import { importBoards } from "#move/run/import.ts";
import { egideSource } from "#move/source/egide.ts";
import {
  contentOf,
  exportBoard,
  govern,
  pictureIn,
  publicContent,
  say,
  threadsOf,
} from "#move/testing/board.ts";
import { cutAtEach, faultOf, type MoveRig, moveRig } from "#move/testing/rig.ts";
import { figuresOf } from "#provider/figures.ts";
import { addHashList, allFilters, mergeEntries } from "#store/lists.ts";
import { boardByUri } from "#store/boards.ts";
import type { Board } from "#thread/model.ts";
import { createBoard } from "#thread/boards.ts";
import { setPostState } from "#thread/visibility.ts";

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function stand(database?: string): Promise<MoveRig> {
  const rig = await moveRig(database);
  closing.push(() => rig.close());
  return rig;
}

/** A site with the board `tea`, its rules, and threads of all kinds. */
async function filled(pictures = true): Promise<{ rig: MoveRig; boardId: number }> {
  const rig = await stand();
  const { store } = rig.importing;
  const threads = threadsOf(rig);
  for (const uri of ["other", "tea"]) {
    const named = { uri, title: "Tea", subtitle: "Of all sorts", ownerId: "olga", staff: true };
    await createBoard(threads, named);
  }
  const { id: boardId } = (await boardByUri(store.kysely, "tea")) as Board;
  const settings = { posterIds: true, countryFlags: true, bumpLimit: 77 };
  await store.kysely
    .updateTable("board")
    .set({ settings: JSON.stringify(settings) })
    .where("id", "=", boardId)
    .execute();
  const picture = async (colour: string) => (pictures ? [await pictureIn(rig, colour)] : []);
  const green = await picture("#33aa55");
  const red = await picture("#aa3322");
  await say(
    rig,
    { subject: "First", text: "##3d6+2 **and** [spoiler]words[/spoiler]", name: "Ann#x" },
    green,
  );
  await say(rig, { threadNo: 1, text: ">>1\n>quoted\n>>>/tea/1 >>99", sage: true }, [
    ...red,
    ...green,
  ]);
  const hidden = await say(rig, { subject: "Out of sight" }, await picture("#010203"));
  await say(
    rig,
    { threadNo: hidden.no, text: "a reply that goes with its thread" },
    await picture("#040506"),
  );
  await store.transaction((trx) =>
    setPostState(store, trx, hidden.postId, "removed", rig.clock.now()),
  );
  const old = await say(rig, { text: "<script>alert(1)</script> & more", subject: "<b>Old</b>" });
  await store.kysely
    .updateTable("thread")
    .set({ archivedAt: rig.clock.now(), sticky: 1, cyclic: 1, bumpLocked: 1, locked: 1 })
    .where("boardId", "=", boardId)
    .where("no", "=", old.no)
    .execute();
  await govern(rig, boardId);
  return { rig, boardId };
}

async function bring(to: MoveRig, path: string, more = {}, owner: string | null = null) {
  const source = await egideSource(await Contents.open(path), owner);
  return importBoards(to.importing, to.order(source, more));
}

interface Said {
  readonly text: string;
  readonly reply: boolean;
  readonly name: string;
  readonly subject: string;
  readonly sage: boolean;
}

const idOf = async (rig: MoveRig, uri: string): Promise<number> =>
  ((await boardByUri(rig.importing.store.kysely, uri)) as Board).id;

onEachEngine("one board’s export", (fresh) => {
  test("goes into another site, and out of it again the same", async () => {
    const { rig, boardId } = await filled();
    const path = await exportBoard(rig, boardId, "tea.tar");
    const to = await stand(await fresh());
    await createBoard(threadsOf(to), {
      uri: "own",
      title: "Own",
      subtitle: "",
      ownerId: null,
      staff: true,
    });
    const result = await bring(to, path, {}, "Olga");
    expect(to.refused).toEqual([]);
    expect(result.boards).toEqual([
      { from: "tea", to: "tea", threads: 2, posts: 3, known: 0, files: 3, held: 0 },
    ]);
    expect([result.rules, result.filters, result.acts]).toEqual([2, 1, 4]);
    expect(result.invited.map(({ name, role, board }) => [name, role, board])).toEqual([
      ["Olga", "board-owner", "tea"],
    ]);
    expect([...result.passed.values()]).toEqual([1]);
    const id = await idOf(to, "tea");
    const again = await exportBoard(to, id, "again.tar");
    const before = await publicContent(path);
    expect(await publicContent(again)).toEqual(before);
    expect(before.log.map(({ rule }) => (rule as { id: string } | null)?.id)).toEqual([
      "tea",
      "milk",
      "law",
      // Nobody had written rules of the site when it was named.
      "spam",
    ]);
    // And once more from there, as a folder.
    const third = await stand();
    await bring(third, await exportBoard(to, id, "folder"), { rename: new Map([["tea", "cha"]]) });
    const last = await publicContent(await exportBoard(third, await idOf(third, "cha"), "last"));
    expect(last.log).toEqual(before.log);
    expect(last.posts.map((post) => post["text"])).toEqual(
      before.posts.map((post) => String(post["text"]).replaceAll(">>>/tea/", ">>>/cha/")),
    );
  }, 60_000);
});

describe("one board’s export", () => {
  test("of any posts goes into another site, and out of it again the same", async () => {
    const piece = fc.constantFrom(
      "words",
      ">>1",
      ">>2",
      ">>>/tea/3",
      "\n>said",
      "'''bold'''",
      "''italics''",
      "~~gone~~",
      "||dark||",
      "##2d6",
      "##1d20+3",
      "[code]x < y[/code]",
      "https://tea.example/a?b=1&c=2",
      "<img src=x onerror=alert(1)>",
      "茶💖",
      "&amp;",
      "\n\n==heading==",
    );
    const one = fc.record({
      text: fc.array(piece, { minLength: 1, maxLength: 5 }).map((all) => all.join(" ")),
      reply: fc.boolean(),
      name: fc.constantFrom("", "Ann", "Ann#secret", "<i>Ben</i>"),
      subject: fc.constantFrom("", "Kettles", '"><script>'),
      sage: fc.boolean(),
    });
    const run = async (posts: readonly Said[]): Promise<void> => {
      const rig = await moveRig();
      const to = await moveRig();
      try {
        const named = { uri: "tea", title: "Tea", subtitle: "", ownerId: null, staff: true };
        await createBoard(threadsOf(rig), named);
        // What posts refer to was there before them: else it would lead somewhere after the move.
        for (const text of ["one", "two", "three"]) await say(rig, { text });
        let threadNo: number | null = null;
        for (const { reply, ...draft } of posts) {
          const { no, threadNo: at }: { no: number; threadNo: number } = await say(rig, {
            ...draft,
            threadNo: reply ? threadNo : null,
          });
          threadNo = at ?? no;
        }
        const path = await exportBoard(rig, await idOf(rig, "tea"), "a.tar");
        await bring(to, path);
        expect(to.refused).toEqual([]);
        const again = await exportBoard(to, await idOf(to, "tea"), "b.tar");
        expect(await publicContent(again)).toEqual(await publicContent(path));
      } finally {
        await to.close();
        await rig.close();
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 12 }), run), {
      numRuns: 20,
    });
  }, 120_000);

  test("holds nothing that is out of sight, and nobody’s traces", async () => {
    const { rig, boardId } = await filled();
    const { store } = rig.importing;
    const seal = await pictureIn(rig, "#777777");
    const sealed = await say(rig, { text: "with a file that is sealed" }, [seal]);
    await store.kysely
      .updateTable("media")
      .set({ state: "sealed" })
      .where("sha256", "=", seal.sha256)
      .execute();
    await store.kysely
      .updateTable("post")
      .set({ files: JSON.stringify([{ ...seal, state: "sealed" }]) })
      .where("id", "=", sealed.postId)
      .execute();
    const { tables, files } = await contentOf(await exportBoard(rig, boardId, "tea.tar"));
    expect([...tables.keys()].sort()).toEqual(
      "act board filter media post post_media quote rule_set thread".split(" "),
    );
    const text = JSON.stringify([...tables]);
    for (const trace of [
      "olga",
      "somebody",
      "words of staff",
      '"session"',
      '"address"',
      '"prefix"',
      "goes with its thread",
      "Out of sight",
      seal.sha256,
      seal.md5,
    ]) {
      expect([trace, text.includes(trace)]).toEqual([trace, false]);
    }
    const acts = await store.kysely.selectFrom("act").select("id").execute();
    expect(acts.some(({ id }) => text.includes(id))).toBe(false);
    const names = [...files.keys()].filter((name) => name.startsWith("files/"));
    // Two pictures and their thumbnails: none of the removed thread, none that is sealed.
    expect(names).toHaveLength(4);
  });

  test("brings rules and the log as a record: nothing of it can be undone, or is counted here", async () => {
    const { rig, boardId } = await filled(false);
    const path = await exportBoard(rig, boardId, "tea.tar");
    const to = await stand();
    await bring(to, path);
    const { store } = to.importing;
    const id = await idOf(to, "tea");
    expect(await rulesOf(store.kysely, id)).toMatchObject({ version: 2 });
    const { deps, close } = await moderationRig(`sqlite:${join(to.folder, "x.db")}`, {
      clock: to.clock,
    });
    const door = dueDoor({ ...deps, store }, new DecisionTokens(new Uint8Array(32)));
    const board = (await boardByUri(store.kysely, "tea")) as Board;
    const { acts } = await door.log(board, 1, "en");
    expect(acts.map(({ kind, undone, rule }) => [kind, undone, rule])).toEqual([
      ["hide", true, "No spam, no floods."],
      ["warn", true, "What the first site holds unlawful"],
      ["ban", false, "No milk first"],
      ["remove", false, "Tea only"],
    ]);
    await close();
    expect((await figuresOf(store.kysely, to.clock.now())).acts).toBe(0);
    expect(await store.kysely.selectFrom("ban").selectAll().execute()).toEqual([]);
    const rows = await store.kysely.selectFrom("act").select(["state", "byInstance"]).execute();
    expect(rows.every(({ state }) => state !== "in-force")).toBe(true);
    expect(await allFilters(store.kysely)).toMatchObject([
      { boardId: id, kind: "pattern", pattern: "cof+ee", action: "replace" },
    ]);
  });

  test("twice is the same as once; a newer one adds what is new", async () => {
    const { rig, boardId } = await filled(false);
    const path = await exportBoard(rig, boardId, "tea.tar");
    const to = await stand();
    await bring(to, path);
    const id = await idOf(to, "tea");
    const once = await contentOf(await exportBoard(to, id, "once.tar"));
    const again = await bring(to, path, {}, null);
    expect(again.boards[0]).toMatchObject({ posts: 0, known: 3 });
    expect([again.rules, again.filters, again.acts]).toEqual([0, 0, 0]);
    expect((await contentOf(await exportBoard(to, id, "twice.tar"))).tables).toEqual(once.tables);
    await say(rig, { threadNo: 1, text: "later" });
    const newer = await bring(to, await exportBoard(rig, boardId, "newer.tar"));
    expect(newer.boards[0]).toMatchObject({ posts: 1, known: 3 });
    expect(newer.acts).toBe(0);
  });

  test("a run that is cut off is gone on with, wherever it was", async () => {
    const { rig, boardId } = await filled(false);
    const path = await exportBoard(rig, boardId, "tea.tar");
    const wanted = await publicContent(path);
    const to = await stand();
    const cuts = await cutAtEach(to, async (context) => {
      const source = await egideSource(await Contents.open(path), null);
      return importBoards(context, to.order(source));
    });
    expect(cuts).toBeGreaterThan(8);
    const again = await exportBoard(to, await idOf(to, "tea"), "again.tar");
    expect(await publicContent(again)).toEqual(wanted);
  }, 60_000);

  test("is held against the lists of the site that it comes to", async () => {
    const { rig, boardId } = await filled();
    const path = await exportBoard(rig, boardId, "tea.tar");
    const { files } = await contentOf(path);
    const known = [...files.keys()].find((name) => /^files\/\w{64}\.png$/.test(name)) ?? "";
    const before = await stand();
    const database = `sqlite:${join(before.folder, "board.db")}`;
    const { kysely } = before.importing.store;
    const list = { name: "Known", category: "spam", createdAt: 0 };
    const listId = await addHashList(kysely, list);
    const entry = {
      signal: "sha256",
      value: known.slice(6, 70),
      tags: [],
      withdrawn: false,
    } as const;
    await mergeEntries(kysely, listId, [entry], 0);
    const to = await stand(database);
    const { boards } = await bring(to, path);
    expect(boards[0]?.held).toBeGreaterThan(0);
    const held = to.importing.store.kysely.selectFrom("queue_item").select("held");
    expect((await held.execute()).length).toBe(boards[0]?.held ?? 0);
  });

  test("a board of another site at the same address is another board", async () => {
    const { rig, boardId } = await filled(false);
    const path = await exportBoard(rig, boardId, "tea.tar");
    const to = await stand();
    to.clock.advance(1000);
    await createBoard(threadsOf(to), {
      uri: "tea",
      title: "Other tea",
      subtitle: "",
      ownerId: null,
      staff: true,
    });
    await bring(to, path);
    expect(to.refused.map(({ reason }) => reason)).toEqual([
      "there is another board at /tea/: use --rename tea=…",
    ]);
    // Another Égide's board of the same name, brought in before, is not gone on with either.
    await bring(to, path, { rename: new Map([["tea", "one"]]) });
    const second = await filled(false);
    second.rig.clock.advance(5000);
    await second.rig.importing.store.kysely
      .updateTable("board")
      .set({ createdAt: second.rig.clock.now() } as object)
      .where("id", "=", second.boardId)
      .execute();
    const other = await exportBoard(second.rig, second.boardId, "tea.tar");
    const result = await bring(to, other, { rename: new Map([["tea", "two"]]) });
    expect(result.boards[0]).toMatchObject({ to: "two", posts: 3, known: 0 });
  });

  test("and a whole site’s export are told apart", async () => {
    const { rig, boardId } = await filled(false);
    const to = await stand();
    const one = await exportBoard(rig, boardId, "tea.tar");
    expect(await faultOf(restore(to.restoring, one))).toContain("egide board import board");
    const all = await exportBoard(rig, null as unknown as number, "all.tar");
    expect(await faultOf(bring(to, all))).toContain("egide board import egide");
  });
});
