/** Who is at the other end, as text without brackets or scope. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * What a connection tells whoever speaks a protocol on it. Callbacks never nest for one connection.
 */
export interface ConnHandler {
  /** `chunk` is borrowed: it may be overwritten once this returns. */
  onData(chunk: Uint8Array): void;
  /** All that was buffered has left; called only after `write` answered false. */
  onDrain(): void;
  /** The peer sent its FIN (or close_notify): it will send no more, but may still read. */
  onEnd(): void;
  /** The connection is gone; nothing follows. `error` is null after an orderly end. */
  onClose(error: Error | null): void;
}

/** What stands around the fields of a message head. One object serves a thread: fill it and write. */
export interface HeadText {
  /** No fewer bytes than both take. */
  readonly most: number;
  /** Writes what comes before the fields, or behind them, at `at`; answers where it ends. */
  before(into: Buffer, at: number): number;
  after(into: Buffer, at: number): number;
}

/**
 * One stream connection, plain or TLS, from a visitor or to an origin. `accept/` and `upstream/`
 * speak protocols on it without knowing how its bytes move.
 *
 * Writes made while a callback runs are gathered and leave together when it returns; outside of
 * callbacks they leave at the end of the current microtask, or at once with `flush`.
 */
export interface Conn {
  /** May be replaced at any time (TLS sniffing, protocol switch, tunnel). */
  handler: ConnHandler;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly tls: TlsFacts | null;
  /** Bytes taken by `write` that the kernel has not taken yet. */
  readonly pending: number;
  /** Bytes the kernel has taken so far. */
  readonly sent: number;
  /**
   * Bytes that have reached the peer's system, where ours tells (TLS records and all), else `sent`: only
   * differences mean something. What a minimum rate for slow readers is judged by; asks the kernel.
   */
  readonly delivered: number;
  /** Takes all of the bytes (copying what can't leave now). False: wait for `onDrain` before more. */
  write(bytes: Uint8Array): boolean;
  /** The same for a head or a small text, one char a byte. */
  writeLatin1(text: string): boolean;
  /** A message head: `head` with a line for each field, written in place. Answers its length. */
  writeHead(head: HeadText, fields: readonly string[]): number;
  flush(): void;
  pause(): void;
  resume(): void;
  /** Has the kernel ask a peer that says nothing whether it is still there, where it can. */
  keepAlive(): void;
  /**
   * From here on what is read may go straight into `to`'s output while that takes it, past the handler,
   * who hears of the rest and of all ends as ever. A transport that can't do so ignores it.
   */
  relayTo(to: Conn): void;
  /** Bytes that went past the handler. */
  readonly relayed: number;
  /** Sends what is pending, then FIN (close_notify first on TLS). Reading goes on. */
  end(): void;
  /** Ends both directions at once, dropping what is pending. */
  abort(): void;
}

export interface TlsFacts {
  /** e.g. `TLSv1.3` */
  readonly version: string;
  readonly cipher: string;
  /** Server name of the ClientHello, lower case, or "". */
  readonly serverName: string;
  /** Protocol agreed by ALPN, or "". */
  readonly alpn: string;
  /** JA4 fingerprint, or "" where the ClientHello was not seen. */
  readonly ja4: string;
  /** What the client showed where the zone asks for certificates; null: it showed none. */
  readonly clientCertificate?: ClientCertificate | null;
}

export interface ClientCertificate {
  /** Signed by an authority that the zone accepts, and within its validity. */
  readonly verified: boolean;
  /** e.g. `CN=alice, O=Example` */
  readonly subject: string;
  /** SHA-256 in hex. */
  readonly fingerprint: string;
  readonly serial: string;
}
