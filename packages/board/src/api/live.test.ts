import { afterEach, beforeEach, expect, test } from "bun:test";
import { type SiteRig, siteRig } from "#api/testing/site.ts";

let rig: SiteRig;

beforeEach(async () => {
  rig = await siteRig();
  await rig.board("b");
});
afterEach(() => rig.close());

test("who does not read is let go, and nothing is sent after the end", async () => {
  await rig.write({});
  const response = await rig.ask("/b/thread/1/events");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const before = rig.clock.pending;
  // A beat every twenty seconds, and nobody takes it.
  for (let beats = 0; beats < 400; beats += 1) rig.clock.advance(20_000);
  expect(rig.clock.pending).toBe(before - 1);
  let isDone = false;
  while (!isDone) isDone = (await reader.read()).done;
  // Drained, there is room again: a beat that was still to come would write to what is closed.
  rig.clock.advance(60_000);
  // The edge's copies follow everything that happens: that stays.
  expect(rig.events.size).toBe(1);
});

test("who asks for the head alone, and one neighbourhood, leave room for everybody else", async () => {
  await rig.write({});
  for (let i = 0; i < 20; i += 1) {
    const head = await rig.ask("/b/thread/1/events", { method: "HEAD" });
    expect(head.headers.get("content-type")).toStartWith("text/event-stream");
  }
  expect(rig.events.size).toBe(1);
  const open: Response[] = [];
  for (let i = 0; i < 500; i += 1) open.push(await rig.ask("/b/thread/1/events"));
  expect(rig.events.size).toBe(501);
  expect((await rig.ask("/b/thread/1/events")).status).toBe(204);
  await open[0]?.body?.cancel();
  const next = await rig.ask("/b/thread/1/events");
  expect(next.status).toBe(200);
  for (const { body } of [...open.slice(1), next]) await body?.cancel();
  expect(rig.events.size).toBe(1);
}, 60_000);

test("whoever may have missed something lets the edge forget whatever shows it, with all files", () => {
  rig.events.lose();
  expect(rig.forgotten).toEqual(["boards", "media"]);
});
