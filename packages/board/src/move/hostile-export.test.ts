import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Contents } from "#move/export/contents.ts";
import { type Manifest, MANIFEST } from "#move/export/manifest.ts";
import { tarEnd, tarEntry } from "#move/export/tar.ts";
import { importBoards } from "#move/run/import.ts";
import { egideSource } from "#move/source/egide.ts";
import { contentOf, exportBoard, govern, say, threadsOf } from "#move/testing/board.ts";
import { type MoveRig, moveRig } from "#move/testing/rig.ts";
import { boardByUri } from "#store/boards.ts";
import type { Board } from "#thread/model.ts";
import { createBoard } from "#thread/boards.ts";
import { Previews } from "#thread/previews.ts";
import { readThread } from "#thread/read.ts";

/* Exports that somebody made up: each is refused in clear words, or comes in as harmless as a post. */

type Row = Record<string, unknown>;

let from: MoveRig;
let to: MoveRig;
let honest: Awaited<ReturnType<typeof contentOf>>;

beforeAll(async () => {
  from = await moveRig();
  const named = { uri: "tea", title: "Tea", subtitle: "", ownerId: null, staff: true };
  await createBoard(threadsOf(from), named);
  const { id } = (await boardByUri(from.importing.store.kysely, "tea")) as Board;
  await say(from, { subject: "First", text: "words" });
  await say(from, { threadNo: 1, text: ">>1" });
  await govern(from, id);
  honest = await contentOf(await exportBoard(from, id, "tea.tar"));
  to = await moveRig();
}, 60_000);
afterAll(async () => {
  await from.close();
  await to.close();
});

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const described = (name: string, bytes: Uint8Array) => ({
  name,
  bytes: bytes.length,
  sha256: sha256(bytes),
});

interface Packed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An export with other rows and files, and a manifest that tells of just those. */
function packed(
  change: (tables: Map<string, (Row | string)[]>) => void = () => undefined,
  media: readonly Packed[] = [],
): readonly Packed[] {
  const tables = new Map<string, (Row | string)[]>(
    [...honest.tables].map(([name, rows]) => [name, rows.map((row) => ({ ...row }))]),
  );
  change(tables);
  const files: Packed[] = [];
  const listed: Record<string, unknown> = {};
  for (const [table, rows] of tables) {
    const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    const name = `tables/${table}/000001.jsonl`;
    files.push({ name, bytes });
    listed[table] = { rows: rows.length, files: [described(name, bytes)] };
  }
  const list = Buffer.from(
    media.map(({ name, bytes }) => `${JSON.stringify(described(name, bytes))}\n`).join(""),
  );
  const own = JSON.parse(Buffer.from(honest.files.get(MANIFEST) as Uint8Array).toString());
  const manifest = {
    ...(own as Manifest),
    tables: listed,
    media: {
      files: media.length,
      bytes: 0,
      lists: media.length === 0 ? [] : [described("lists/000001.jsonl", list)],
    },
  };
  const lists = media.length === 0 ? [] : [{ name: "lists/000001.jsonl", bytes: list }];
  const last = { name: MANIFEST, bytes: Buffer.from(JSON.stringify(manifest)) };
  return [...files, ...media, ...lists, last];
}

const tarOf = (entries: readonly Packed[]): Buffer =>
  Buffer.concat([...entries.flatMap((entry) => tarEntry(entry, 0)), tarEnd()]);

let made = 0;

