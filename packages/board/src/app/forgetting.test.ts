import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { Forgetting } from "#app/forgetting.ts";

function rig() {
  const sent: { tags: readonly string[]; answer: (isTold?: boolean) => void }[] = [];
  const clock = new FakeClock();
  const forgetting = new Forgetting((tags) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    sent.push({ tags, answer: (isTold = true) => resolve(isTold) });
    return promise;
  }, clock);
  const turn = async (): Promise<void> => {
    for (let at = 0; at < 10; at++) await Promise.resolve();
  };
  return { sent, clock, forgetting, turn };
}

test("what comes up while the edge is told goes with the next message, each tag once", async () => {
  const { sent, forgetting, turn } = rig();
  forgetting.forget(["a", "b"]);
  forgetting.forget(["a"]);
  await turn();
  forgetting.forget(["c"]);
  forgetting.forget(["c", "d"]);
  expect(sent.map(({ tags }) => tags)).toEqual([["a", "b"]]);
  let isSettled = false;
  const wait = async (): Promise<void> => {
    await forgetting.settled();
    isSettled = true;
  };
  const settled = wait();
  sent[0]?.answer();
  await turn();
  expect(sent[1]?.tags).toEqual(["c", "d"]);
  expect(isSettled).toBe(false);
  sent[1]?.answer();
  await settled;
  forgetting.forget(["e"]);
  await turn();
  expect(sent[2]?.tags).toEqual(["e"]);
});

test("nobody waits long for an edge that does not answer", async () => {
  const { clock, forgetting, turn } = rig();
  await forgetting.settled();
  forgetting.forget(["a"]);
  let isSettled = false;
  const wait = async (): Promise<void> => {
    await forgetting.settled();
    isSettled = true;
  };
  const settled = wait();
  clock.advance(299);
  await turn();
  expect(isSettled).toBe(false);
  clock.advance(1);
  await settled;
});

test("an edge that could not be told hears of files again, until it does", async () => {
  const { sent, clock, forgetting, turn } = rig();
  const file = `media-${"a".repeat(64)}`;
  forgetting.forget(["thread-b-1", file]);
  for (const isTold of [false, false, true]) {
    await turn();
    sent.at(-1)?.answer(isTold);
    await turn();
    clock.advance(5000);
  }
  await turn();
  expect(sent.map(({ tags }) => tags)).toEqual([["thread-b-1", file], [file], [file]]);
});

test("where too many files were not told of, all are named at once", async () => {
  const { sent, clock, forgetting, turn } = rig();
  forgetting.forget(Array.from({ length: 1500 }, (_, at) => `media-${at}`));
  for (let at = 0; at < 2; at += 1) {
    await turn();
    sent[at]?.answer(false);
  }
  await turn();
  clock.advance(5000);
  await turn();
  expect(sent.at(-1)?.tags).toEqual(["media"]);
});
