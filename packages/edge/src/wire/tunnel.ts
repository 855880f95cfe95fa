import { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, Tunnel } from "#stream.ts";
import type { Conn } from "#wire/conn.ts";

/** A connection after a 101: raw bytes both ways. Takes over the connection's handler. */
export class ConnTunnel implements Tunnel, ByteSource {
  onDrain: (() => void) | null = null;
  onLost: (() => void) | null = null;
  readonly #conn: Conn;
  #sink: ByteSink | null = null;
  #early: Uint8Array | null;
  #ended: boolean;
  /** Bytes that came from the peer. */
  #came = 0;

  /**
   * `early`: bytes that arrived behind the head. `closed` hears of the end of the connection. `ended`:
   * the peer has already sent its FIN.
   */
  constructor(conn: Conn, early: Uint8Array | null, closed: () => void, ended = false) {
    this.#conn = conn;
    this.#ended = ended;
    this.#early = early;
    conn.pause();
    conn.keepAlive();
    conn.handler = {
      onData: (chunk) => {
        this.#came += chunk.length;
        this.#sink?.data(chunk);
      },
      onDrain: () => this.onDrain?.(),
      onEnd: () => this.#finish(null),
      onClose: (error) => {
        closed();
        const hadEnded = this.#ended;
        this.#finish(error);
        this.#sink = null;
        if (hadEnded) this.onLost?.();
      },
    };
  }

  /** Bytes that have passed, both ways: it grows as long as the tunnel is used. */
  get passed(): number {
    return this.#came + this.#conn.relayed + this.#conn.sent;
  }

  /** Ends it for both sides, whatever is under way. */
  expire(): void {
    this.#finish(new Error("idle"));
    this.#conn.abort();
  }

  get source(): ByteSource {
    return this;
  }

  /** What comes may go to the other's connection by the shortest way. */
  relayTo(other: ConnTunnel): void {
    this.#conn.relayTo(other.#conn);
  }

  pipe(sink: ByteSink): void {
    this.#sink = sink;
    const early = this.#early;
    this.#early = null;
    if (early !== null && early.length > 0) sink.data(early);
    if (this.#ended) sink.end(null);
    this.#conn.resume();
  }

  pause(): void {
    this.#conn.pause();
  }

  resume(): void {
    this.#conn.resume();
  }

  cancel(): void {
    this.#sink = null;
  }

  write(chunk: Uint8Array): boolean {
    return this.#conn.write(chunk);
  }

  end(): void {
    this.#conn.end();
  }

  abort(): void {
    this.#conn.abort();
  }

  #finish(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error === null) this.#sink?.end(null);
    else this.#sink?.fail(lost(error));
  }
}

function lost(cause: Error): AppError {
  return new AppError({
    code: "tunnel.lost",
    source: "client",
    retry: false,
    publicMessage: "The connection was lost.",
    cause,
  });
}

/** Ties two tunnels together until both directions have ended or one side is lost. */
export function joinTunnels(a: Tunnel, b: Tunnel, over: () => void): void {
  let open = 2;
  const ended = (): void => {
    if (--open === 0) over();
  };
  carry(a, b, ended);
  carry(b, a, ended);
}

function carry(from: Tunnel, to: Tunnel, ended: () => void): void {
  let isOver = false;
  const over = (): void => {
    isOver = true;
    ended();
  };
  to.onDrain = () => from.source.resume();
  // Nobody is left to take what still comes.
  to.onLost = () => {
    if (!isOver) from.abort();
  };
  if (from instanceof ConnTunnel && to instanceof ConnTunnel) from.relayTo(to);
  from.source.pipe({
    data(chunk) {
      if (!to.write(chunk)) from.source.pause();
    },
    end() {
      to.end();
      over();
    },
    fail() {
      to.abort();
      over();
    },
  });
}
