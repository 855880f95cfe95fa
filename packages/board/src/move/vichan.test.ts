import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { dueDoor } from "#api/due-door.ts";
import { APPEAL_MS } from "#moderation/appeal.ts";
import { DecisionTokens } from "#moderation/decision-token.ts";
import { mayUndo } from "#moderation/service/reach.ts";
import { undo } from "#moderation/service/undo.ts";
import { moderationRig } from "#moderation/testing/rig.ts";
import { type Target, targetsOf } from "#move/run/boards.ts";
import { importBoards } from "#move/run/import.ts";
import { linkBoard } from "#move/run/link.ts";
import { survey } from "#move/run/survey.ts";
import { vichanSource } from "#move/source/vichan.ts";
import { cutAtEach, faultOf, type MoveRig, moveRig } from "#move/testing/rig.ts";
import { PHPMYADMIN_DUMP } from "#move/testing/phpmyadmin-dump.ts";
import { rowOf, VICHAN_DUMP } from "#move/testing/vichan-dump.ts";
import { figuresOf } from "#provider/figures.ts";
import { boardByUri } from "#store/boards.ts";
import type { Board } from "#thread/model.ts";
import { Previews } from "#thread/previews.ts";
import { readCatalog, readThread } from "#thread/read.ts";

let rig: MoveRig;
let dump = "";
let media = "";

beforeEach(async () => {
  rig = await moveRig();
  dump = join(rig.folder, "dump.sql");
  media = join(rig.folder, "www");
  writeFileSync(dump, VICHAN_DUMP);
  mkdirSync(join(media, "b/src"), { recursive: true });
  const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: "#369" } });
  writeFileSync(join(media, "b/src/1700000000001.png"), await picture.png().toBuffer());
});

afterEach(() => rig.close());

const read = (uri: string, no: number) =>
  readThread({ store: rig.importing.store, previews: new Previews() }, uri, no);

/** Every row of every table but the times of the import itself. */
async function everything(): Promise<string> {
  const { store } = rig.importing;
  const tables =
    "board thread post post_media quote media ban act report queue_item invitation import_board import_row old_file staff_log".split(
      " ",
    );
  const snapshot = await store.snapshot();
  const out: unknown[] = [];
  for (const table of tables) {
    for await (const row of snapshot.rows(`select * from "${table}"`)) out.push([table, row]);
  }
  await snapshot.close();
  return JSON.stringify(out);
}

