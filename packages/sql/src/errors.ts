import { AppError } from "@egide/std/error.ts";

/**
 * PostgreSQL: serialization failure, deadlock; and a row that another put there, or took away, between
 * a look and a write: whoever looks again sees it.
 */
const CONFLICTS = new Set(["40001", "40P01"]);
const RACES = new Set(["23505", "23503"]);

/** PostgreSQL shuts down, starts, or takes no more connections; a query took too long; SQLite can't write. */
const AWAY =
  /^(?:08\w{3}|57P0[1-5]|57014|53\d{3}|SQLITE_(?:BUSY|FULL|IOERR|CANTOPEN|READONLY).*|E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|NOENT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH))$/;
/** What `pg` says without a code. */
const AWAY_WORDS =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Postgres connection has been discarded|Query read timeout)/;
/** Seconds: a server that is started anew is there by then. */
const RETRY_SECONDS = 5;

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** True where a row with the same key was there already, in either engine. */
export function isUniqueViolation(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === "23505" ||
    code === "SQLITE_CONSTRAINT_UNIQUE" ||
    code === "SQLITE_CONSTRAINT_PRIMARYKEY"
  );
}

/** True where the same transaction, run again, may succeed at once. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(codeOf(error));
}

/** True where it may succeed once: what was in the way is visible now. */
export function isRace(error: unknown): boolean {
  return RACES.has(codeOf(error));
}

/** True where the database could not be asked, or could not write: nothing is wrong with the query. */
export function isAway(error: unknown): boolean {
  if (AWAY.test(codeOf(error))) return true;
  return error instanceof Error && AWAY_WORDS.test(error.message);
}

/** Waits for what a database does; where it is away, that is said so that everybody understands it. */
export async function told<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw isAway(error) ? unavailable(error) : error;
  }
}

/** The failure of a database that cannot be reached or written to, as strangers may see it. */
export function unavailable(cause: unknown): AppError {
  return new AppError({
    code: "sql.unavailable",
    source: "edge",
    retry: true,
    publicMessage: "The database is not available at the moment.",
    retryAfter: RETRY_SECONDS,
    cause,
  });
}
