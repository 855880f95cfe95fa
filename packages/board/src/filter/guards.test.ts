import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { rememberRemoved } from "#filter/after.ts";
import { Limits } from "#filter/limits.ts";
import { type OpenFilters, openFilters } from "#filter/open.ts";
import type { NewFilter } from "#filter/row.ts";
import { Screen } from "#filter/screen.ts";
import { filterSettingsSchema } from "#settings/filter.ts";
import { draftFileOf, type Ingested } from "#media/ingest.ts";
import { DEFAULT_MEDIA_POLICY } from "#media/policy.ts";
import { drawing } from "#media/testing/make.ts";
import { testParts } from "#media/testing/parts.ts";
import {
  addFilter,
  addHashList,
  forgetRemovedText,
  mergeEntries,
  removeFilter,
} from "#store/lists.ts";
import { draftOf, type Rig, threadRig } from "#thread/testing/rig.ts";
import { setPostState } from "#thread/visibility.ts";

const files = testParts({ ffmpeg: false });
let filters: OpenFilters;
let rig: Rig;
let board = 0;
let picture: Ingested;

const TEXT =
  "The old gardener carried the green lantern over the narrow bridge, and nobody at the station could say why he did so every morning before the bells rang.";

const MORE =
  "In the evening the painters came down from the hill with their ladders, counted the windows twice, and wrote every number on a slip of paper which they left below the door of the baker, who never read it but kept each one in a blue box.";
const ACT = {
  at: 0,
  staffId: "admin",
  kind: "remove",
  threadNo: 1,
  no: 1,
  ruleId: null,
  ruleBoardId: null,
  ruleVersion: null,
  reason: "",
  endsAt: null,
  state: "in-force",
  stateAt: 0,
  stateBy: null,
  before: "visible",
  after: "removed",
  batch: null,
  sessionHash: null,
  toldAt: null,
} as const;

beforeAll(async () => {
  const guards: Rig["guards"][number][] = [];
  const afterWrite: Rig["afterWrite"][number][] = [];
  rig = await threadRig(`sqlite:${files.root}/board.db`, { guards, afterWrite });
  const { store, clock } = rig;
  const settings = filterSettingsSchema.parse({});
  filters = await openFilters({
    store,
    clock,
    media: files.store,
    secret: new Uint8Array(32),
    limits: new Limits(store, clock, new Uint8Array(32)),
    settings,
  });
  guards.push(...filters.guards);
  afterWrite.push(filters.afterWrite);
  board = await rig.board("b");
  const content = await drawing().png().toBuffer();
  picture = await files.ingest.ingest({ content, filename: "a.png" }, DEFAULT_MEDIA_POLICY);
});
afterAll(async () => {
  await rig.close();
  files.stop();
});

let sessions = 0;
async function write(text: string, withFile = false) {
  const poster = {
    ...draftOf("b").poster,
    sessionHash: `s${++sessions}`,
    prefixHash: `p${sessions}`,
  };
  const sent = rig.write({ text, poster }, withFile ? [draftFileOf(picture, false)] : []);
  return await sent.catch((error: AppError) => ({ state: error.code, postId: 0, error }));
}

async function filter(more: Partial<NewFilter>): Promise<number> {
  const id = await addFilter(rig.store.kysely, {
    boardId: null,
    kind: "word",
    pattern: "kettle",
    fields: [],
    action: "refuse",
    replacement: "",
    message: null,
    createdAt: 0,
    createdBy: "staff",
    ...more,
  });
  await filters.refresh();
  return id;
}

async function queued(postId: number) {
  return await rig.store.kysely
    .selectFrom("queue_item")
    .select(["category", "held"])
    .where("postId", "=", postId)
    .executeTakeFirst();
}

