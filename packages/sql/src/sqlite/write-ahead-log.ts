import { closeSync, fdatasync, openSync } from "node:fs";

/**
 * The file that SQLite appends commits to. With `synchronous = normal` SQLite waits for the disk only
 * where a checkpoint has to be in order (sqlite.org/pragma.html#pragma_synchronous): the file is never
 * torn, but the last commits may be lost with the power. Whoever has waited here does not lose them,
 * and the event loop goes on meanwhile. While a connection is open the file stays the same one.
 */
export class WriteAheadLog {
  readonly #path: string;
  #descriptor: number | null = null;

  /** `path`: of the database. */
  constructor(path: string) {
    this.#path = `${path}-wal`;
  }

  /** Resolves once all that was committed before would outlive a loss of power. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#descriptor ??= openSync(this.#path, "r+");
      fdatasync(this.#descriptor, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}
