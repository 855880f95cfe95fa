import { afterEach, expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import type { Generated } from "kysely";
import type { Database } from "#database.ts";
import { ddl } from "#ddl.ts";
import { isUniqueViolation } from "#errors.ts";
import { type Migration, migrate } from "#migrate.ts";
import { openDatabase } from "#open.ts";

interface Tables {
  counter: { name: string; countNow: number };
  note: { id: Generated<number>; body: Uint8Array; weight: number | null };
}

const first: Migration = {
  name: "0002-first",
  up: (db, engine) =>
    ddl(
      db,
      engine,
      `create table counter (name $text primary key, countNow $int not null) $clustered;
       create table note (id $id, body $bytes not null, weight $real) $strict;`,
    ),
};

onEachEngine("a database", (fresh) => {
  const open: Database<Tables>[] = [];
  const make = async (): Promise<Database<Tables>> => {
    const database = openDatabase<Tables>(await fresh());
    open.push(database);
    await migrate(database, [first]);
    await database.kysely.insertInto("counter").values({ name: "a", countNow: 0 }).execute();
    return database;
  };
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
  });
  const count = async (database: Database<Tables>): Promise<number> => {
    const row = await database.kysely.selectFrom("counter").select("countNow").executeTakeFirst();
    return row?.countNow ?? -1;
  };
  const add = (database: Database<Tables>) =>
    database.transaction(async (trx) => {
      const row = await trx
        .updateTable("counter")
        .set((set) => ({ countNow: set("countNow", "+", 1) }))
        .returning("countNow")
        .executeTakeFirstOrThrow();
      return row.countNow;
    });

  test("runs each migration once, also where an earlier one comes late", async () => {
    const database = await make();
    const earlier: Migration = {
      name: "0001-earlier",
      up: (db, engine) => ddl(db, engine, "create table early (id $id) $strict;"),
    };
    expect(await migrate(database, [earlier, first])).toEqual(["0001-earlier"]);
    expect(await migrate(database, [earlier, first])).toEqual([]);
  });

  test("a migration that fails leaves nothing behind", async () => {
    const database = await make();
    const bad: Migration = {
      name: "0003-bad",
      async up(db, engine) {
        await ddl(db, engine, "create table half (id $id) $strict;");
        await ddl(db, engine, "create table half (id $id) $strict;");
      },
    };
    const failed: unknown = await migrate(database, [first, bad]).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(failed)).toContain("sql.unavailable");
    const good = {
      ...bad,
      up: (db: never, engine: Database<Tables>["engine"]) =>
        ddl(db, engine, "create table half (id $id) $strict;"),
    };
    expect(await migrate(database, [first, good])).toEqual(["0003-bad"]);
  });

  test("concurrent transactions lose nothing, and one that fails undoes itself alone", async () => {
    const database = await make();
    const work = Array.from({ length: 60 }, async (_, index) => {
      if (index % 3 !== 0) return add(database);
      return database
        .transaction(async (trx) => {
          await trx.updateTable("counter").set({ countNow: -1000 }).execute();
          throw new Error("no");
        })
        .catch(() => null);
    });
    const results = (await Promise.all(work)).filter((result) => result !== null);
    expect(results.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    expect(await count(database)).toBe(40);
  });

  test("what is not committed is not read", async () => {
    const database = await make();
    const written = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const transaction = database.transaction(async (trx) => {
      await trx.updateTable("counter").set({ countNow: 7 }).execute();
      written.resolve();
      await go.promise;
    });
    await written.promise;
    expect(await count(database)).toBe(0);
    go.resolve();
    await transaction;
    expect(await count(database)).toBe(7);
  });

  test("however many snapshots are held, queries go on beside them", async () => {
    const database = await make();
    const held = await Promise.all(Array.from({ length: 12 }, () => database.snapshot()));
    await add(database);
    expect(await count(database)).toBe(1);
    const rows: unknown[] = [];
    for (const snapshot of held) {
      for await (const row of snapshot.rows("select * from counter where name = ?", ["a"])) {
        rows.push(row["countNow"]);
      }
      await snapshot.close();
    }
    expect(rows).toEqual(Array.from({ length: 12 }, () => 0));
  }, 30_000);

  test("numbers, bytes, nothing and ids come back as they went in", async () => {
    const { kysely } = await make();
    const body = new Uint8Array([0, 255, 10]);
    const insert = kysely.insertInto("note").returning("id");
    const one = await insert.values({ body, weight: 0.5 }).executeTakeFirstOrThrow();
    const two = await insert.values({ body, weight: null }).executeTakeFirstOrThrow();
    expect(two.id).toBeGreaterThan(one.id);
    await kysely.deleteFrom("note").where("id", "=", two.id).execute();
    const three = await insert.values({ body, weight: null }).executeTakeFirstOrThrow();
    expect(three.id).toBeGreaterThan(two.id);
    const row = await kysely
      .selectFrom("note")
      .selectAll()
      .where("id", "=", one.id)
      .executeTakeFirstOrThrow();
    expect([typeof row.id, row.weight, [...row.body]]).toEqual(["number", 0.5, [...body]]);
  });

  test("a repeated key is told from other failures", async () => {
    const { kysely } = await make();
    const again = kysely.insertInto("counter").values({ name: "a", countNow: 1 }).execute();
    const error: unknown = await again.catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(new Error("other"))).toBe(false);
  });
});

test("an address that names no engine is refused", () => {
  expect(() => openDatabase("mysql://localhost/x")).toThrow("sql.bad_url");
});
