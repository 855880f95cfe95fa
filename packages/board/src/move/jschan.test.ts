import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Binary, type Document, Int32, Long, ObjectId, serialize } from "bson";
import fc from "fast-check";
import sharp from "sharp";
import { BsonArchive } from "#move/dump/bson-archive.ts";
import { BsonDump, type BsonEvent } from "#move/dump/bson.ts";
import type { ImportResult } from "#move/run/context.ts";
import { importBoards } from "#move/run/import.ts";
import { jschanSource } from "#move/source/jschan.ts";
import { faultOf, type MoveRig, moveRig } from "#move/testing/rig.ts";
import { boardByUri } from "#store/boards.ts";
import { Previews } from "#thread/previews.ts";
import { readThread } from "#thread/read.ts";

/* Documents as jschan keeps them, written as mongodump writes them: invented people and words. */

const HASH = "ab".repeat(32);

const BOARDS: readonly Document[] = [
  {
    _id: "tech",
    owner: "ann",
    webring: false,
    sequence_value: 9,
    settings: {
      name: "Technology",
      description: "Kettles and other machines",
      forceAnon: false,
      ids: true,
      defaultName: "Nobody",
      bumpLimit: 500,
      replyLimit: 700,
      maxFiles: 20,
      lockMode: 0,
      unlistedLocal: true,
    },
  },
  { _id: "elsewhere", webring: true, settings: { name: "Of another site" } },
];

function postOf(more: Document): Document {
  return {
    _id: new ObjectId(),
    date: new Date(1_700_000_000_000),
    u: 1_700_000_000_000,
    name: "Nobody",
    country: null,
    board: "tech",
    tripcode: null,
    capcode: null,
    subject: null,
    message: "<b>unused</b>",
    nomarkup: "",
    thread: null,
    password: "a-password-hash",
    email: null,
    spoiler: false,
    banmessage: null,
    userId: null,
    ip: { cloak: "aaa.bbb.ccc.IP", raw: "192.0.2.77", type: 0 },
    files: [],
    reports: [],
    globalreports: [],
    quotes: [],
    backlinks: [],
    ...more,
  };
}

const POSTS: readonly Document[] = [
  postOf({
    postId: 2,
    subject: "Boiling",
    name: "Ann",
    tripcode: "!!abcdefghij",
    capcode: "## Board Owner",
    nomarkup: "''bold'' and **italics**\n||dark||\n[code]a ** b ** ''c''[/code]\n##2%6=7",
    country: { code: "FR", name: "France" },
    userId: "a1b2c3",
    sticky: new Int32(1),
    locked: new Int32(0),
    bumplocked: new Int32(0),
    cyclic: true,
    bumped: new Date(1_700_000_900_000),
    files: [
      { filename: `${HASH}.png`, originalFilename: "my kettle.png", spoiler: true },
      { filename: "../../etc/passwd", originalFilename: "passwd" },
      { originalFilename: "nameless" },
    ],
    reports: [{ id: new ObjectId(), reason: "too hot", date: new Date(), ip: {} }],
    edited: { username: "ann", date: new Date(1_700_000_500_000) },
  }),
  postOf({
    postId: 3,
    thread: 2,
    email: "sage",
    nomarkup: ">>2\nso it is",
    banmessage: "USER WAS WARNED",
  }),
  postOf({
    postId: 4,
    thread: 2,
    nomarkup: null,
    message:
      "<a class='quote' href='/tech/thread/2.html#3'>&gt;&gt;3</a>\n<span class='greentext'>&gt;said &#x3D; done</span>\n<span class='code hljs'><small>language: c</small>\nx &lt; y</span>",
  }),
  postOf({ postId: 5, thread: 1, nomarkup: "to a thread that is gone" }),
  postOf({ postId: "six", nomarkup: "no number" }),
  { _id: new ObjectId(), board: "tech", nonsense: true },
];

