import { afterEach, expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { Limits } from "#filter/limits.ts";
import { openStore, type Store } from "#store/open.ts";

const SECRET = new Uint8Array(32).fill(7);
const LIMIT = { seconds: 10, burst: 3 } as const;

onEachEngine("limits of several processes", (fresh) => {
  const stores: Store[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  /** One process: connections, a clock and a gate of its own. */
  const processOn = async (url: string, aheadMs = 0) => {
    const store = await openStore(url);
    stores.push(store);
    const clock = new FakeClock(Date.UTC(2026, 0, 1) + aheadMs);
    return { store, clock, limits: new Limits(store, clock, SECRET) };
  };
  type Process = Awaited<ReturnType<typeof processOn>>;
  const asked = async ({ limits }: Process, who = "ann"): Promise<boolean> =>
    (await limits.takeNow([limits.use("post", who, LIMIT)])) === 0;

  test("are one limit, however many doors somebody tries, also at once", async () => {
    const url = await fresh();
    const doors = [await processOn(url), await processOn(url), await processOn(url)];
    const answers = await Promise.all(doors.flatMap((door) => [asked(door), asked(door)]));
    expect(answers.filter((passed) => passed).length).toBe(3);
    expect(await asked(doors[0] as Process, "ben")).toBe(true);
    for (const { clock } of doors) clock.advance(10_000);
    expect(await asked(doors[2] as Process)).toBe(true);
    expect(await asked(doors[1] as Process)).toBe(false);
  });

  test("say how long to wait, and do not grow by what they refuse", async () => {
    const url = await fresh();
    const [one, two] = [await processOn(url), await processOn(url)];
    for (let i = 0; i < 3; i++) await asked(one);
    const use = two.limits.use("post", "ann", LIMIT);
    for (let i = 0; i < 5; i++) expect(await two.limits.takeNow([use])).toBe(10_000);
    two.clock.advance(4000);
    expect(await two.limits.takeNow([use])).toBe(6000);
  });

  test("hold among clocks that differ by seconds, and never longer than they say", async () => {
    const url = await fresh();
    const [one, ahead] = [await processOn(url), await processOn(url, 5000)];
    expect([await asked(ahead), await asked(one), await asked(ahead), await asked(one)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    // What one wrote whose clock was a day ahead means nothing: nobody waits for a day.
    await asked(await processOn(url, 86_400_000), "eve");
    expect([await asked(one, "eve"), await asked(one, "eve")]).toEqual([true, true]);
  });

  test("count what a transaction does with it, or not at all", async () => {
    const url = await fresh();
    const one = await processOn(url);
    const uses = [one.limits.use("post", "ann", LIMIT), one.limits.once("text", "same", 60_000)];
    const write = (fails: boolean) =>
      one.store.transaction(async (trx) => {
        const refused = await one.limits.take(trx, uses);
        if (fails || refused.length > 0) throw new Error("no");
      });
    await write(true).catch(() => null);
    expect((await one.limits.waits(uses)).size).toBe(0);
    await write(false);
    const waits = await one.limits.waits(uses);
    expect([...waits.values()]).toEqual([60_000]);
    await write(false).catch(() => null);
    const rows = await one.store.kysely.selectFrom("limit_use").select("due").execute();
    const latest = Math.max(...rows.map(({ due }) => due));
    expect([rows.length, latest]).toEqual([2, one.clock.now() + 60_000]);
  });

  test("let one alone claim what counts once, and forget what is past", async () => {
    const url = await fresh();
    const doors = [await processOn(url), await processOn(url)];
    const claims = await Promise.all(
      [0, 1, 2, 3].map((i) => (doors[i % 2] as Process).limits.claim("ticket", "t", 60_000)),
    );
    expect(claims.filter((isFirst) => isFirst).length).toBe(1);
    const [one] = doors as [Process];
    const count = async () =>
      (await one.store.kysely.selectFrom("limit_use").select("key").execute()).length;
    await one.limits.forget();
    expect(await count()).toBe(1);
    one.clock.advance(60_001);
    await one.limits.forget();
    expect(await count()).toBe(0);
    expect(await one.limits.claim("ticket", "t", 60_000)).toBe(true);
  });
});
