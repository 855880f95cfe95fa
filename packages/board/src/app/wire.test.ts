import { afterEach, expect, test } from "bun:test";
import { systemClock } from "@egide/std/clock.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { sql } from "kysely";
import { openWire } from "#app/wire.ts";
import { openStore, type Store } from "#store/open.ts";
import { announce, FROM_ALL } from "#thread/announce.ts";
import { type BoardEvent, Events } from "#thread/events.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A process: its store, its events, and what its listeners heard. */
async function processOn(database: string) {
  const store = await openStore(database);
  closing.push(() => store.close());
  const events = new Events();
  const errors: unknown[] = [];
  const wire = await openWire({
    database,
    store,
    events,
    clock: systemClock,
    report: (error) => errors.push(error),
  });
  closing.push(() => wire.stop());
  const heard: BoardEvent[] = [];
  const lost = Promise.withResolvers<void>();
  const waiting: (() => void)[] = [];
  events.subscribe(
    null,
    null,
    (event) => {
      heard.push(event);
      for (const look of waiting.splice(0)) look();
    },
    () => lost.resolve(),
  );
  const next = async (count: number): Promise<BoardEvent[]> => {
    while (heard.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return heard;
  };
  return { store, events, heard, next, lost: lost.promise, errors };
}

const posted = (no: number): BoardEvent => ({ kind: "post", board: "b", threadNo: 1, no });

function tell(store: Store, from: string, event: BoardEvent, fails = false): Promise<void> {
  const announcer = { engine: store.engine, from, now: Date.now() };
  return store.transaction(async (trx) => {
    await announce(trx, announcer, event);
    if (fails) throw new Error("rolled back");
  });
}

onEachEngine("events between processes", (fresh, engine) => {
  test("are heard by others once committed, in order, and by nobody twice", async () => {
    const database = await fresh();
    const one = await processOn(database);
    const two = await processOn(database);
    await tell(one.store, one.events.id, posted(2), true).catch(() => undefined);
    await tell(one.store, one.events.id, posted(3));
    await tell(one.store, FROM_ALL, posted(4));
    await tell(two.store, two.events.id, posted(5));
    expect(await two.next(2)).toEqual([posted(3), posted(4)]);
    expect(await one.next(2)).toEqual([posted(4), posted(5)]);
    expect([...one.errors, ...two.errors]).toEqual([]);
  });

  test("name every file that went, however many", async () => {
    const database = await fresh();
    const one = await processOn(database);
    const two = await processOn(database);
    const media = Array.from({ length: 250 }, (_, i) => String(i).padStart(64, "0"));
    await tell(one.store, one.events.id, { ...posted(2), kind: "thread-removed", media });
    const heard = await two.next(3);
    expect(heard.flatMap((event) => event.media ?? [])).toEqual(media);
  });

  test("that were missed are known to be missing, and later ones are heard", async () => {
    const database = await fresh();
    const one = await processOn(database);
    const two = await processOn(database);
    await tell(one.store, one.events.id, posted(2));
    await two.next(1);
    if (engine === "postgres") {
      const away = "select pg_terminate_backend(pid) from pg_stat_activity where application_name";
      await sql.raw(`${away} = 'egide listens'`).execute(one.store.kysely);
    } else {
      // As if this process had slept while they came and went.
      await one.store.transaction(async (trx) => {
        for (const no of [3, 4]) {
          await announce(trx, { engine, from: one.events.id, now: 0 }, posted(no));
        }
        await trx.deleteFrom("live_event").where("seq", "<=", 2).execute();
      });
    }
    await two.lost;
    await tell(one.store, one.events.id, posted(9));
    const heard = await two.next(engine === "postgres" ? 2 : 3);
    expect(heard.at(-1)).toEqual(posted(9));
  }, 20_000);
});