const BANS: readonly Document[] = [
  {
    _id: new ObjectId(),
    range: 1,
    ip: { cloak: "aaa.bbb", raw: "192.0.2.77", type: 0 },
    reason: "Steam",
    board: "tech",
    date: new Date(1_700_000_000_000),
    expireAt: new Date(1_800_000_000_000),
    issuer: "ann",
  },
  {
    _id: new ObjectId(),
    range: 0,
    ip: { cloak: "aaa.bbb.ccc", raw: null, type: 2 },
    reason: "Nobody knows who",
    board: null,
    date: new Date(1_700_000_000_000),
    expireAt: new Date(1_800_000_000_000),
    issuer: "ann",
  },
];

const ACCOUNTS: readonly Document[] = [
  {
    _id: "ann",
    passwordHash: "$2b$12$secret",
    permissions: new Binary(new Uint8Array(8)),
    ownedBoards: ["tech"],
    staffBoards: [],
  },
  {
    _id: "ben",
    passwordHash: "$2b$12$secret",
    permissions: new Binary(new Uint8Array(8)),
    ownedBoards: [],
    staffBoards: ["tech"],
  },
  {
    _id: "cat",
    passwordHash: "$2b$12$secret",
    permissions: new Binary(new Uint8Array(8)),
    ownedBoards: [],
    staffBoards: [],
  },
];

const FILTERS: readonly Document[] = [
  { _id: new ObjectId(), board: "tech", filters: ["buy kettles", "cheap", "!!!"], filterMode: 1 },
  { _id: new ObjectId(), board: null, filters: ["off"], filterMode: 0 },
];

const bytesOf = (documents: readonly Document[]): Buffer =>
  Buffer.concat(documents.map((document) => serialize(document)));

let rig: MoveRig;
let dump = "";
let media = "";

beforeEach(async () => {
  rig = await moveRig();
  dump = join(rig.folder, "dump/jschan");
  media = join(rig.folder, "static");
  mkdirSync(dump, { recursive: true });
  mkdirSync(join(media, "file"), { recursive: true });
  const picture = sharp({ create: { width: 5, height: 4, channels: 3, background: "#a33" } });
  writeFileSync(join(media, `file/${HASH}.png`), await picture.png().toBuffer());
  writeFileSync(join(dump, "boards.bson"), bytesOf(BOARDS));
  writeFileSync(join(dump, "posts.bson"), bytesOf(POSTS));
  writeFileSync(join(dump, "bans.bson"), bytesOf(BANS));
  writeFileSync(join(dump, "accounts.bson.gz"), gzipSync(bytesOf(ACCOUNTS)));
  writeFileSync(join(dump, "filters.bson"), bytesOf(FILTERS));
  writeFileSync(join(dump, "news.bson"), bytesOf([{ _id: new ObjectId(), title: "Tea is ready" }]));
  writeFileSync(join(dump, "posts.metadata.json"), "{}");
});

afterEach(() => rig.close());

