import { AppError, type ErrorSource } from "@egide/std/error.ts";

/** Errors of HTTP/2 streams that sinks hear. Made once: a flood of resets must not cost stack traces. */
function fault(code: string, source: ErrorSource, retry: boolean, publicMessage: string): AppError {
  return new AppError({ code, source, retry, publicMessage });
}

/** What can happen to a stream, named after the peer at fault. */
export interface StreamFaults {
  readonly reset: AppError;
  readonly malformed: AppError;
  readonly lost: AppError;
  readonly tooSlow: AppError;
  readonly tooLarge: AppError;
  readonly over: AppError;
}

/** Faults of visitors, under the codes that HTTP/1 has for them where it has. */
export const CLIENT_FAULTS: StreamFaults = {
  reset: fault("client.aborted", "client", false, "The request was broken off."),
  malformed: fault("client.http2_malformed", "client", false, "The request was malformed."),
  lost: fault("client.aborted", "client", false, "The connection was lost."),
  tooSlow: fault("client.body_timeout", "client", false, "The request body arrived too slowly."),
  tooLarge: fault("client.body_too_large", "client", false, "The request body is too large."),
  over: fault("client.body_late", "client", false, "The answer was complete before the request."),
};
