import type { AppError } from "@egide/std/error.ts";

/** A product's own statuses, by error code; what is not named falls back to the error's source. */
export type StatusTable = Readonly<Record<string, number>>;

/**
 * The HTTP status of an error (RFC 9110, section 15). The source decides where the code has no
 * status of its own, by the rule that docs/reference/errors.md gives.
 */
export function statusOf(error: AppError, table: StatusTable): number {
  const own = table[error.code];
  if (own !== undefined) return own;
  switch (error.source) {
    case "client":
      return 400;
    case "origin":
      return error.retryAfter === null ? 502 : 503;
    case "edge":
      return error.retry ? 503 : 500;
    case "operator":
      return 500;
  }
}
