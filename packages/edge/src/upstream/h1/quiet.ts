import type { Conn } from "#wire/conn.ts";

/** A stretch without a byte is measured in quarters, so that no chunk sets a timer. */
export const QUARTERS = 4;

/** Tells whether an origin has been still for the whole of a time that is looked at four times. */
export class Quiet {
  /** Set by whoever saw something move. */
  touched = false;
  readonly #conn: Conn;
  #quarters = 0;
  #sent = 0;

  constructor(conn: Conn) {
    this.#conn = conn;
  }

  begin(): void {
    this.#quarters = 0;
    this.touched = false;
  }

  /** A quarter has gone by. `isTheirs`: if nothing moved, the origin was the one to keep still. */
  isTooLong(isTheirs: boolean): boolean {
    const { sent } = this.#conn;
    const moved = this.touched || sent !== this.#sent;
    this.#quarters = isTheirs && !moved ? this.#quarters + 1 : 0;
    this.touched = false;
    this.#sent = sent;
    return this.#quarters >= QUARTERS;
  }
}