describe("guards of posting", () => {
  test("filters as staff keep them, for the instance and for a board", async () => {
    await filters.refresh();
    expect((await write("a kettle")).state).toBe("visible");
    const id = await filter({});
    expect((await write("a k3ttle")).state).toBe("filter.word");
    expect(await removeFilter(rig.store.kysely, id, board)).toBe(false);
    expect(await removeFilter(rig.store.kysely, id, null)).toBe(true);
    const message = { en: "No kettles here.", fr: "Pas de bouilloires ici." };
    const own = await filter({ boardId: board, message });
    const told = await write("a kettle");
    expect(told).toMatchObject({ state: "filter.own_words", error: { texts: message } });
    await removeFilter(rig.store.kysely, own, board);
    await filter({ boardId: board + 1 });
    expect((await write("a kettle")).state).toBe("visible");
  });

  test("held and flagged posts stand before staff; replaced words are replaced", async () => {
    await filter({ pattern: "teapot", action: "hold" });
    await filter({ pattern: "saucer", action: "flag" });
    await filter({ pattern: "spoon", action: "replace", replacement: "fork" });
    const held = await write("a teapot and a saucer");
    expect(held.state).toBe("held");
    expect(await queued(held.postId)).toEqual({ category: "rule", held: "filter" });
    const flagged = await write("a saucer and a spoon");
    expect(flagged.state).toBe("visible");
    expect(await queued(flagged.postId)).toEqual({ category: "rule", held: null });
    const row = await rig.store.kysely
      .selectFrom("post")
      .select("text")
      .where("id", "=", flagged.postId)
      .executeTakeFirstOrThrow();
    expect(row.text).toBe("a saucer and a fork");
  });

  test("the same long text again, and too many posts at once", async () => {
    expect((await write(`${TEXT} Once more.`)).state).toBe("visible");
    expect((await write(`${TEXT.toUpperCase()} 0nce more!`)).state).toBe("filter.duplicate_text");
    const poster = { ...draftOf("b").poster, sessionHash: "hasty" };
    const sent: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const one = rig.write({ text: `x${i}`, poster });
      sent.push(await one.then(() => "taken").catch((error: AppError) => error.code));
    }
    expect(sent).toEqual(["taken", "taken", "filter.flood", "filter.flood"]);
  });

  test("a text that was removed comes back to staff, not to the board", async () => {
    const post = { postId: 999, boardId: null, subject: "", text: TEXT };
    await rig.store.transaction((trx) => rememberRemoved(trx, post, "terrorism", 0));
    await filters.refresh();
    const back = await write(
      `Look what I found: ${TEXT.replace("green", "gréen").replace("nobody", "no one")}`,
    );
    expect(back.state).toBe("held");
    expect(await queued(back.postId)).toEqual({ category: "terrorism", held: "match" });
    await forgetRemovedText(rig.store.kysely, 999);
    await filters.refresh();
    expect((await write(`Again: ${TEXT.replace("nobody", "no one")}`)).state).toBe("visible");
  });

  test("what a board's own staff removed is held on that board, and is theirs to show", async () => {
    const other = await rig.board("other");
    const post = { postId: 998, boardId: other, subject: "", text: "I think that this is so" };
    await rig.store.transaction((trx) => rememberRemoved(trx, post, "rule", 0));
    await filters.refresh();
    // A common phrase that one owner removes is not taken from everybody else.
    const here = await write("I think that this is so, and you do too.");
    expect(here.state).toBe("visible");
    expect(await queued(here.postId)).toBeUndefined();
    const poster = { ...draftOf("other").poster, sessionHash: "there", prefixHash: "there" };
    const there = await rig.write({ board: "other", text: "I think that this is so.", poster });
    expect(there.state).toBe("held");
    expect(await queued(there.postId)).toEqual({ category: "rule", held: "filter" });
    const found = await rig.store.kysely.selectFrom("detection").select("postId").execute();
    expect(found.map(({ postId }) => postId)).not.toContain(there.postId);
    // What is too long to come by chance is shown to the staff of other boards.
    const long = { postId: 997, boardId: other, subject: "", text: `${TEXT} ${MORE}` };
    await rig.store.transaction((trx) => rememberRemoved(trx, long, "terrorism", 0));
    await filters.refresh();
    const copy = await write(`${TEXT} ${MORE} (a copy)`);
    expect(copy.state).toBe("visible");
    expect(await queued(copy.postId)).toEqual({ category: "terrorism", held: null });
    for (const id of [997, 998]) await forgetRemovedText(rig.store.kysely, id);
    await filters.refresh();
  });

  test("a picture that a board's own staff put away is no other board's loss", async () => {
    const db = rig.store.kysely;
    const other = await rig.board("hostile");
    const content = await drawing(90, 70).png().toBuffer();
    const own = await files.ingest.ingest({ content, filename: "a.png" }, DEFAULT_MEDIA_POLICY);
    const sent = async (uri: string) => {
      const poster = {
        ...draftOf(uri).poster,
        sessionHash: `s${++sessions}`,
        prefixHash: `p${sessions}`,
      };
      rig.clock.advance(700_000);
      return rig.write({ board: uri, text: `picture ${sessions}`, poster }, [
        draftFileOf(own, false),
      ]);
    };
    const first = await sent("hostile");
    await rig.store.transaction((trx) =>
      setPostState(rig.store, trx, first.postId, "removed", rig.clock.now()),
    );
    await db
      .updateTable("media")
      .set({ state: "sealed" })
      .where("sha256", "=", own.sha256)
      .execute();
    const again = await sent("hostile");
    expect([again.state, (await queued(again.postId))?.held]).toEqual(["held", "filter"]);
    // It lies open, being sent again: it is put away once more, though the post waits.
    const sealing = await db.selectFrom("outbox").select("key").execute();
    expect(sealing.map(({ key }) => key)).toContain(`media:posted:${again.postId}`);
    await db.deleteFrom("queue_item").where("postId", "=", again.postId).execute();
    await rig.store.transaction((trx) =>
      setPostState(rig.store, trx, again.postId, "hidden", rig.clock.now()),
    );
    const elsewhere = await sent("b");
    expect(elsewhere.state).toBe("visible");
    // It is shown once the outbox came to it.
    const due = await db.selectFrom("outbox").select("key").execute();
    expect(due.map(({ key }) => key)).toContain(`media:posted:${elsewhere.postId}`);
    // What the site put away stays away everywhere.
    await db
      .insertInto("act")
      .values({ ...ACT, id: "site", boardId: other, postId: first.postId, byInstance: 1 })
      .execute();
    await db
      .updateTable("media")
      .set({ state: "sealed" })
      .where("sha256", "=", own.sha256)
      .execute();
    const held = await sent("b");
    expect([held.state, (await queued(held.postId))?.held]).toEqual(["held", "match"]);
  });

  test("a file on a list is held, sealed and queued in the list's lane; its sender sees nothing", async () => {
    const db = rig.store.kysely;
    const list = { name: "ours", category: "intimate-images", createdAt: 0 };
    const id = await addHashList(db, list);
    const value = picture.fingerprints.md5[0] as string;
    const entry = { signal: "md5", value, tags: [], withdrawn: false } as const;
    expect(await mergeEntries(db, id, [entry, entry], 0)).toBe(1);
    await filters.refresh();
    const held = await write("with a picture", true);
    expect(held.state).toBe("held");
    expect(await queued(held.postId)).toEqual({ category: "intimate-images", held: "match" });
    const media = { sha256: picture.sha256, kind: picture.kind, thumb: false } as const;
    expect(await files.store.open(media)).toBeNull();
    expect(await files.store.openSealed(media)).not.toBeNull();
    const row = await db.selectFrom("media").select("state").executeTakeFirstOrThrow();
    expect(row.state).toBe("sealed");

    // A filter of a board's own, which holds the post as well, hides nothing of that.
    const own = await filter({ boardId: board, pattern: "hold me", action: "hold" });
    const both = await write("hold me with a picture", true);
    await removeFilter(db, own, board);
    expect(await queued(both.postId)).toMatchObject({ held: "match" });
    const found = await db.selectFrom("detection").select("postId").execute();
    expect(found.map(({ postId }) => postId)).toContain(both.postId);

    // Taken off the list, what was sealed stays so until staff decide.
    expect(await mergeEntries(db, id, [{ ...entry, withdrawn: true }], 0)).toBe(0);
    await filters.refresh();
    rig.clock.advance(3_700_000);
    expect((await write("again", true)).state).toBe("held");
  });

  test("lists grow by what is new, and are read anew where something went", async () => {
    const db = rig.store.kysely;
    const screen = new Screen();
    const id = await addHashList(db, { name: "large", category: "spam", createdAt: 0 });
    const entries = Array.from({ length: 2500 }, (_none, i) => ({
      signal: "sha256" as const,
      value: i.toString(16).padStart(64, "0"),
      tags: [],
      withdrawn: false,
    }));
    await mergeEntries(db, id, entries.slice(0, 2000), 0);
    await screen.refresh(db);
    const before = screen.hashes;
    await mergeEntries(db, id, entries.slice(2000), 0);
    await screen.refresh(db);
    expect([screen.hashes === before, screen.hashes.size]).toEqual([true, 2500]);
    await mergeEntries(
      db,
      id,
      entries.slice(0, 10).map((one) => ({ ...one, withdrawn: true })),
      0,
    );
    await screen.refresh(db);
    expect([screen.hashes === before, screen.hashes.size]).toEqual([false, 2490]);
  });
});
