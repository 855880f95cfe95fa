import type { AppError } from "@egide/std/error.ts";
import type { OriginResponse, RawHeaders } from "#stream.ts";
import type { Progress } from "#upstream/retry/policy.ts";

/** What holds for all HTTP/1.1 connections to an origin; times in milliseconds. */
export interface H1Settings {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly continueMs: number;
  readonly keepAliveMs: number;
  readonly maxRequests: number;
  readonly headerBytes: number;
  readonly headerCount: number;
  readonly trailerBytes: number;
  readonly informational: number;
  /** Sent as Host in place of the visitor's. */
  readonly host: string | null;
  /** Connections are not kept: say so. */
  readonly close: boolean;
}

/**
 * Whose request a connection carries. It hears one of `responded` and `failed`, and after `responded`
 * with a body or a tunnel also `over`; nothing after it cancelled.
 */
export interface H1Client {
  informational(status: number, headers: RawHeaders): void;
  /** The head is here. `isWhole`: there is no body, and the connection is already free. */
  responded(response: OriginResponse, isWhole: boolean): void;
  /** No answer will come. */
  failed(error: AppError, progress: Progress): void;
  /** The body or the tunnel has ended; an error is the origin's. Comes before the body's own end. */
  over(error: AppError | null): void;
}

/** Where a connection goes between requests. */
export interface H1Home<Connection> {
  free(connection: Connection): void;
  /** Closed, or not to be used again. Called once. */
  gone(connection: Connection): void;
}
