import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChanThread } from "#api/chan/shape.ts";
import { type SiteRig, siteRig } from "#api/testing/site.ts";
import { sweep } from "#job/housekeeping.ts";
import { setPostState } from "#thread/visibility.ts";
import { boardByUri, changeBoard } from "#store/boards.ts";
import type { MediaState } from "#store/table/media.ts";

const HOUR = 3_600_000;

let rig: SiteRig;
beforeAll(async () => {
  rig = await siteRig({ boardCreation: "open" });
  await rig.board("b");
});
afterAll(() => rig.close());

const bytesOf = (words: string) => new Uint8Array(Buffer.from(words));

/** Posts a picture of these words, as a reply where `to` is given; answers all its addresses. */
async function post(words: string, { board = "b", to }: { board?: string; to?: number } = {}) {
  rig.clock.advance(2000);
  const files = new File([bytesOf(words)], "a.png", { type: "image/png" });
  const target = to === undefined ? {} : { thread: `${to}` };
  const sent = await rig.send(`/${board}/post`, { ...target, subject: words, text: words, files });
  const [, opening, reply] =
    /thread\/(\d+)(?:.*#p(\d+))?/.exec(sent.headers.get("location") ?? "") ?? [];
  const no = Number(reply ?? opening);
  const thread = (await (await rig.ask(`/${board}/thread/${opening}.json`)).json()) as ChanThread;
  const { tim, ext } = thread.posts.find((made) => made.no === no) as ChanThread["posts"][0];
  const row = await rig.store.kysely
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .select(["post.id", "post_media.sha256"])
    .innerJoin("board", "board.id", "post.boardId")
    .where("board.uri", "=", board)
    .where("post.no", "=", no)
    .executeTakeFirstOrThrow();
  return { ...row, no, paths: [`/media/${row.sha256}.png`, `/${board}/${tim}${ext}`] };
}

/** What a refused, broken-off or quiet upload leaves behind: a file in public reach. */
async function leave(words: string): Promise<string> {
  const board = await boardByUri(rig.store.kysely, "b");
  if (board === null) throw new Error("there is no board");
  const sent = { bytes: bytesOf(words), filename: "a.png", spoiler: false };
  return (await rig.site.takeFile(sent, board)).sha256;
}

async function statuses(paths: readonly string[], init: RequestInit = {}) {
  return Promise.all(paths.map(async (path) => (await rig.ask(path, init)).status));
}

const setState = (sha256: string, state: MediaState) =>
  rig.store.kysely.updateTable("media").set({ state }).where("sha256", "=", sha256).execute();

describe("files", () => {
  test("stand at once with their post: whole, in part, and for HEAD", async () => {
    const { paths, sha256 } = await post("picture");
    expect(await statuses(paths)).toEqual([200, 200]);
    expect(await statuses(paths, { method: "HEAD" })).toEqual([200, 200]);
    expect(await statuses(paths, { headers: { range: "bytes=0-2" } })).toEqual([206, 206]);
    expect(await statuses(paths, { headers: { "if-none-match": `"${sha256}"` } })).toEqual([
      304, 304,
    ]);
    expect(await (await rig.ask(paths[0] as string)).text()).toBe("picture");
  });

  test("go with the last post that shows them, before anybody has moved them", async () => {
    const one = await post("shown twice");
    const two = await post("shown twice");
    const hide = (id: number) =>
      rig.store.transaction((trx) => setPostState(rig.store, trx, id, "hidden", 0));
    await hide(one.id);
    expect(await statuses([...one.paths, ...two.paths])).toEqual([200, 404, 200, 200]);
    await hide(two.id);
    const all = [...one.paths, ...two.paths];
    expect(await statuses(all)).toEqual([404, 404, 404, 404]);
    const known = { "if-none-match": `"${one.sha256}"`, range: "bytes=0-1" };
    expect(await statuses(all, { headers: known })).toEqual([404, 404, 404, 404]);
  });

  test("of replies go with their thread, and with their board", async () => {
    await rig.board("x");
    const opening = await post("opens", { board: "x" });
    const reply = await post("replies", { board: "x", to: opening.no });
    const all = [...opening.paths, ...reply.paths];
    const setThread = (state: "visible" | "removed") =>
      rig.store.transaction((trx) => setPostState(rig.store, trx, opening.id, state, 0));
    expect(await statuses(all)).toEqual([200, 200, 200, 200]);
    const event = await setThread("removed");
    expect(event?.media?.toSorted()).toEqual([opening.sha256, reply.sha256].toSorted());
    expect(await statuses(all)).toEqual([404, 404, 404, 404]);
    await setThread("visible");
    const { kysely } = rig.store;
    await kysely
      .updateTable("thread")
      .set({ archivedAt: 1 })
      .where("no", "=", opening.no)
      .execute();
    expect(await statuses(all)).toEqual([200, 200, 200, 200]);
    const board = await boardByUri(kysely, "x");
    await changeBoard(kysely, board?.id ?? 0, { state: "locked" });
    expect(await statuses(all)).toEqual([200, 200, 200, 200]);
    await changeBoard(kysely, board?.id ?? 0, { state: "closed" });
    expect(await statuses(all)).toEqual([404, 404, 404, 404]);
  });

  test("of no post, or sealed, are not there, though they lie in public reach", async () => {
    const orphan = await leave("nobody posted this");
    expect(await statuses([`/media/${orphan}.png`])).toEqual([404]);

    const { sha256, paths } = await post("sealed");
    await rig.site.media.seal(sha256, "png");
    await setState(sha256, "sealed");
    // Sent again with a broken file beside it: no guard ever judged it.
    expect(await leave("sealed")).toBe(sha256);
    expect(await rig.site.media.open({ sha256, kind: "png", thumb: false })).not.toBeNull();
    expect(await statuses(paths)).toEqual([404, 404]);
  });

  test("that were sealed are taken out of public reach again by the sweep", async () => {
    const { sha256 } = await post("sealed, and swept");
    const orphan = await leave("nobody posted this either");
    const stays = await post("stays");
    await rig.site.media.seal(sha256, "png");
    await setState(sha256, "sealed");
    await leave("sealed, and swept");
    const file = { sha256, kind: "png", thumb: false } as const;
    const swept = (now: number) => sweep(rig.store, rig.site.media, "/nowhere", now, HOUR);
    await swept(Date.now());
    expect(await rig.site.media.open(file)).not.toBeNull();
    await swept(Date.now() + 2 * HOUR);
    expect(await rig.site.media.open(file)).toBeNull();
    const kept = (await rig.site.media.openSealed(file)) as Uint8Array;
    expect(Buffer.from(kept).toString()).toBe("sealed, and swept");
    expect(await rig.site.media.open({ ...file, sha256: orphan })).toBeNull();
    expect(await statuses(stays.paths)).toEqual([200, 200]);
  });
});
