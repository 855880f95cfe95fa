import type { ByteSource, RawHeaders, Tunnel } from "#stream.ts";
import type { Endpoint, TlsFacts } from "#wire/conn.ts";

/** What a front refuses to carry, and why. It still passes the rules and the log before it is answered. */
export interface Refusal {
  /** 4xx or 5xx the client is to be told. */
  readonly status: number;
  /** Stable name of the fault, e.g. `http1.cl_and_te`: listed in docs/reference/errors.md. */
  readonly code: string;
  /** For people: what was wrong, without repeating more than a token of what was sent. */
  readonly detail: string;
}

/** One request as a front read it, not yet judged. */
export interface RequestHead {
  readonly method: string;
  /** Exactly as received: origin-form, absolute-form, authority-form or `*`. h2/h3: `:path`. */
  readonly target: string;
  /** 10, 11, 20 or 30. */
  readonly version: 10 | 11 | 20 | 30;
  readonly scheme: "http" | "https";
  /** Host field or `:authority` as received; "" where none was sent. */
  readonly authority: string;
  /** In order, case kept, hop-by-hop fields and Host included (HTTP/1). No pseudo-headers. */
  readonly headers: RawHeaders;
  /** HTTP/1: lower-case names that Connection nominated, which must not travel on. */
  readonly nominated?: readonly string[] | null;
  /** Of a head that is refused: what can be made out of it all the same, for rules and log alone. */
  readonly seen?: SeenHead;
}

/** A head that breaks the rules, read as a careless server would. Nothing of it is ever forwarded. */
export interface SeenHead {
  /** The first line as it came. */
  readonly line: string;
  readonly method: string;
  readonly target: string;
  /** Whatever stands where the version should. */
  readonly protocol: string;
  readonly headers: RawHeaders;
}

/** Where the visitor's bytes come from. */
export interface ClientFacts {
  /** The peer, or whom a trusted PROXY protocol header names. */
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly tls: TlsFacts | null;
  /** Serial number of the connection in this worker, and of the request on it (from 1). */
  readonly connection: number;
  readonly request: number;
  /** How an HTTP/2 connection was opened, see accept/h2/fingerprint.ts; missing for other versions. */
  readonly http2?: string;
}

/** What the heads of many answers have in common; good for one second of the wall clock. */
export interface KeptHead {
  /** Of an answer with a body: neither 1xx, 204 nor 304. */
  readonly status: number;
  /** End-to-end fields; no Date, no Content-Length. */
  readonly fields: readonly string[];
  /** The front's own: these lines as they stand on the wire, once it has written them. */
  wire: Buffer | null;
}

/**
 * What a front hands to the pipeline: one request, and the only way to answer it. Fronts frame the
 * answer (chunked, length, h2 frames), drop bodies for HEAD, 204 and 304, and add nothing else but
 * `Date` where it is missing and `Connection` where HTTP/1 needs it.
 */
export interface Exchange {
  readonly head: RequestHead;
  readonly client: ClientFacts;
  /** Set: the request must not be forwarded. `head` holds what could be read of it. */
  readonly refusal: Refusal | null;
  /** Null: no body. Nothing is read from the visitor before it is piped. Expect: 100-continue is answered by `pipe`. */
  readonly body: ByteSource | null;
  /** Content-Length, or -1 where the body is chunked (or h2 without a length), 0 without a body. */
  readonly bodyLength: number;
  /** Token list of the Upgrade field of an HTTP/1.1 request that asks to switch, else null. */
  readonly upgrade: string | null;

  /** The visitor hung up (or reset the stream) before the answer was complete. Called once. */
  onAbort: (() => void) | null;
  /** Follows a `write` that answered false. */
  onDrain: (() => void) | null;

  /** A 1xx other than 100 and 101. Ignored for HTTP/1.0. */
  informational(status: number, headers: RawHeaders): void;
  /**
   * Starts the final response. `length` is the body's, or -1 where it is not known. `headers` are
   * end-to-end fields without Content-Length; the list is the front's from here on.
   */
  start(status: number, reason: string, headers: RawHeaders, length: number): void;
  /** The same with a head that is kept; `headers` are those of this answer alone. */
  startKept(kept: KeptHead, headers: RawHeaders, length: number): void;
  /** `chunk` is borrowed for the call. False: wait for `onDrain`. */
  write(chunk: Uint8Array): boolean;
  end(trailers: RawHeaders | null): void;
  /** Breaks off a response that cannot be completed, so that the client cannot take it for whole. */
  abort(): void;
  /** Drops the connection without a word (nginx's 444). Instead of `start`. */
  drop(): void;
  /** Answers 101 with `headers` and hands over the raw connection. HTTP/1.1 only, instead of `start`. */
  switchProtocols(headers: RawHeaders): Tunnel;

  /** Bytes received and sent for this exchange, heads and framing included, for the log. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Who takes exchanges: the pipeline. */
export type ExchangeHandler = (exchange: Exchange) => void;