describe("a vichan dump", () => {
  test("becomes boards with the same numbers, texts and files", async () => {
    const result = await importBoards(rig.importing, rig.order(vichanSource(dump), { media }));
    expect(result.boards).toEqual([
      { from: "b", to: "b", threads: 2, posts: 4, known: 0, files: 1, held: 0 },
      { from: "tea", to: "tea", threads: 1, posts: 1, known: 0, files: 0, held: 0 },
    ]);
    const { opening, replies, thread } = await read("b", 3);
    expect(opening.subject).toBe("It's a kettle; (really)");
    expect(opening.trip).toBe("!abcdefghij");
    expect(opening.country).toBe("FR");
    expect(opening.text).toBe("First line\n>quoted\n||hidden|| and '''bold'''");
    expect(opening.html).toContain("<strong>bold</strong>");
    expect(opening.createdAt).toBe(1_700_000_000_000);
    expect(opening.files).toHaveLength(1);
    expect(opening.files[0]).toMatchObject({ filename: "kettle one.png", kind: "png", width: 8 });
    expect(opening.backlinks).toEqual([{ board: "b", threadNo: 3, no: 4 }]);
    expect(thread).toMatchObject({
      sticky: true,
      cyclic: true,
      locked: false,
      replies: 2,
      media: 1,
    });
    expect(thread.bumpedAt).toBe(1_700_000_500_000);
    const [first, second] = replies;
    expect(first).toMatchObject({ no: 4, sage: true, name: "Anonymous" });
    expect(first?.html).toContain('href="/b/thread/3#p3"');
    expect(first?.html).toContain('href="/tea/thread/7#p7"');
    expect(second).toMatchObject({ no: 5, capcode: "Mod & more" });
    expect(second?.text).toBe(">>4\n>said\n'''loud''' ||dark|| 💖 https://tea.example/x");
    const other = await read("b", 8);
    expect(other.opening.text).toBe("Secondthread 茶 ##2d6\n\n'''(USER WAS BANNED)'''");
    // Nothing is rolled anew.
    expect(other.opening.html).toContain("##2d6<");
    expect(other.thread).toMatchObject({ locked: true, bumpLocked: true });
    const board = (await boardByUri(rig.importing.store.kysely, "b")) as Board;
    expect(board).toMatchObject({ state: "open", listed: true, lastNo: 11, title: "Random" });
  });

  test("what was read before references were looked up is not shown again after", async () => {
    writeFileSync(dump, VICHAN_DUMP.replace("'Leaves'", "'>>>/b/3 leaves'"));
    const order = rig.order(vichanSource(dump), { media });
    await importBoards(rig.importing, order);
    const { store } = rig.importing;
    const context = { store, previews: new Previews() };
    const shown = async () => (await readCatalog(context, "tea")).threads[0]?.opening.html;
    // As it stands until then.
    await store.kysely.updateTable("post").set({ html: "not yet" }).where("no", "=", 7).execute();
    expect(await shown()).toBe("not yet");
    const targets = await targetsOf(rig.importing, order, await survey(order.source, order.refuse));
    const tea = targets.get("tea") as Target;
    await linkBoard(rig.importing, order, { ...tea, linkedNo: 0 });
    expect(await shown()).toContain('href="/b/thread/3#p3"');
  });

  test("what can’t be taken is listed with table, row and reason", async () => {
    await importBoards(rig.importing, rig.order(vichanSource(dump), { media }));
    const listed = rig.refused.map(({ table, row, reason }) => `${table} ${row}: ${reason}`);
    expect(listed).toEqual([
      "bans 3: a network of /8: bans reach one address, a /24 or (IPv6) a /48 here",
      "boards thé: addresses of boards have 1 to 24 letters and digits here: use --rename",
      "mods 3: the account was switched off, or has no name",
      "posts_b 6: its thread, 2, is not there",
      "unheard_of 1: a table that vichan does not have",
      "posts_b (file) 3: there is no file b/src/1700000000002.png",
      "reports 2: its post, 777, is not there",
    ]);
  });

  test("bans, reports and invitations come along; passwords and addresses never", async () => {
    const result = await importBoards(rig.importing, rig.order(vichanSource(dump), { media }));
    expect([result.bans, result.reports]).toEqual([2, 1]);
    expect(result.invited.map(({ name, role, board }) => [name, role, board])).toEqual([
      ["gardener", "admin", null],
      ["broom", "janitor", "b"],
      ["broom", "janitor", "tea"],
    ]);
    const { kysely } = rig.importing.store;
    const bans = await kysely.selectFrom("ban").selectAll().orderBy("id").execute();
    const hash = (address: string) => rig.importing.hash(address);
    expect(bans[0]).toMatchObject({
      scope: "board",
      target: "address",
      hash: hash("192.0.2.7")?.addressHash,
    });
    expect(bans[1]).toMatchObject({
      scope: "global",
      target: "prefix",
      hash: hash("198.51.100.99")?.prefixHash,
    });
    const acts = await kysely.selectFrom("act").select("reason").orderBy("reason").execute();
    expect(acts.map(({ reason }) => reason)).toEqual(["A whole house", "Advertising & ''worse''"]);
    const report = await kysely.selectFrom("report").selectAll().executeTakeFirstOrThrow();
    expect(report).toMatchObject({ text: "rude\nwords", category: "rule", decidedAt: null });
    expect(result.passed).toEqual(
      new Map([
        ["modlogs", 1],
        ["bans (ended)", 1],
      ]),
    );
    const all = await everything();
    for (const secret of ["a-password", "a-hash-that", "192.0.2.9", "192.0.2.7", "8c6976e5"]) {
      expect(all).not.toContain(secret);
    }
  });

  test("bans of all boards are the site's, and can be lifted however old they are", async () => {
    await importBoards(rig.importing, rig.order(vichanSource(dump)));
    const { store } = rig.importing;
    const now = rig.clock.now();
    const acts = await store.kysely
      .selectFrom("ban")
      .innerJoin("act", "act.id", "ban.actId")
      .select(["act.id", "act.at", "act.boardId", "act.byInstance", "ban.scope", "ban.startsAt"])
      .orderBy("ban.id")
      .execute();
    expect(acts).toMatchObject([
      { scope: "board", byInstance: 0, at: now, startsAt: 1_700_000_000_000 },
      { scope: "global", byInstance: 1, at: now, startsAt: 1_700_000_000_000 },
    ]);
    const [ofBoard, global] = acts as [(typeof acts)[0], (typeof acts)[0]];
    const owner = { id: "owner", name: "owner" };
    const grant = { role: "board-owner", boardId: global.boardId } as const;
    const ownerOf = { ...owner, grants: [grant] };
    expect([mayUndo(ownerOf, ofBoard), mayUndo(ownerOf, global)]).toEqual([true, false]);
    const { deps, close } = await moderationRig(`sqlite:${join(rig.folder, "other.db")}`, {
      clock: rig.clock,
    });
    const tokens = new DecisionTokens(new Uint8Array(32));
    const decision = await dueDoor({ ...deps, store }, tokens).decision(tokens.of(global.id), "");
    expect(decision).toMatchObject({ startsAt: 1_700_000_000_000, appealUntil: now + APPEAL_MS });
    await undo({ ...deps, store }, ownerOf, ofBoard.id, "Long ago");
    const admin = { ...owner, grants: [{ role: "admin", boardId: null } as const] };
    await undo({ ...deps, store }, admin, global.id, "Long ago");
    const left = store.kysely.selectFrom("ban").select("id").where("liftedAt", "is", null);
    expect(await left.execute()).toEqual([]);
    expect((await figuresOf(store.kysely, now)).acts).toBe(0);
    await close();
  });

  test("a newer dump has posts of numbers that were given out here since: none goes astray", async () => {
    await importBoards(rig.importing, rig.order(vichanSource(dump)));
    const { store } = rig.importing;
    const { id: boardId } = (await boardByUri(store.kysely, "b")) as Board;
    const last = await store.kysely
      .selectFrom("post")
      .selectAll()
      .where("boardId", "=", boardId)
      .where("no", "=", 8)
      .executeTakeFirstOrThrow();
    const { id: _, ...native } = { ...last, no: 12, threadNo: 12, createdAt: rig.clock.now() };
    await store.kysely.insertInto("post").values(native).execute();
    const time = 1_700_000_900;
    const more = [
      rowOf({ id: 12, nomarkup: "another thread", time, bump: time }),
      rowOf({ id: 13, thread: 12, nomarkup: "its reply", time }),
      rowOf({ id: 14, thread: 3, nomarkup: "a late reply", time }),
    ];
    const newer = VICHAN_DUMP.replace(
      "UNLOCK TABLES;",
      `INSERT INTO \`posts_b\` VALUES ${more.join(",")};\nUNLOCK TABLES;`,
    ).replace("(1,1700000800,", "(3,1700000900,'192.0.2.3','b',12,'not that one'),(1,1700000800,");
    writeFileSync(dump, newer);
    rig.refused.length = 0;
    const result = await importBoards(rig.importing, rig.order(vichanSource(dump)));
    expect(result.boards[0]).toMatchObject({ posts: 1, known: 4 });
    const told = rig.refused.map(({ table, row, reason }) => `${table} ${row}: ${reason}`);
    expect(told.filter((line) => line.includes("given out"))).toEqual([
      "posts_b 12: its number, 12, was given out here since",
      "posts_b 13: the number of its thread, 12, was given out here since",
      "reports 3: the number of its post, 12, was given out here since",
    ]);
    const at12 = store.kysely.selectFrom("post").select(["no", "createdAt"]);
    const rows = await at12.where("threadNo", "=", 12).where("boardId", "=", boardId).execute();
    expect(rows).toEqual([{ no: 12, createdAt: rig.clock.now() }]);
    const reports = await store.kysely.selectFrom("report").select("text").execute();
    expect(reports).toEqual([{ text: "rude\nwords" }]);
    expect((await read("b", 3)).replies.map(({ no }) => no)).toEqual([4, 5, 14]);
  });

  test("numbers that were given out here since stay so when their posts are gone, too", async () => {
    await importBoards(rig.importing, rig.order(vichanSource(dump)));
    const { store } = rig.importing;
    const { id: boardId } = (await boardByUri(store.kysely, "b")) as Board;
    // Three are posted here, and fall off the board's end; one that came with the dump is erased.
    const given = store.kysely
      .updateTable("board")
      .set((row) => ({ lastNo: row("lastNo", "+", 3) }));
    await given.where("id", "=", boardId).execute();
    await store.kysely
      .deleteFrom("post")
      .where("boardId", "=", boardId)
      .where("no", "=", 5)
      .execute();
    await store.kysely
      .deleteFrom("post")
      .where("boardId", "=", boardId)
      .where("no", "=", 8)
      .execute();
    const time = 1_700_000_900;
    const newer = (...ids: readonly number[]): void => {
      const rows = ids.map((id) => rowOf({ id, thread: 3, nomarkup: `post ${id}`, time }));
      rows.push(rowOf({ id: 40, thread: 8, nomarkup: "to a thread that is gone", time }));
      const more = `INSERT INTO \`posts_b\` VALUES ${rows.join(",")};\nUNLOCK TABLES;`;
      writeFileSync(dump, VICHAN_DUMP.replace("UNLOCK TABLES;", more));
    };
    const bring = async (): Promise<readonly (readonly [string, string])[]> => {
      rig.refused.length = 0;
      await importBoards(rig.importing, rig.order(vichanSource(dump)));
      return rig.refused
        .filter(({ table }) => table === "posts_b")
        .map(({ row, reason }) => [row, reason.replace(/^.*, \d+,/, "…")] as const);
    };
    const gone = [
      ["6", "… is not there"],
      ["5", "an earlier run left it out, or it went away here since"],
      ["8", "an earlier run left it out, or it went away here since"],
    ] as const;
    const orphan = ["40", "… was left out earlier, or went away here since"] as const;
    newer(12, 14, 15);
    const refused = await bring();
    expect(refused).toContainEqual(["12", "… was given out here since"]);
    expect(refused).toContainEqual(["14", "… was given out here since"]);
    expect(refused).toContainEqual(orphan);
    for (const one of gone) expect(refused).toContainEqual(one);
    expect((await read("b", 3)).replies.map(({ no }) => no)).toEqual([4, 15]);
    // Who posts now gets a number that no dump has used, and the next dump meets the same ones.
    const board = (await boardByUri(store.kysely, "b")) as Board;
    expect(board.lastNo).toBe(40);
    await given.where("id", "=", boardId).execute();
    newer(12, 13, 15, 41, 44);
    const again = await bring();
    expect(again.filter(([, reason]) => reason.includes("given out")).map(([row]) => row)).toEqual([
      "12",
      "13",
      "41",
    ]);
    expect((await read("b", 3)).replies.map(({ no }) => no)).toEqual([4, 15, 44]);
  });

  test("addresses that are hashed here are of posts young enough, or of none", async () => {
    const { kysely } = rig.importing.store;
    // The posts are of November 2023; 90 days later their hashes would be of no use.
    await importBoards(rig.importing, rig.order(vichanSource(dump)));
    const old = await kysely.selectFrom("post").select("addressHash").execute();
    expect(old.every(({ addressHash }) => addressHash === null)).toBe(true);
    const young = await moveRig();
    young.clock.jump(1_700_100_000_000 - young.clock.now());
    await importBoards(young.importing, young.order(vichanSource(dump)));
    const hashes = await young.importing.store.kysely
      .selectFrom("post")
      .select(["no", "addressHash"])
      .where("addressHash", "is not", null)
      .orderBy("no")
      .execute();
    // 8 has a hash of the old site's in its place.
    expect(hashes.map(({ no }) => no)).toEqual([3, 4, 5, 7]);
    await young.close();
  });

  test("twice is the same as once", async () => {
    await importBoards(rig.importing, rig.order(vichanSource(dump), { media }));
    const once = await everything();
    const again = await importBoards(rig.importing, rig.order(vichanSource(dump), { media }));
    expect(again.boards.map(({ posts, known }) => [posts, known])).toEqual([
      [0, 4],
      [0, 1],
    ]);
    expect([again.bans, again.reports, again.invited.length]).toEqual([0, 0, 0]);
    expect(await everything()).toBe(once);
  });

  test("a run that is cut off is gone on with, wherever it was", async () => {
    const whole = await moveRig();
    await importBoards(whole.importing, whole.order(vichanSource(dump), { media }));
    const wanted = JSON.stringify(await pagesOf(whole));
    await whole.close();
    const cuts = await cutAtEach(rig, (context) =>
      importBoards(context, rig.order(vichanSource(dump), { media })),
    );
    expect(cuts).toBeGreaterThan(5);
    expect(JSON.stringify(await pagesOf(rig))).toBe(wanted);
  });

  test("a dry run takes nothing and says the same", async () => {
    const before = await everything();
    const order = rig.order(vichanSource(dump), { media, dryRun: true });
    const result = await importBoards(rig.importing, order);
    expect(result.boards[0]).toMatchObject({ threads: 2, posts: 4, files: 1 });
    expect(await everything()).toBe(before);
    expect(rig.refused).toHaveLength(6);
  });

  test("a board that is here already is not touched; another address solves it", async () => {
    await importBoards(rig.importing, rig.order(vichanSource(dump), { boards: ["tea"] }));
    const other = { boards: ["b", "tea"], name: "another site" };
    await importBoards(rig.importing, rig.order(vichanSource(dump), other));
    expect(rig.refused.some(({ reason }) => reason.includes("another board at /tea/"))).toBe(true);
    const third = {
      name: "third",
      rename: new Map([
        ["tea", "tea2"],
        ["b", "b2"],
      ]),
    };
    await importBoards(rig.importing, rig.order(vichanSource(dump), third));
    const { replies } = await read("b2", 3);
    expect(replies[0]?.html).toContain('href="/tea2/thread/7#p7"');
  });

  test("gzipped and in another character set", async () => {
    const text = VICHAN_DUMP.replace("utf8mb4 */;", "latin1 */;").replace(
      "Leaves",
      "Blätter für Thé",
    );
    writeFileSync(dump, gzipSync(Buffer.from(text, "latin1")));
    await importBoards(rig.importing, rig.order(vichanSource(dump), { boards: ["tea"] }));
    expect((await read("tea", 7)).opening.text).toBe("Blätter für Thé");
  });

  test("as phpMyAdmin exports it", async () => {
    writeFileSync(dump, PHPMYADMIN_DUMP);
    const result = await importBoards(rig.importing, rig.order(vichanSource(dump)));
    expect(result.boards).toMatchObject([{ to: "b", threads: 1, posts: 2 }]);
    const { opening, replies, board } = await read("b", 3);
    expect(opening).toMatchObject({ subject: "It's a kettle; really", text: "Thé 🍵\n>quoted" });
    expect(replies[0]?.text).toBe("a \\ and a 'quote'");
    // It counts behind the rows.
    expect(board.lastNo).toBe(11);
    expect(result.bans).toBe(1);
  });

  test("of all databases is read, unless two of them hold boards", async () => {
    const system = "CREATE TABLE `help` (\n  `id` int\n);\nINSERT INTO `help` VALUES (1);\n";
    const before = `USE \`mysql\`;\n${system}USE \`old site\`;\n${VICHAN_DUMP}`;
    writeFileSync(dump, before);
    const result = await importBoards(rig.importing, rig.order(vichanSource(dump)));
    expect(result.boards.map(({ to }) => to)).toEqual(["b", "tea"]);
    expect(rig.refused.some(({ table }) => table === "help")).toBe(false);
    writeFileSync(dump, `${before}\nUSE other;\n${VICHAN_DUMP}`);
    const work = importBoards(rig.importing, rig.order(vichanSource(dump)));
    expect(await faultOf(work)).toContain("two databases, old site and other");
  });

  test("that is none is said to be none", async () => {
    for (const text of ["", "what is this?", '<?xml version="1.0"?>\n<mysqldump></mysqldump>']) {
      writeFileSync(dump, text);
      const work = importBoards(rig.importing, rig.order(vichanSource(dump)));
      expect(await faultOf(work)).toContain("no SQL dump");
    }
  });

  test("of bytes that are not what it calls them is read as what they are", async () => {
    const tea = (words: Uint8Array): Buffer => {
      const [head = "", tail = ""] = VICHAN_DUMP.split("Leaves");
      return Buffer.concat([Buffer.from(head), words, Buffer.from(tail)]);
    };
    const as = (charset: string, bytes: Buffer): Buffer =>
      Buffer.from(
        bytes.toString("latin1").replace("/*!40101 SET NAMES utf8mb4 */;", charset),
        "latin1",
      );
    const named = "/*!40101 SET NAMES latin1 */;";
    for (const [name, bytes, wanted] of [
      // --compatible writes latin1 and does not say so.
      ["unnamed", as("", tea(Buffer.from("Thé à côté", "latin1"))), "Thé à côté"],
      ["utf8", as("", tea(Buffer.from("Thé 茶"))), "Thé 茶"],
      // UTF-8 that an old site sent through a latin1 connection.
      ["twice", as(named, tea(Buffer.from("Thé 茶💖"))), "Thé 茶💖"],
      ["latin1", as(named, tea(Buffer.from("Thé à côté", "latin1"))), "Thé à côté"],
      ["cut", tea(Buffer.from("Thé 💖").subarray(0, 8)), "Thé \ufffd"],
    ] as const) {
      writeFileSync(dump, bytes);
      const more = { name, boards: ["tea"], rename: new Map([["tea", name]]) };
      await importBoards(rig.importing, rig.order(vichanSource(dump), more));
      expect([name, (await read(name, 7)).opening.text]).toEqual([name, wanted]);
    }
  });
});

/** What readers see, without the numbers of the whole installation. */
async function pagesOf({ importing: { store } }: MoveRig) {
  const context = { store, previews: new Previews() };
  const pages = [];
  for (const uri of ["b", "tea"]) {
    const { threads } = await readCatalog(context, uri);
    for (const { thread } of threads) {
      const { opening, replies } = await readThread(context, uri, thread.no);
      const { version: _, changedAt: __, ...shown } = thread;
      pages.push(
        shown,
        ...[opening, ...replies].map(({ id: ___, version: ____, ...post }) => post),
      );
    }
  }
  return pages;
}
