import type { H1Connection } from "#upstream/h1/connection.ts";
import type { H1Home } from "#upstream/h1/roles.ts";

/**
 * Idle connections to one origin, last in first out: the warmest is used, the others grow old and are
 * closed, so that the pool shrinks to what is needed.
 */
export class H1Pool implements H1Home<H1Connection> {
  readonly #maxIdle: number;
  readonly #isCurrent: (address: string) => boolean;
  readonly #idle: H1Connection[] = [];
  #open = 0;
  #closed = false;

  /** `isCurrent`: whether the origin still lives at an address. */
  constructor(maxIdle: number, isCurrent: (address: string) => boolean) {
    this.#maxIdle = maxIdle;
    this.#isCurrent = isCurrent;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Connections, in use or idle. */
  get open(): number {
    return this.#open;
  }

  take(): H1Connection | null {
    return this.#idle.pop() ?? null;
  }

  /** A connection of this pool has been opened. */
  opened(): void {
    this.#open++;
  }

  free(connection: H1Connection): void {
    const keep =
      !this.#closed && this.#idle.length < this.#maxIdle && this.#isCurrent(connection.address);
    if (!keep) {
      connection.close();
      return;
    }
    this.#idle.push(connection);
    connection.rest();
  }

  gone(connection: H1Connection): void {
    this.#open--;
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  /** Closes idle connections to addresses that the origin's name no longer has. */
  prune(): void {
    for (const connection of this.#idle.slice()) {
      if (!this.#isCurrent(connection.address)) connection.close();
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.slice()) connection.close();
  }
}
