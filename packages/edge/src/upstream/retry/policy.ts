/** Methods that are idempotent (RFC 9110, section 9.2.2). Others may do harm twice. */
export function isIdempotent(method: string): boolean {
  switch (method) {
    case "GET":
    case "HEAD":
    case "OPTIONS":
    case "PUT":
    case "DELETE":
    case "TRACE":
      return true;
    default:
      return false;
  }
}

/** How far an attempt came when it failed. */
export type Progress =
  /** Nothing of the request left: no connection, no place, not admitted. */
  | "unsent"
  /** A kept-alive connection was gone before a byte of an answer: RFC 9112, section 9.3.1. */
  | "stale"
  /** The origin may have acted on it. */
  | "sent";

export interface Failed {
  readonly progress: Progress;
  readonly idempotent: boolean;
  /** The body was not touched, or is kept whole. */
  readonly replayable: boolean;
  /** The failure is one that another try may mend. */
  readonly mendable: boolean;
}

/**
 * `fresh`: at once, on a new connection to the same origin, at nobody's cost; `elsewhere`: as a retry
 * that counts, at another origin where there is one; `no`: the failure is the visitor's to hear.
 */
export function afterFailure(failed: Failed): "fresh" | "elsewhere" | "no" {
  if (!failed.replayable) return "no";
  switch (failed.progress) {
    case "unsent":
      return failed.mendable ? "elsewhere" : "no";
    case "stale":
      return failed.idempotent ? "fresh" : "no";
    case "sent":
      return failed.idempotent && failed.mendable ? "elsewhere" : "no";
  }
}
