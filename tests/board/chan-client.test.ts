import { afterAll, beforeAll, expect, test } from "bun:test";
import { type SiteRig, siteRig } from "@egide/board/api/testing/site.ts";
import Imageboard from "imageboard/node";

/*
 * A client of 4chan's JSON that nobody here wrote (npm's `imageboard`), told nothing but where the
 * two hosts of 4chan stand: it asks for 4chan, and reads this board.
 */

let rig: SiteRig;
let server: ReturnType<typeof Bun.serve>;
const asked: string[] = [];

beforeAll(async () => {
  rig = await siteRig({ url: "http://board.test" });
  await rig.board("b", { posterIds: true });
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => rig.fetch(request, "127.0.0.1"),
  });
  const picture = new File(["picture"], "harbour.png", { type: "image/png" });
  await rig.send("/b/post", { subject: "The harbour", text: "What is ''that''?", files: picture });
  rig.clock.advance(1000);
  await rig.send("/b/post", {
    thread: "1",
    text: ">>1\n>What is that?\nA [spoiler]boat[/spoiler].",
  });
  await rig.send("/b/post", { subject: "Another", text: "Second thread" });
});
afterAll(async () => {
  await server.stop(true);
  await rig.close();
});

/** What the client sends its requests by: the hosts are mapped, nothing else. */
async function sendHttpRequest({ method, url }: { method: string; url: string }) {
  asked.push(url);
  const here = url.replace(/^https:\/\/[ai]\.4cdn\.org/, `http://127.0.0.1:${server.port}`);
  const response = await fetch(here, { method });
  const responseText = await response.text();
  if (!response.ok) throw Object.assign(new Error(responseText), { status: response.status, url });
  return { url, status: response.status, headers: response.headers, responseText };
}

const client = Imageboard("4chan", { sendHttpRequest } as never);

test("it reads the list of boards", async () => {
  const { boards } = await client.getBoards();
  expect(boards.map(({ id, title }) => [id, title])).toEqual([["b", "b"]]);
});

test("it reads the catalog", async () => {
  const { threads } = await client.getThreads({ boardId: "b" });
  expect(threads.map(({ id, title }) => [id, title])).toEqual([
    [3, "Another"],
    [1, "The harbour"],
  ]);
  expect(threads[1]?.commentsCount).toBe(2);
  expect(threads[1]?.attachmentsCount).toBe(1);
});

test("it reads a thread, what it says and whom it answers, and the file lies where it looks", async () => {
  const { thread } = await client.getThread({ boardId: "b", threadId: 1 });
  const [first, second] = thread.comments;
  expect(first?.attachments?.[0]?.type).toBe("picture");
  const [attachment] = first?.attachments ?? [];
  const { picture } = attachment as unknown as { picture: { url: string } };
  const file = await sendHttpRequest({ method: "GET", url: picture.url });
  expect(file.responseText).toBe("picture");
  expect(second?.inReplyToIds).toEqual([1]);
  const said = JSON.stringify(second?.content);
  expect(said).toContain('"type":"spoiler"');
  expect(said).toContain("boat");
});

test("what is gone is gone", async () => {
  const gone = await client.getThread({ boardId: "b", threadId: 99 }).catch(() => null);
  expect(gone).toBeNull();
  expect(asked.every((url) => url.startsWith("https://"))).toBe(true);
});
