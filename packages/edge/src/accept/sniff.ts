import type { Clock } from "@egide/std/clock.ts";
import type { Sweep, Watched } from "#accept/sweep.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";

/** First bytes of HTTP/2's connection preface (RFC 9113, section 3.4); no HTTP/1 method starts so. */
const PREFACE = Buffer.from("PRI * HTTP/2.0");

export interface SniffOptions {
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly timeoutMs: number;
  /** Who speaks on from here: sets `conn.handler`, and is fed `first`. */
  readonly found: (protocol: "h1" | "h2", first: Uint8Array) => void;
  readonly closed: () => void;
}

/** Waits for the first bytes of a connection: they say which protocol is spoken. */
export class Sniffer implements ConnHandler, Watched {
  readonly #conn: Conn;
  readonly #options: SniffOptions;
  readonly #deadline: number;
  #held: Buffer | null = null;

  constructor(conn: Conn, options: SniffOptions) {
    this.#conn = conn;
    this.#options = options;
    this.#deadline = options.clock.monotonic() + options.timeoutMs;
    options.sweep.add(this);
  }

  onData(chunk: Uint8Array): void {
    const seen = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    const length = Math.min(seen.length, PREFACE.length);
    for (let i = 0; i < length; i++) {
      if (seen[i] !== PREFACE[i]) {
        this.#found("h1", seen);
        return;
      }
    }
    if (length === PREFACE.length) this.#found("h2", seen);
    else this.#held = Buffer.from(seen);
  }

  /** Nothing was said yet: whoever speaks on will hear of it. */
  shutdown(): void {}

  onDrain(): void {}

  onEnd(): void {
    this.#conn.abort();
  }

  onClose(): void {
    this.#options.sweep.remove(this);
    this.#options.closed();
  }

  check(now: number): void {
    if (now >= this.#deadline) this.#conn.abort();
  }

  abandon(): void {
    this.#conn.abort();
  }

  #found(protocol: "h1" | "h2", first: Uint8Array): void {
    this.#options.sweep.remove(this);
    this.#options.found(protocol, first);
  }
}
