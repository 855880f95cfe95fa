import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { GroupWriter } from "#sqlite/group-writer.ts";

function rig() {
  const db = new Database(":memory:");
  db.run("create table note (n integer)");
  const waits: PromiseWithResolvers<void>[] = [];
  const writer = new GroupWriter(db, new FakeClock(), () => {
    const wait = Promise.withResolvers<void>();
    waits.push(wait);
    return wait.promise;
  });
  const told: number[] = [];
  const write = async (n: number): Promise<void> => {
    await writer.begin();
    db.run("insert into note values (?)", [n]);
    await writer.commit();
    told.push(n);
  };
  const count = () => db.query("select count(*) as n from note").get() as { n: number };
  return { writer, waits, told, write, count };
}

/** Lets the event loop go round, so that whatever is idle is committed. */
async function turn(): Promise<void> {
  for (let at = 0; at < 3; at++) await new Promise<void>((resolve) => setImmediate(resolve));
}

test("nobody is told before the disk has what they wrote, and one wait serves all before it", async () => {
  const { waits, told, write, count } = rig();
  const all = [write(1)];
  await turn();
  all.push(write(2), write(3));
  await turn();
  all.push(write(4));
  await turn();
  expect([count().n, waits.length, told]).toEqual([4, 1, []]);
  waits[0]?.resolve();
  await turn();
  expect([waits.length, told]).toEqual([2, [1]]);
  waits[1]?.resolve();
  await Promise.all(all);
  expect([waits.length, told]).toEqual([2, [1, 2, 3, 4]]);
});

test("once the disk has failed nobody is told that they were kept, then or later", async () => {
  const { writer, waits, told, write } = rig();
  const outcomes = [write(1)].map((one) => one.catch(String));
  await turn();
  outcomes.push(write(2).catch(String));
  await turn();
  waits[0]?.reject(new Error("EIO"));
  outcomes.push(write(3).catch(String));
  expect(await Promise.all(outcomes)).toEqual(["Error: EIO", "Error: EIO", "Error: EIO"]);
  expect(await write(4).catch(String)).toBe("Error: EIO");
  // And they are told so each time: nobody waits for an answer that never comes.
  for (const one of [5, 6, 7]) expect(await write(one).catch(String)).toBe("Error: EIO");
  expect([waits.length, told]).toEqual([1, []]);
  await writer.flush();
});

test("what is open when the file is closed is committed, and waited for", async () => {
  const { writer, waits, told, write, count } = rig();
  const one = write(1);
  // Its group is open, and would be committed in the next turn.
  for (let at = 0; at < 10; at++) await Promise.resolve();
  let closed = false;
  const close = async (): Promise<void> => {
    await writer.flush();
    closed = true;
  };
  const flushed = close();
  await turn();
  expect([count().n, waits.length, told, closed]).toEqual([1, 1, [], false]);
  waits[0]?.resolve();
  await Promise.all([one, flushed]);
  expect([told, closed]).toEqual([[1], true]);
});
