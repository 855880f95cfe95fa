import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { systemClock } from "@egide/std/clock.ts";
import sharp from "sharp";
import { type BoardApp, startBoard } from "#app.ts";
import { appoint } from "#moderation/service/staff.ts";
import { act } from "#moderation/service/act.ts";
import { takeReport } from "#moderation/service/report.ts";
import { readArchive, writeArchive } from "#move/export/archive.ts";
import { type Manifest, MANIFEST } from "#move/export/manifest.ts";
import { restore } from "#move/export/restore.ts";
import { EXPORTED } from "#move/export/tables.ts";
import { tarEntry, tarEnd } from "#move/export/tar.ts";
import { exportEntries } from "#move/export/write.ts";
import { importBoards } from "#move/run/import.ts";
import { vichanSource } from "#move/source/vichan.ts";
import { faultOf, type MoveRig, moveRig } from "#move/testing/rig.ts";
import { VICHAN_DUMP } from "#move/testing/vichan-dump.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { boardByUri } from "#store/boards.ts";
import type { Board } from "#thread/model.ts";
import { createBoard } from "#thread/boards.ts";
import { draftOf } from "#thread/testing/rig.ts";
import { post } from "#thread/posting/post.ts";

const SECRET = new Uint8Array(32).fill(9);
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function stand(database?: string, filled = false): Promise<MoveRig> {
  const rig = await moveRig(database);
  closing.push(() => rig.close());
  if (!filled) return rig;
  const dump = join(rig.folder, "dump.sql");
  writeFileSync(dump, VICHAN_DUMP);
  await importBoards(rig.importing, rig.order(vichanSource(dump)));
  return rig;
}

/** The whole application over the records and files of a rig. */
async function serve(rig: MoveRig, database: string): Promise<BoardApp> {
  let stopped = false;
  const app = await startBoard({
    database,
    media: join(rig.folder, "media"),
    secret: SECRET,
    settings: instanceSettingsSchema.parse({ url: "http://board.test", addressHours: 24 }),
    origins: ["http://board.test"],
    trusted: new CidrSet([]),
    clock: systemClock,
    edge: null,
    report: (error) => {
      throw error;
    },
  });
  const stop = async (): Promise<void> => {
    if (!stopped) await app.stop();
    stopped = true;
  };
  closing.push(stop);
  return { ...app, stop };
}

const get = async (app: BoardApp, path: string): Promise<Response> =>
  await app.fetch(new Request(`http://board.test${path}`), "192.0.2.1");

/** Everything that anybody can read, as it is answered. */
async function everyPage(app: BoardApp): Promise<Record<string, unknown>> {
  const pages: Record<string, unknown> = {};
  const take = async (path: string): Promise<unknown> => {
    const response = await get(app, path);
    pages[path] = response.status === 200 ? await response.json() : response.status;
    return pages[path];
  };
  const { boards } = (await take("/boards.json")) as { boards: { board: string }[] };
  for (const { board } of boards) {
    await take(`/${board}/catalog.json`);
    await take(`/${board}/1.json`);
    const live = (await take(`/${board}/threads.json`)) as { threads: { no: number }[] }[];
    const ended = (await take(`/${board}/archive.json`)) as number[];
    const numbers = [...live.flatMap(({ threads }) => threads.map(({ no }) => no)), ...ended];
    for (const no of numbers) {
      const thread = (await take(`/${board}/thread/${no}.json`)) as {
        posts: { tim?: number; ext?: string }[];
      };
      for (const { tim, ext } of thread.posts) {
        if (tim === undefined) continue;
        const file = await get(app, `/${board}/${tim}${ext}`);
        const to = file.headers.get("location");
        const found = to === null ? file : await get(app, to);
        const bytes = await found.bytes();
        pages[`${board}/${tim}`] = [found.status, createHash("md5").update(bytes).digest("hex")];
      }
    }
  }
  // A restored post is as old as it was: nothing is known of when a cache may ask again.
  await take("/webring.json");
  return pages;
}

