import { Kysely, type Transaction } from "kysely";
import pg from "pg";
import type { Database } from "#database.ts";
import { isConflict, isRace } from "#errors.ts";
import { ToldDialect } from "#postgres/driver.ts";
import { postgresSnapshot } from "#postgres/snapshot.ts";

/** How often a transaction that lost against another is begun. */
const ATTEMPTS = 4;

/** int8 and numeric as numbers: ids and counts stay far below 2⁵³. */
const NUMBERS = new Set([20, 1700]);

/** Opens a pool of connections to `url` (`postgres://…`). */
export function openPostgres<Tables>(url: string): Database<Tables> {
  const one: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: "egide",
    keepAlive: true,
    types: {
      getTypeParser(id, format) {
        if (NUMBERS.has(id) && format !== "binary") return Number;
        return pg.types.getTypeParser(id, format);
      },
    },
  };
  const pool = new pg.Pool({ ...one, max: 10 });
  // A connection that dies is replaced, and whoever uses it hears of it by their query. The pool listens
  // to those that are idle alone; an error that nobody listens to would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  const kysely = new Kysely<Tables>({ dialect: new ToldDialect({ pool }) });
  return {
    engine: "postgres",
    kysely,
    transaction: (work) => again(kysely, work),
    snapshot: () => postgresSnapshot(one),
    close: () => kysely.destroy(),
  };
}

async function again<Tables, Result>(
  kysely: Kysely<Tables>,
  work: (trx: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await kysely.transaction().execute(work);
    } catch (error) {
      const again = isConflict(error) || (attempt === 1 && isRace(error));
      if (attempt >= ATTEMPTS || !again) throw error;
    }
  }
}