/** What comes of it: why it is refused as a whole, or what is refused of it. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const path = join(to.folder, `hostile-${++made}.tar`);
  writeFileSync(path, bytes);
  return outcomeOf(path);
}

async function outcomeOf(path: string): Promise<string> {
  to.refused.length = 0;
  try {
    const source = await egideSource(await Contents.open(path), null);
    const uri = `b${++made}`;
    await importBoards(
      to.importing,
      to.order(source, { name: uri, rename: new Map([["tea", uri]]) }),
    );
  } catch (error) {
    return (error as Error).message;
  }
  return to.refused.map(({ table, row, reason }) => `${table} ${row}: ${reason}`).join("\n");
}

/** A header as somebody else's program writes it, with its sum put right. */
function header(entry: Packed, change: (block: Buffer) => void): Buffer {
  const [head, ...rest] = tarEntry(entry, 0);
  const block = Buffer.from(head as Uint8Array);
  change(block);
  block.write("        ", 148, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return Buffer.concat([block, ...rest]);
}

describe("an archive that is none of ours", () => {
  test("is refused as a whole, in clear words", async () => {
    const good = packed();
    const whole = tarOf(good);
    const note = { name: "files/note", bytes: Buffer.from("x") };
    const manifest = good.at(-1) as Packed;
    const changed = (text: string, other: string): Packed => ({
      ...manifest,
      bytes: Buffer.from(Buffer.from(manifest.bytes).toString().replace(text, other)),
    });
    const rest = good.slice(0, -1);
    const big = header(note, (block) => block.write("77777777777", 124, "latin1"));
    for (const [bytes, words] of [
      [Buffer.alloc(0), "it ends in the middle"],
      [Buffer.from("<html>".repeat(200)), "it is no tar archive"],
      [gzipSync(whole), "it is compressed"],
      [whole.subarray(0, whole.length - 1024), "it ends in the middle"],
      [Buffer.concat([whole, Buffer.alloc(512, 1)]), "something stands behind its end"],
      [
        Buffer.concat([header(note, (block) => block.write("2", 156)), whole]),
        "it holds a link, or something else that is no file",
      ],
      [
        Buffer.concat([header(note, (block) => block.write("1", 156)), whole]),
        "it holds a link, or something else that is no file",
      ],
      [
        Buffer.concat([header(note, (block) => block.write("3", 156)), whole]),
        "it holds a link, or something else that is no file",
      ],
      [Buffer.concat([big, whole]), "a file in it is larger than any of an export"],
      [tarOf([note, ...good]), "files/note is not in the manifest"],
      [
        tarOf([{ ...note, name: "../../etc/cron.d/x" }, ...good]),
        "../../etc/cron.d/x is not in the manifest",
      ],
      [tarOf([good[0] as Packed, ...good]), "is there twice"],
      [tarOf([...good, manifest]), "it has two manifests"],
      [tarOf(rest), "it has no manifest"],
      [tarOf([...rest, { ...manifest, bytes: Buffer.from("{") }]), "its manifest is no JSON"],
      [tarOf([...rest, { ...manifest, bytes: Buffer.from("[]") }]), "its manifest is of another"],
      [
        tarOf([...rest, changed('"version":1', '"version":99')]),
        "its manifest is of another version",
      ],
      [
        tarOf([...rest, changed("tables/post/000001.jsonl", "tables/../../x")]),
        "its manifest is of another version, or damaged",
      ],
      [
        tarOf([...rest, changed("tables/post/000001.jsonl", "tables/post/000002.jsonl")]),
        "tables/post/000002.jsonl is missing",
      ],
      [
        tarOf(packed().map((one, at) => (at === 0 ? { ...one, bytes: Buffer.from("{}\n") } : one))),
        "is not what the manifest says",
      ],
      [tarOf([...rest, changed('"board"', '"instance"')]), "egide board import egide"],
    ] as const) {
      expect([words, await outcome(bytes)]).toEqual([words, expect.stringContaining(words)]);
    }
    expect(await outcome(whole)).toBe("");
  });

  test("as a folder leads nowhere else", async () => {
    const place = (folder: string, entries: readonly Packed[]): void => {
      for (const { name, bytes } of entries) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
    };
    const linked = join(to.folder, "linked");
    place(linked, packed());
    symlinkSync("/etc/passwd", join(linked, "tables/post/000002.jsonl"));
    expect(await outcomeOf(linked)).toContain("000002.jsonl is no file of its own");
    const around = join(to.folder, "around");
    place(around, packed());
    symlinkSync("/etc", join(around, "files"));
    expect(await outcomeOf(around)).toContain("files is no file of its own");
  });

  test("without one board in it is refused", async () => {
    const board = (change: (rows: (Row | string)[]) => void) =>
      outcome(tarOf(packed((tables) => change(tables.get("board") as (Row | string)[]))));
    expect(await board((rows) => rows.splice(0))).toContain("it does not hold one board");
    expect(await board((rows) => rows.push({ ...(rows[0] as Row) }))).toContain("one board");
    expect(await board((rows) => rows.splice(0, 1, "{"))).toContain("a row that is no JSON");
    expect(await board((rows) => rows.splice(0, 1, { id: "x" }))).toContain("its board: ✖");
    const late = (rows: (Row | string)[]) => {
      Object.assign(rows[0] as Row, { createdAt: Number.MAX_SAFE_INTEGER });
    };
    expect(await board(late)).toContain("its board began at no time");
  });
});

describe("rows that somebody made up", () => {
  const post = { no: 3, threadNo: 1, createdAt: 1_710_000_100_000, name: "", trip: null };
  const whole: Row = {
    ...post,
    capcode: null,
    subject: "",
    sage: 0,
    text: "made up",
    posterId: null,
    country: null,
    editedAt: null,
    files: "[]",
    dice: "[]",
  };
  const withPosts = (...rows: readonly (Row | string)[]) =>
    outcome(tarOf(packed((tables) => (tables.get("post") as (Row | string)[]).push(...rows))));

  test("are listed, and the rest comes along", async () => {
    for (const [row, words] of [
      ["{", "a row that is no JSON"],
      ["[".repeat(200_000), "a row that is no JSON"],
      [`"${"x".repeat(1_100_000)}"`, "a row far too large"],
      ["null", "expected object"],
      ["7", "expected object"],
      [{ ...whole, no: 1e308 }, "its number is none"],
      [{ ...whole, no: -1 }, "its number is none"],
      [{ ...whole, no: "3; drop table post" }, "its number is none"],
      [{ ...whole, no: 2 ** 53 }, "its number is none"],
      [{ ...whole, threadNo: 99 }, "its thread, 99, is not there"],
      [{ ...whole, no: 99, threadNo: 99 }, "its thread has no row"],
      [{ ...whole, createdAt: 1e15 }, "it has no time"],
      [{ ...whole, sage: 2 }, "sage"],
      [{ ...whole, text: null }, "text"],
      [{ ...whole, text: "x".repeat(200_001) }, "text"],
      [{ ...whole, files: "{" }, "no JSON"],
      [{ ...whole, files: JSON.stringify(Array.from({ length: 21 }, () => ({}))) }, "files"],
      [{ ...whole, files: '[{"sha256":"../../x","kind":"png"}]' }, "files"],
      [{ ...whole, dice: JSON.stringify([Array(1001).fill(1)]) }, "dice"],
      [
        {
          ...whole,
          files: JSON.stringify([
            { sha256: "a".repeat(64), kind: "png", filename: "x", spoiler: false, state: "stored" },
          ]),
        },
        `there is no file files/${"a".repeat(64)}.png`,
      ],
    ] as const) {
      expect([words, await withPosts(row)]).toEqual([words, expect.stringContaining(words)]);
      const [{ count } = { count: 0 }] = await to.importing.store.kysely
        .selectFrom("post")
        .innerJoin("board", "board.id", "post.boardId")
        .select((rows) => rows.fn.countAll<number>().as("count"))
        .where("board.uri", "=", `b${made}`)
        .execute();
      expect([words, count]).toEqual([words, words.startsWith("there is no file") ? 3 : 2]);
    }
  }, 60_000);

  test("become text, whatever markup they bring, and show no dice that nobody rolled", async () => {
    const evil = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    const row: Row = {
      ...whole,
      text: `${evil} ##2d6 javascript:alert(1)`,
      name: evil,
      subject: evil,
      trip: evil,
      capcode: `${evil}\u0000\u202e`,
      posterId: '"><svg onload=alert(1)>',
      country: "<b",
      html: evil,
      backlinks: `[{"board":"${"x".repeat(30)}","threadNo":1,"no":1}]`,
      dice: "[[6,9000000]]",
    };
    expect(await withPosts(row)).toBe("");
    const context = { store: to.importing.store, previews: new Previews() };
    const { replies } = await readThread(context, `b${made}`, 1);
    const [, found] = replies;
    expect(found?.html).toContain("&lt;script&gt;");
    expect(found?.html).not.toContain("<script");
    expect(found?.html).not.toContain("9000000");
    expect(found?.backlinks).toEqual([]);
    expect([found?.country, found?.posterId?.length]).toEqual([null, 16]);
  });

  test("of filters, rules, the log and the board hold what ours may hold", async () => {
    const changed = (table: string, change: Row) =>
      outcome(
        tarOf(
          packed((tables) => {
            Object.assign(tables.get(table)?.[0] as Row, change);
          }),
        ),
      );
    for (const [table, change, words] of [
      ["filter", { pattern: "(" }, "filter"],
      ["filter", { kind: "eval" }, "kind"],
      ["filter", { fields: '["password"]' }, "fields"],
      ["filter", { pattern: "" }, "filter"],
      ["rule_set", { boardId: 77 }, "rules of another board"],
      ["rule_set", { rules: "[{}]" }, "rules"],
      ["rule_set", { version: 1e9 }, "version"],
      ["act", { id: "secret" }, "id"],
      ["act", { kind: "promote" }, "kind"],
      ["act", { at: "yesterday" }, "it has no time"],
      ["board", { settings: '{"textMost":1e9}' }, "settings that can’t be read"],
      ["board", { uri: "../x" }, "addresses of boards have"],
      ["thread", { no: {} }, "a thread that can’t be read"],
    ] as const) {
      const came = await changed(table, change);
      expect([table, words, came]).toEqual([table, words, expect.stringContaining(words)]);
    }
  }, 60_000);
});

describe("files that somebody made up", () => {
  const named = (bytes: Uint8Array, kind: string, name = `files/${sha256(bytes)}.${kind}`) => ({
    name,
    bytes,
  });
  const shown = (hash: string, kind: string) =>
    JSON.stringify([{ sha256: hash, kind, filename: "a.png", spoiler: false, state: "stored" }]);

  test("are refused as uploads are", async () => {
    const html = Buffer.from("<html><script>alert(1)</script></html>");
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    for (const bytes of [html, svg, Buffer.from("MZ\u0090"), Buffer.alloc(0)]) {
      const came = await outcome(
        tarOf(
          packed(
            (tables) => {
              Object.assign(tables.get("post")?.[0] as Row, { files: shown(sha256(bytes), "png") });
            },
            [named(bytes, "png")],
          ),
        ),
      );
      expect(came).toContain("(media.");
    }
    const media = to.importing.store.kysely.selectFrom("media").select("sha256");
    expect(await media.execute()).toEqual([]);
  }, 60_000);
});