describe("a jschan dump", () => {
  test("becomes boards with the same numbers, texts and files", async () => {
    // The folder above, as mongodump leaves it.
    const source = await jschanSource(join(rig.folder, "dump"));
    const result = await importBoards(rig.importing, rig.order(source, { media }));
    expect(result.boards).toEqual([
      { from: "tech", to: "tech", threads: 1, posts: 3, known: 0, files: 1, held: 0 },
    ]);
    const { store } = rig.importing;
    const { opening, replies, thread, board } = await readThread(
      { store, previews: new Previews() },
      "tech",
      2,
    );
    expect(board).toMatchObject({ state: "open", listed: false, lastNo: 8, title: "Technology" });
    expect(board.settings).toMatchObject({
      posterIds: true,
      anonymousName: "Nobody",
      bumpLimit: 500,
      filesMost: 10,
    });
    expect(opening).toMatchObject({
      name: "Ann",
      trip: "!!abcdefghij",
      capcode: "Board Owner",
      country: "FR",
      posterId: "a1b2c3",
      editedAt: 1_700_000_500_000,
    });
    expect(opening.text).toBe(
      "'''bold''' and ''italics''\n||dark||\n[code]a ** b ** ''c''[/code]\n##2%6=7",
    );
    expect(opening.files).toMatchObject([{ filename: "my kettle.png", spoiler: true, width: 5 }]);
    expect(thread).toMatchObject({ sticky: true, cyclic: true, replies: 2, media: 1 });
    expect(thread.bumpedAt).toBe(1_700_000_900_000);
    expect(replies[0]).toMatchObject({ no: 3, sage: true });
    expect(replies[0]?.text).toBe(">>2\nso it is\n\n'''(USER WAS WARNED)'''");
    expect(replies[0]?.html).toContain('href="/tech/thread/2#p2"');
    expect(replies[1]?.text).toBe(">>3\n>said = done\n[code]language: c\nx < y[/code]");
  });

  test("what can’t be taken is listed; the rest comes along, once", async () => {
    const source = await jschanSource(dump);
    const result = await importBoards(rig.importing, rig.order(source, { media }));
    expect([result.bans, result.reports, result.filters]).toEqual([1, 1, 2]);
    expect(result.invited.map(({ name, role, board }) => [name, role, board])).toEqual([
      ["ann", "board-owner", "tech"],
      ["ben", "board-moderator", "tech"],
    ]);
    const listed = rig.refused.map(({ table, reason }) => `${table}: ${reason.slice(0, 40)}`);
    expect(listed).toEqual([
      "posts: a file that can’t be read",
      "posts: its thread, 1, is not there",
      "posts: its number is none",
      "posts: ✖ Invalid input: expected date, received",
      "bans: what it goes by is no address (hashed th",
      "filters: What the filter looks for can’t be read,",
      "posts (file): there is no file file/passwd",
    ]);
    const { kysely } = rig.importing.store;
    const ban = await kysely.selectFrom("ban").selectAll().executeTakeFirstOrThrow();
    expect(ban).toMatchObject({
      target: "prefix",
      hash: rig.importing.hash("192.0.2.1")?.prefixHash,
      endsAt: 1_800_000_000_000,
    });
    const again = await importBoards(rig.importing, rig.order(await jschanSource(dump), { media }));
    expect(again.boards[0]).toMatchObject({ posts: 0, known: 3 });
    expect([again.bans, again.reports, again.filters, again.invited.length]).toEqual([0, 0, 0, 0]);
    const rows = await kysely.selectFrom("post").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain("password");
    expect(JSON.stringify(rows)).not.toContain("192.0.2.77");
    expect(await boardByUri(kysely, "elsewhere")).toBeNull();
  });
});

/** As `mongodump --archive` writes it, with parts of collections by turns (mongo-tools 100.10). */
function archiveOf(collections: readonly (readonly [name: string, all: readonly Document[]])[]) {
  const mark = Buffer.from([255, 255, 255, 255]);
  const head = { concurrent_collections: 4, version: "0.1", server_version: "7.0.42" };
  const named = (db: string, collection: string) => ({ db, collection });
  const all = [
    ["otherdb", "posts", [{ a: 1 }]],
    ...collections.map((one) => ["jschan", ...one]),
  ] as [string, string, Document[]][];
  const parts: Buffer[] = [
    Buffer.from([0x6d, 0xe2, 0x99, 0x81]),
    Buffer.from(serialize({ ...head, tool_version: "100.10.0" })),
  ];
  for (const [db, collection] of all) {
    const more = { metadata: '{"indexes":[]}', size: 0, type: "collection" };
    parts.push(Buffer.from(serialize({ ...named(db, collection), ...more })));
  }
  parts.push(mark);
  const part = (db: string, collection: string, EOF: boolean, documents: readonly Document[]) =>
    parts.push(
      Buffer.from(serialize({ ...named(db, collection), EOF, CRC: Long.fromNumber(EOF ? 7 : 0) })),
      bytesOf(documents),
      mark,
    );
  const longest = Math.max(...all.map(([, , documents]) => documents.length));
  for (let at = 0; at <= longest; at += 2) {
    for (const [db, collection, documents] of all) {
      if (at < documents.length) part(db, collection, false, documents.slice(at, at + 2));
    }
  }
  for (const [db, collection] of all) part(db, collection, true, []);
  return Buffer.concat(parts);
}