/** Posts of our own beside imported ones: an answer, dice, a file, a removal, an archived thread. */
async function fill(app: BoardApp): Promise<void> {
  const { threads } = app.site;
  await createBoard(threads, {
    uri: "own",
    title: "Own",
    subtitle: "",
    ownerId: null,
    staff: true,
  });
  const staff = { staffId: "x", capcode: null };
  const bytes = await sharp({
    create: { width: 9, height: 7, channels: 3, background: "#963" },
  })
    .png()
    .toBuffer();
  const take = async () => [
    await app.site.takeFile(
      { bytes: new Uint8Array(bytes), filename: "a.png", spoiler: true },
      (await boardByUri(threads.store.kysely, "own")) as Board,
    ),
  ];
  const said = (text: string, threadNo: number | null = null) => ({
    ...draftOf("own", { text, threadNo }),
    staff,
  });
  const first = await post(threads, said("##2d6 and words that are found"), { count: 1, take });
  await post(threads, said(">>1\n>>>/b/3", first.no));
  const bad = await post(threads, said("unwanted", first.no), { count: 1, take });
  const kysely = threads.store.kysely;
  const old = await post(threads, said("of long ago"));
  await kysely
    .updateTable("thread")
    .set({ archivedAt: Math.floor(Date.now() / 1000) * 1000 })
    .where("no", "=", old.no)
    .where("boardId", "=", 3)
    .execute();
  const person = await app.accounts.create("gardener", "a long enough password");
  const grant = { role: "admin", boardId: null } as const;
  await appoint(app.moderation, null, { accountId: person.id, name: "gardener", grant });
  const actor = { id: person.id, name: "gardener", grants: [grant] };
  await takeReport(app.moderation, {
    postId: bad.postId,
    category: "spam",
    text: "no",
    source: "visitor",
    sessionHash: "session",
  });
  await act(app.moderation, actor, {
    postId: bad.postId,
    measures: [{ kind: "remove" }, { kind: "ban", scope: "board", target: "address" }],
    rule: "0:spam",
    reason: "Unwanted",
    endsAt: null,
  });
}

onEachEngine("an export of everything", (fresh) => {
  test("comes back the same on the other engine, with its secrets", async () => {
    const database = await fresh();
    const from = await stand(database, true);
    const app = await serve(from, database);
    await fill(app);
    const before = await everyPage(app);
    expect(Object.keys(before).length).toBeGreaterThan(15);
    const path = join(from.folder, "all.tar");
    const order = { boardId: null, secrets: from.sealing };
    await writeArchive(path, exportEntries(from.exporting, order), Date.now());
    await app.stop();
    expect(existsSync(`${path}.part`)).toBe(false);

    const to = await stand();
    const restored = await restore(to.restoring, path);
    expect(restored.invited).toEqual([]);
    const again = await serve(to, `sqlite:${join(to.folder, "board.db")}`);
    expect(await everyPage(again)).toEqual(before);
    // The same people, and numbers go on.
    expect((await again.accounts.find("gardener"))?.username).toBe("gardener");
    const next = await post(again.site.threads, {
      ...draftOf("own"),
      staff: { staffId: "x", capcode: null },
    });
    expect(next.no).toBe(5);
    const bans = await to.importing.store.kysely.selectFrom("ban").select("hash").execute();
    expect(bans.some(({ hash }) => hash === "address")).toBe(true);
    await again.stop();
  }, 60_000);

  test("goes into this engine from the other, without its secrets", async () => {
    const from = await stand(undefined, true);
    const app = await serve(from, `sqlite:${join(from.folder, "board.db")}`);
    await fill(app);
    const before = await everyPage(app);
    const path = join(from.folder, "all");
    const order = { boardId: null, secrets: null };
    await writeArchive(path, exportEntries(from.exporting, order), Date.now());
    await app.stop();
    const database = await fresh();
    const to = await stand(database);
    const restored = await restore(to.restoring, path);
    expect(restored.invited.map(({ name, role }) => [name, role])).toEqual([["gardener", "admin"]]);
    const again = await serve(to, database);
    expect(await everyPage(again)).toEqual(before);
    const { kysely } = to.importing.store;
    const staff = { staffId: "x", capcode: null };
    expect((await post(again.site.threads, { ...draftOf("own"), staff })).no).toBe(5);
    const page = await get(again, "/search?q=found&board=own");
    expect(await page.text()).toContain("words that are");
    const posts = await kysely.selectFrom("post").selectAll().where("no", "<", 5).execute();
    expect(posts.every((row) => row.sessionHash === null && row.addressHash === null)).toBe(true);
    const log = await kysely.selectFrom("staff_log").select("seq").execute();
    expect(log.length).toBeGreaterThan(2);
    await again.stop();
  }, 60_000);
});

