import type { Sweep, Watched } from "#accept/sweep.ts";

export interface H3ConnectionsOptions {
  readonly sweep: Sweep;
  readonly nextSerial: () => number;
  /** Hears of each connection that is seen first (1) and taken for closed (-1). */
  readonly onCount?: (change: 1 | -1) => void;
  /** After so long without a request a connection is taken for closed, in milliseconds. */
  readonly idleMs: () => number;
}

/** One visitor's address and port. */
export interface H3Connection {
  readonly key: string;
  readonly serial: number;
  /** Requests so far, and those under way. */
  requests: number;
  live: number;
  /** When the last one was over. */
  quietSince: number;
}

/**
 * Bun shows requests, and no QUIC connections: those of one address and port are taken for one, until
 * it has been idle for as long as Bun keeps an idle one. A visitor who changes network counts twice for
 * that long, one who closes his connection still counts.
 */
export class H3Connections implements Watched {
  readonly #options: H3ConnectionsOptions;
  readonly #open = new Map<string, H3Connection>();

  constructor(options: H3ConnectionsOptions) {
    this.#options = options;
  }

  /** A request has come. */
  began(address: string, port: number): H3Connection {
    const key = `${address} ${port}`;
    let connection = this.#open.get(key);
    if (connection === undefined) {
      const serial = this.#options.nextSerial();
      connection = { key, serial, requests: 0, live: 0, quietSince: 0 };
      if (this.#open.size === 0) this.#options.sweep.add(this);
      this.#open.set(key, connection);
      this.#options.onCount?.(1);
    }
    connection.requests++;
    connection.live++;
    return connection;
  }

  over(connection: H3Connection, now: number): void {
    connection.live--;
    connection.quietSince = now;
  }

  check(now: number): void {
    const idleMs = this.#options.idleMs();
    for (const connection of this.#open.values()) {
      if (connection.live === 0 && now - connection.quietSince >= idleMs) this.#close(connection);
    }
  }

  /** Their server is gone. */
  closeIdle(): void {
    for (const connection of this.#open.values()) {
      if (connection.live === 0) this.#close(connection);
    }
  }

  abandon(): void {
    this.closeIdle();
  }

  #close(connection: H3Connection): void {
    this.#open.delete(connection.key);
    if (this.#open.size === 0) this.#options.sweep.remove(this);
    this.#options.onCount?.(-1);
  }
}
