import type { Clock, Timer } from "@egide/std/clock.ts";

/** Connections that make a burst: what fewer leave behind is not worth a pause. */
const BURST = 1000;
/** New connections within one look that still belong to the burst. */
const TRICKLE = 10;
const LOOK_MS = 100;

/**
 * Handshakes and first requests leave garbage, and connections that then only wait allocate nothing
 * that would make the engine look for it: once a burst of new connections is over, it is told to. Not
 * where they have ended too: a flood of short ones is no reason to stop and look through everything.
 */
export class AfterBurst {
  readonly #clock: Clock;
  readonly #open: () => number;
  readonly #collect: () => void;
  #burst = 0;
  #looked = 0;
  #timer: Timer | null = null;

  /** `open` tells how many connections there are. */
  constructor(clock: Clock, open: () => number, collect: () => void) {
    this.#clock = clock;
    this.#open = open;
    this.#collect = collect;
  }

  /** A connection is open. */
  opened(): void {
    this.#burst++;
    this.#timer ??= this.#clock.after(LOOK_MS, this.#look);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  readonly #look = (): void => {
    this.#timer = null;
    const since = this.#burst - this.#looked;
    this.#looked = this.#burst;
    if (since > TRICKLE) {
      this.#timer = this.#clock.after(LOOK_MS, this.#look);
      return;
    }
    if (this.#burst >= BURST && this.#open() >= BURST) this.#collect();
    this.#burst = 0;
    this.#looked = 0;
  };
}
