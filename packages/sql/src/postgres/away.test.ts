import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "@egide/testkit/postgres.ts";
import { sql } from "kysely";
import type { Database } from "#database.ts";
import { openDatabase } from "#open.ts";

const codeOf = (thrown: unknown): string =>
  thrown instanceof AppError ? thrown.code : String(thrown);

describe.skipIf(postgresPrograms() === null)("PostgreSQL that goes away", () => {
  let server: PostgresServer;
  let database: Database<{ word: { text: string } }>;
  beforeAll(async () => {
    server = await startPostgres();
    database = openDatabase(await server.database());
    await sql`create table word (text text primary key)`.execute(database.kysely);
  }, 60_000);
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });
  const ask = () => sql<{ n: number }>`select 1 as n`.execute(database.kysely);

  test("ends the transaction whose connection it was, and neither the process nor other queries", async () => {
    const transaction = database.transaction(async (trx) => {
      await trx.insertInto("word").values({ text: "lost" }).execute();
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      const pid = rows[0]?.pid ?? 0;
      // From a connection of the pool's others, while this one asks nothing.
      await sql`select pg_terminate_backend(${pid}, 5000)`.execute(database.kysely);
      await ask();
      return trx.selectFrom("word").selectAll().execute();
    });
    expect(codeOf(await transaction.catch((error: unknown) => error))).toBe("sql.unavailable");
    expect((await ask()).rows).toEqual([{ n: 1 }]);
    expect(await database.kysely.selectFrom("word").selectAll().execute()).toEqual([]);
  });

  test("is said to be away while it is, whoever asks, and is there again without anybody's help", async () => {
    await database.kysely.insertInto("word").values({ text: "kept" }).execute();
    await server.crash();
    const asked = await Promise.all([
      ask().catch(codeOf),
      database.kysely.insertInto("word").values({ text: "b" }).execute().catch(codeOf),
      database
        .transaction(async (trx) => trx.selectFrom("word").selectAll().execute())
        .catch(codeOf),
    ]);
    expect(asked).toEqual(["sql.unavailable", "sql.unavailable", "sql.unavailable"]);
    await server.again();
    expect(await database.kysely.selectFrom("word").selectAll().execute()).toEqual([
      { text: "kept" },
    ]);
  }, 60_000);

  test("two that look and then write the same row: the second looks again", async () => {
    const looked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let looks = 0;
    const once = () =>
      database.transaction(async (trx) => {
        const known = await trx
          .selectFrom("word")
          .selectAll()
          .where("text", "=", "same")
          .executeTakeFirst();
        looked[looks]?.resolve();
        looks += 1;
        // Both have looked before either writes.
        await Promise.all(looked.map(({ promise }) => promise));
        if (known !== undefined) return "known";
        await trx.insertInto("word").values({ text: "same" }).execute();
        return "new";
      });
    expect((await Promise.all([once(), once()])).toSorted()).toEqual(["known", "new"]);
  });
});
