import type { AppError } from "@egide/std/error.ts";

/** Statuses of failures whose code says more than its source. */
const BY_CODE: Readonly<Record<string, number>> = {
  "client.body_timeout": 408,
  "client.body_too_large": 413,
  "client.body_late": 400,
  "origin.queue_full": 503,
  "origin.queue_timeout": 503,
  "origin.unavailable": 503,
};

/**
 * The status a failure is told with. A timeout of the origin is 504 and an origin that can't take
 * more is 503; what else goes wrong there is 502. What the edge may get right the next time is 503.
 */
export function statusOf(error: AppError): number {
  const byCode = BY_CODE[error.code];
  if (byCode !== undefined) return byCode;
  switch (error.source) {
    case "client":
      return error.code.endsWith("timeout") ? 408 : 400;
    case "origin":
      if (error.code.endsWith("timeout")) return 504;
      return error.retryAfter === null ? 502 : 503;
    case "edge":
      return error.retry || error.retryAfter !== null ? 503 : 500;
    case "operator":
      return 500;
  }
}
