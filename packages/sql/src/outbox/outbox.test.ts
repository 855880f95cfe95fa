import { afterEach, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import type { Database } from "#database.ts";
import { migrate } from "#migrate.ts";
import { openDatabase } from "#open.ts";
import { enqueue } from "#outbox/enqueue.ts";
import { type Deliver, forgetSent, Outbox } from "#outbox/outbox.ts";
import { outboxKindsMigration, outboxMigration, type OutboxTables } from "#outbox/table.ts";

onEachEngine("the outbox", (fresh) => {
  const open: { database: Database<OutboxTables>; outbox: Outbox<OutboxTables> }[] = [];
  const make = async (deliver: Deliver, dead: string[] = []) => {
    const database = openDatabase<OutboxTables>(await fresh());
    await migrate(database, [outboxMigration, outboxKindsMigration]);
    const clock = new FakeClock();
    const outbox = new Outbox(database, {
      clock,
      handlers: { mail: deliver },
      random: () => 0.5,
      onDead: (_kind, key) => dead.push(key),
    });
    open.push({ database, outbox });
    const send = (key: string, more: { lane?: "urgent"; kind?: string } = {}) =>
      database.transaction((trx) =>
        enqueue(trx, { kind: "mail", key, payload: { key }, ...more }, clock.now()),
      );
    return { database, clock, outbox, send };
  };
  afterEach(async () => {
    for (const { outbox, database } of open.splice(0)) {
      await outbox.stop();
      await database.close();
    }
  });

  test("delivers each message once, however often it was enqueued", async () => {
    const got: unknown[] = [];
    const { outbox, send } = await make(async (delivery) => void got.push(delivery.payload));
    await send("a");
    await send("a");
    await send("b");
    outbox.start();
    await outbox.stop();
    expect(got).toEqual([{ key: "a" }, { key: "b" }]);
    expect(await outbox.runDue("ordinary")).toBe(0);
  });

  test("a transaction that fails sends nothing", async () => {
    const { database, clock, outbox } = await make(async () => undefined);
    await database
      .transaction(async (trx) => {
        await enqueue(trx, { kind: "mail", key: "a", payload: null }, clock.now());
        throw new Error("no");
      })
      .catch(() => null);
    expect(await outbox.runDue("ordinary")).toBe(0);
  });

  test("tries again later and later, and gives up what cannot succeed", async () => {
    const tries: number[] = [];
    const dead: string[] = [];
    const { clock, outbox, send, database } = await make(async ({ key, attempt }) => {
      tries.push(attempt);
      throw new AppError({
        code: "test.failed",
        source: "edge",
        retry: key === "again",
        publicMessage: "no",
      });
    }, dead);
    await send("again");
    await outbox.runDue("ordinary");
    expect(await outbox.runDue("ordinary")).toBe(0);
    clock.advance(1000);
    await outbox.runDue("ordinary");
    clock.advance(1000);
    expect(await outbox.runDue("ordinary")).toBe(0);
    clock.advance(1000);
    await outbox.runDue("ordinary");
    expect(tries).toEqual([1, 2, 3]);
    expect(dead).toEqual([]);
    await send("never");
    await outbox.runDue("ordinary");
    expect(dead).toEqual(["never"]);
    const row = await database.kysely
      .selectFrom("outbox")
      .select(["state", "lastError"])
      .where("key", "=", "never")
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ state: "dead", lastError: "AppError: test.failed: no" });
  });

  test("what was taken by a process that died is taken again after its lease", async () => {
    let calls = 0;
    const began = Promise.withResolvers<void>();
    const { clock, outbox, send } = await make(() => {
      calls += 1;
      began.resolve();
      // The first delivery never ends: its process is gone.
      return calls === 1 ? new Promise<void>(() => undefined) : Promise.resolve();
    });
    await send("a");
    void outbox.runDue("ordinary");
    await began.promise;
    expect(await outbox.runDue("ordinary")).toBe(0);
    clock.advance(60_000);
    expect(await outbox.runDue("ordinary")).toBe(1);
    expect(calls).toBe(2);
  });

  test("an urgent message overtakes ordinary ones that do not end", async () => {
    const got: string[] = [];
    const { outbox, send } = await make(({ key }) => {
      got.push(key);
      return key === "urgent" ? Promise.resolve() : new Promise<void>(() => undefined);
    });
    for (let index = 0; index < 30; index += 1) await send(`slow${index}`);
    void outbox.runDue("ordinary");
    await send("urgent", { lane: "urgent" });
    expect(await outbox.runDue("urgent")).toBe(1);
    expect(got).toContain("urgent");
  });

  test("kicked while it runs, it looks again", async () => {
    const got: string[] = [];
    const { outbox, send } = await make(async ({ key }) => {
      got.push(key);
      if (key !== "a") return;
      await send("b");
      outbox.kick();
    });
    await send("a");
    outbox.start();
    while (got.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(got).toEqual(["a", "b"]);
  });

  test("a message that nobody delivers here is left to a program that does, as it is", async () => {
    const { outbox, send, database, clock } = await make(async () => undefined);
    await send("a", { kind: "fax" });
    expect(await outbox.runDue("ordinary")).toBe(0);
    const got: string[] = [];
    const other = new Outbox(database, {
      clock,
      handlers: { fax: async ({ key, attempt }) => void got.push(`${key} ${attempt}`) },
    });
    expect(await other.runDue("ordinary")).toBe(1);
    expect(got).toEqual(["a 1"]);
  });

  test("messages of a kind that hang keep no other kind waiting, nor those of theirs that do not", async () => {
    const { database, clock, send } = await make(async () => undefined);
    const got: string[] = [];
    const called = Promise.withResolvers<void>();
    const busy = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    let hanging = 0;
    const outbox = new Outbox(database, {
      clock,
      handlers: {
        hang: () => {
          hanging += 1;
          if (hanging === 8) busy.resolve();
          return end.promise;
        },
        mail: async ({ key }) => {
          got.push(key);
          if (key === "call") called.resolve();
        },
      },
    });
    for (let i = 0; i < 20; i++) await send(`hang${i}`, { lane: "urgent", kind: "hang" });
    outbox.start();
    await busy.promise;
    await send("call", { lane: "urgent" });
    outbox.kick();
    await called.promise;
    expect([got, hanging]).toEqual([["call"], 8]);
    end.resolve();
    await outbox.stop();
  });

  test("of two processes each delivers what the other does not, whose clock is ahead by seconds", async () => {
    const got: string[] = [];
    const { database, clock, send } = await make(async () => undefined);
    const ahead = new FakeClock(clock.now() + 5000);
    const worker = (own: FakeClock) =>
      new Outbox(database, {
        clock: own,
        handlers: { mail: async ({ key }) => void got.push(key) },
      });
    const keys = Array.from({ length: 60 }, (_, i) => `m${i}`);
    for (const key of keys) await send(key);
    const counts = await Promise.all([
      worker(clock).runDue("ordinary"),
      worker(ahead).runDue("ordinary"),
    ]);
    expect(got.toSorted()).toEqual(keys.toSorted());
    expect(counts[0] + counts[1]).toBe(60);
  });

  test("is tried for days, not given up over a weekend, and what is over is let go in the end", async () => {
    const dead: string[] = [];
    const { clock, outbox, send, database } = await make(async () => {
      throw new Error("away");
    }, dead);
    await send("a");
    const DAY = 86_400_000;
    let tries = 0;
    for (let hours = 0; hours < 5 * 24; hours++) {
      tries += await outbox.runDue("ordinary");
      clock.advance(DAY / 24 + 60_000);
    }
    expect([tries > 100, dead]).toEqual([true, []]);
    for (let hours = 0; hours < 24; hours++) {
      await outbox.runDue("ordinary");
      clock.advance(DAY / 24 + 60_000);
    }
    expect(dead).toEqual(["a"]);
    const count = async () =>
      (await database.kysely.selectFrom("outbox").select("id").execute()).length;
    await forgetSent(database, clock.now());
    expect(await count()).toBe(1);
    await forgetSent(database, clock.now() + 31 * DAY);
    expect(await count()).toBe(0);
  });

  test("a late word of who lost their lease does not undo what another delivered", async () => {
    const hang = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const dead: string[] = [];
    let calls = 0;
    const { clock, outbox, send, database } = await make(async () => {
      calls += 1;
      if (calls > 1) return;
      began.resolve();
      await hang.promise;
      const refusal = { code: "test.no", source: "edge", retry: false, publicMessage: "" } as const;
      throw new AppError(refusal);
    }, dead);
    await send("a");
    const first = outbox.runDue("ordinary");
    await began.promise;
    clock.advance(60_000);
    expect(await outbox.runDue("ordinary")).toBe(1);
    hang.resolve();
    await first;
    const row = await database.kysely.selectFrom("outbox").select("state").executeTakeFirst();
    expect([row?.state, dead]).toEqual(["done", []]);
  });
});
