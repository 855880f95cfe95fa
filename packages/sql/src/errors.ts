import { AppError } from "@egide/std/error.ts";

/** PostgreSQL: serialization failure, deadlock. */
const CONFLICTS = new Set(["40001", "40P01"]);

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

/** The failure of a database that cannot be reached or written to, as strangers may see it. */
export function unavailable(cause: unknown): AppError {
  return new AppError({
    code: "sql.unavailable",
    source: "edge",
    retry: true,
    publicMessage: "The database is not available at the moment.",
    cause,
  });
}