describe("an archive of mongodump", () => {
  const all = [
    ["posts", POSTS],
    ["news", [{ _id: new ObjectId(), title: "Tea is ready" }]],
    ["boards", BOARDS],
    ["bans", BANS],
    ["accounts", ACCOUNTS],
    ["filters", FILTERS],
  ] as const;

  test("is read like the folder, gzipped or not; another database in it is none of ours", async () => {
    const wanted = await importBoards(
      rig.importing,
      rig.order(await jschanSource(dump), { media }),
    );
    const shown = ({ invited, passed, ...counts }: ImportResult) => ({
      ...counts,
      invited: invited.map(({ name, role }) => [name, role]),
      passed: Object.fromEntries(passed),
    });
    const path = join(rig.folder, "jschan.archive");
    for (const bytes of [archiveOf(all), gzipSync(archiveOf(all))]) {
      writeFileSync(path, bytes);
      const other = await moveRig();
      const order = other.order(await jschanSource(path), { media });
      expect(shown(await importBoards(other.importing, order))).toEqual(shown(wanted));
      await other.close();
    }
  });

  test("that is cut off, or none at all, is said to be", async () => {
    const whole = archiveOf(all);
    const path = join(rig.folder, "cut.archive");
    for (const length of [whole.length - 1, whole.length - 4, 600, 90]) {
      writeFileSync(path, whole.subarray(0, length));
      rig.refused.length = 0;
      await importBoards(rig.importing, rig.order(await jschanSource(path), { name: `${length}` }));
      expect(rig.refused.at(-1)?.reason).toBe("the file ends in the middle");
    }
    writeFileSync(path, "what is this?");
    expect(await faultOf(jschanSource(path))).toContain("neither a folder");
    expect(await faultOf(jschanSource(media))).toContain("neither a folder");
  });

  test("of any bytes neither throws nor hangs", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 50 }),
        (bytes, place, size) => {
          const honest = archiveOf(all);
          const at = place % honest.length;
          const broken = Buffer.concat([honest.subarray(0, at), bytes, honest.subarray(at)]);
          const archive = new BsonArchive((names) => names.has("boards"));
          for (let from = 0; from < broken.length; from += size * 97) {
            archive.push(broken.subarray(from, from + size * 97));
          }
          archive.end();
        },
      ),
    );
  });
});

describe("BSON", () => {
  const read = (bytes: Uint8Array, size: number): readonly BsonEvent[] => {
    const dump = new BsonDump();
    const events: BsonEvent[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      events.push(...dump.push(bytes.slice(at, at + size)));
    }
    return [...events, ...dump.end()];
  };

  test("comes out the same in pieces of any size", () => {
    const document = fc.dictionary(
      fc.string({ maxLength: 5 }).filter((key) => !key.includes("\0")),
      fc.string({ maxLength: 9 }),
      { maxKeys: 4, noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.array(document, { maxLength: 6 }),
        fc.integer({ min: 1, max: 30 }),
        (all, size) => {
          const found = read(bytesOf(all), size).map((event) =>
            event.kind === "document" ? { ...event.document } : event,
          );
          expect(found).toEqual(all);
        },
      ),
    );
  });

  test("bytes that are none neither throw nor hang", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (bytes, size) => {
          const events = read(Buffer.concat([bytesOf([{ a: 1 }]), bytes]), size);
          expect(events[0]?.kind).toBe("document");
          expect(events.length).toBeLessThan(60);
        },
      ),
    );
  });
});
