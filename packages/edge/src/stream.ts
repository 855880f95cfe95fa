import type { AppError } from "@egide/std/error.ts";

/**
 * Header fields as they came: name, value, name, value … Order and case are kept, values are latin1
 * strings (one char a byte) with outer white space removed. Compare names with `wire/headers.ts`.
 */
export type RawHeaders = string[];

/** Takes the bytes of a body. Exactly one of `end` and `fail` is called, and nothing after it. */
export interface ByteSink {
  /** `chunk` is borrowed: it may be overwritten once this returns. Copy what is kept. */
  data(chunk: Uint8Array): void;
  end(trailers: RawHeaders | null): void;
  fail(error: AppError): void;
}

/**
 * A body that is pushed, with back-pressure. Nothing flows before `pipe`; `pipe` may call the sink
 * at once. `pause` and `resume` may be called from inside the sink and are idempotent; data that was
 * already read may still arrive right after `pause`.
 */
export interface ByteSource {
  pipe(sink: ByteSink): void;
  pause(): void;
  resume(): void;
  /** Stops for good: the sink hears nothing more. Idempotent; harmless after the end. */
  cancel(): void;
}

/** Two raw byte streams tied together after a 101: see wire/tunnel.ts. */
export interface Tunnel {
  readonly source: ByteSource;
  /** False: the peer is slow, wait for `onDrain`. `chunk` is borrowed by the callee for the call. */
  write(chunk: Uint8Array): boolean;
  onDrain: (() => void) | null;
  /** The peer, who had ended its side, is gone altogether: nothing that is written arrives any more. */
  onLost: (() => void) | null;
  /** Sends what is buffered, then closes our direction. */
  end(): void;
  abort(): void;
}

/** A request on its way to an origin (or to the cache that stands before it). */
export interface OriginRequest {
  readonly method: string;
  /** Path and query as they were received, always starting with `/`, or `*` for OPTIONS. */
  readonly target: string;
  readonly scheme: "http" | "https";
  /** Host and port as the visitor named them, lower case. Sent as Host (or :authority). */
  readonly authority: string;
  /** End-to-end fields; no Host, no hop-by-hop field, no Content-Length. */
  readonly headers: RawHeaders;
  readonly body: ByteSource | null;
  /** Bytes of the body; -1 where it is not known beforehand; 0 where there is none. */
  readonly bodyLength: number;
  /** A client asks to switch protocols: the token list of its Upgrade field, else null. */
  readonly upgrade: string | null;
  /** Key of the visitor for sticky and consistent balancing (an address or a session). */
  readonly affinity: string;
}

export interface OriginResponse {
  readonly status: number;
  readonly reason: string;
  /** End-to-end fields; no hop-by-hop field, no Content-Length (see `bodyLength`), Date as received. */
  readonly headers: RawHeaders;
  /** Bytes of the body, or what a GET would have sent where `body` is null; -1 where not known. */
  readonly bodyLength: number;
  /** Null: the response has no body (HEAD, 1xx, 204, 304). Whoever takes a response pipes or cancels it. */
  readonly body: ByteSource | null;
  /** Set with status 101 alone. */
  readonly tunnel: Tunnel | null;
  /** Value of a Set-Cookie field that keeps this visitor with this origin: respond adds it, no cache keeps it. */
  readonly sticky?: string;
}

/** Hears the answer to one request. `informational` any number of times, then one of the others. */
export interface ResponseSink {
  informational(status: number, headers: RawHeaders): void;
  response(response: OriginResponse): void;
  fail(error: AppError): void;
}

export interface Call {
  /** The visitor is gone: drop the request. The sink hears nothing more. Idempotent. */
  cancel(): void;
}

/** Everything that answers requests has this shape: an origin, a balancer, the cache before them. */
export type Fetch = (request: OriginRequest, sink: ResponseSink) => Call;
