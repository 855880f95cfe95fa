import type { Clock, Timer } from "@egide/std/clock.ts";

/** Connections that make a burst: what fewer leave behind is not worth a pause. */
const BURST = 1000;
/** New connections within one look that still belong to the burst. */
const TRICKLE = 10;
const LOOK_MS = 100;

/**
 * Handshakes and first requests leave garbage, and connections that then only wait allocate nothing
 * that would make the engine look for it: once a burst of new connections is over, it is told to.
 */
export class AfterBurst {
  readonly #clock: Clock;
  readonly #collect: () => void;
  #burst = 0;
  #looked = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock, collect: () => void) {
    this.#clock = clock;
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
    if (this.#burst >= BURST) this.#collect();
    this.#burst = 0;
    this.#looked = 0;
  };
}
