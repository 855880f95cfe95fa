import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChanThread } from "#api/chan/shape.ts";
import { type SiteRig, siteRig } from "#api/testing/site.ts";
import { sweep } from "#job/housekeeping.ts";
import { setPostState } from "#thread/visibility.ts";
import { boardByUri } from "#store/boards.ts";
import type { MediaState } from "#store/table/media.ts";

const HOUR = 3_600_000;

let rig: SiteRig;
beforeAll(async () => {
  rig = await siteRig({ boardCreation: "open" });
  await rig.board("b");
});
afterAll(() => rig.close());

const bytesOf = (words: string) => new Uint8Array(Buffer.from(words));

/** Posts a picture of these words; answers all addresses under which it stands. */
async function post(words: string) {
  rig.clock.advance(2000);
  const files = new File([bytesOf(words)], "a.png", { type: "image/png" });
  const sent = await rig.send("/b/post", { subject: words, text: words, files });
  const no = Number(/thread\/(\d+)/.exec(sent.headers.get("location") ?? "")?.[1]);
  const thread = (await (await rig.ask(`/b/thread/${no}.json`)).json()) as ChanThread;
  const { tim, ext } = thread.posts[0];
  const row = await rig.store.kysely
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .select(["post.id", "post_media.sha256"])
    .where("post.no", "=", no)
    .executeTakeFirstOrThrow();
  return { ...row, paths: [`/media/${row.sha256}.png`, `/b/${tim}${ext}`] };
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