describe("an export", () => {
  async function archived(order: {
    boardId: number | null;
  }): Promise<{ rig: MoveRig; path: string }> {
    const rig = await stand(undefined, true);
    const app = await serve(rig, `sqlite:${join(rig.folder, "board.db")}`);
    await fill(app);
    await app.stop();
    const path = join(rig.folder, "one.tar");
    await writeArchive(path, exportEntries(rig.exporting, { ...order, secrets: null }), 0);
    return { rig, path };
  }

  async function contentOf(path: string): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for await (const { name, bytes } of readArchive(path)) {
      files.set(name, Buffer.from(bytes).toString("latin1"));
    }
    return files;
  }

  test("of one board holds nothing of others, and nobody’s traces", async () => {
    const { rig, path } = await archived({ boardId: 3 });
    const files = await contentOf(path);
    const manifest = JSON.parse(files.get(MANIFEST) ?? "") as Manifest;
    expect(manifest).toMatchObject({ scope: "board", secrets: false });
    expect(Object.keys(manifest.tables).sort()).toEqual(
      "act board filter media old_file post post_media quote rule_set thread".split(" "),
    );
    const rows = [...files].filter(([name]) => name.startsWith("tables/"));
    for (const [name, text] of rows) {
      for (const line of text.split("\n").filter((one) => one !== "")) {
        const row = JSON.parse(line) as Record<string, unknown>;
        // The site's rules come along: lines of the log name them.
        const of = name.startsWith("tables/rule_set/") && row["boardId"] === 0 ? 0 : 3;
        if ("boardId" in row) expect([name, row["boardId"]]).toEqual([name, of]);
        for (const trace of ["sessionHash", "addressHash", "prefixHash", "deletion", "ownerId"]) {
          expect(row[trace] ?? null).toBeNull();
        }
      }
    }
    expect(rows.map(([, text]) => text).join("")).not.toContain("unwanted");
    const { rows: posts } = manifest.tables["post"] as { rows: number };
    expect(posts).toBe(3);
    // The file of the post that stands is the one of the removed post, too: one content.
    expect(manifest.media.files).toBe(2);
    expect(await faultOf(restore(rig.restoring, path))).toContain("one board");
  }, 30_000);

  test("of everything names every table there is, but those it says it leaves", async () => {
    const rig = await stand();
    const tables: string[] = [];
    const snapshot = await rig.importing.store.snapshot();
    for await (const row of snapshot.rows("select name from sqlite_schema where type = 'table'")) {
      tables.push(row["name"] as string);
    }
    await snapshot.close();
    const left =
      /^(?:sqlite_|migration|outbox|live_event|post_search|person_session|person_verification|person_attempt|limit_use|rateLimit)/;
    const known = new Set<string>(EXPORTED.map(({ name }) => name));
    expect(tables.filter((name) => !known.has(name) && !left.test(name))).toEqual([]);
  });

  test("is one moment, whatever is posted meanwhile", async () => {
    const rig = await stand(undefined, true);
    const entries = exportEntries(rig.exporting, { boardId: null, secrets: null });
    const files = new Map<string, string>();
    for await (const { name, bytes } of entries) {
      files.set(name, Buffer.from(bytes).toString());
      const { kysely } = rig.importing.store;
      await kysely.updateTable("post").set({ text: "later" }).execute();
    }
    expect(files.get("tables/post/000001.jsonl")).toContain("First line");
    expect(files.get("tables/post/000001.jsonl")).not.toContain("later");
  });

  test("that was cut off or changed is refused, and nothing of it is taken", async () => {
    const { path } = await archived({ boardId: null });
    const whole = readFileSync(path);
    const entries: { name: string; bytes: Uint8Array }[] = [];
    for await (const entry of readArchive(path))
      entries.push({ ...entry, bytes: new Uint8Array(entry.bytes) });
    const packed = (list: typeof entries): Buffer =>
      Buffer.concat([...list.flatMap((entry) => tarEntry(entry, 0)), tarEnd()]);
    const without = (name: string) => entries.filter((entry) => entry.name !== name);
    const spoilt = entries.map((entry) =>
      entry.name === "tables/post/000001.jsonl" ? { ...entry, bytes: Buffer.from("{}\n") } : entry,
    );
    const to = await stand();
    const broken = join(to.folder, "broken.tar");
    for (const [bytes, what] of [
      [whole.subarray(0, whole.length - 600), "ends in the middle"],
      [whole.subarray(0, 5000), "ends in the middle"],
      [Buffer.from("not an archive at all".repeat(60)), "no tar archive"],
      [packed(without(MANIFEST)), "no manifest"],
      [packed(without("tables/thread/000001.jsonl")), "is missing"],
      [packed(spoilt), "not what the manifest says"],
      [packed([...entries, { name: "files/x", bytes: new Uint8Array(3) }]), "not in the manifest"],
    ] as const) {
      writeFileSync(broken, bytes);
      expect(await faultOf(restore(to.restoring, broken))).toContain(what);
    }
    const { kysely } = to.importing.store;
    expect(await kysely.selectFrom("board").selectAll().execute()).toEqual([]);
    expect(await kysely.selectFrom("post").selectAll().execute()).toEqual([]);
    await restore(to.restoring, path);
    expect(await faultOf(restore(to.restoring, path))).toContain("empty one");
  }, 30_000);
});
