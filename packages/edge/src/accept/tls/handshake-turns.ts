import { FairQueue } from "@egide/std/fair-queue.ts";

/** Somebody whose handshake is to begin, which takes a signature of ours. */
export interface Due {
  /** Turns are taken by this key. */
  readonly key: string;
  /** Throws nothing: nobody is there to hear of it. */
  begin(): void;
}

export interface TurnsOptions {
  readonly now: () => number;
  /** Runs something in the next turn of the thread's loop, behind what others have to do. */
  readonly nextTurn: (run: () => void) => void;
}

/**
 * Time that handshakes may take at a stretch, in milliseconds. One takes 0.2 to 0.4: a flood of them would
 * keep all who are connected already waiting for as long as the runtime finds sockets that are ready.
 */
const STRETCH_MS = 2;

/**
 * Begins handshakes, a few in each turn of the loop; the others wait their turn, address by address, so
 * that who sends a thousand hellos is not served a thousand times before the next visitor. How many may wait
 * is the caller's to bound.
 */
export class HandshakeTurns<T extends Due> {
  readonly #options: TurnsOptions;
  readonly #queue = new FairQueue<T>(Number.POSITIVE_INFINITY);
  #spent = 0;
  #scheduled = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** True: it has begun. Else it waits. */
  ask(due: T): boolean {
    if (this.#queue.size === 0 && this.#spent < STRETCH_MS) {
      this.#begin(due);
      return true;
    }
    this.#queue.push(due);
    this.#schedule();
    return false;
  }

  /** It does not wait any longer. */
  leave(due: T): void {
    this.#queue.remove(due);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    this.#spent = 0;
    while (this.#spent < STRETCH_MS) {
      const due = this.#queue.shift();
      if (due === null) return;
      this.#begin(due);
    }
  };

  #begin(due: T): void {
    const { now } = this.#options;
    const since = now();
    this.#schedule();
    try {
      due.begin();
    } finally {
      this.#spent += now() - since;
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.nextTurn(this.#turn);
  }
}
