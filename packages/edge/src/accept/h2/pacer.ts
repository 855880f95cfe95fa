/** Who has requests to hand on. */
interface Paced {
  isQueued: boolean;
  readonly mayAdmit: boolean;
  /** Hands a few on; answers how many. */
  admit(): number;
}

/** Requests handed on between two turns of the event loop, beyond those that came in it. */
const PER_TURN = 16;

/**
 * Connections whose requests did not all find room at once take turns, a few of each between two turns
 * of the event loop: thousands of requests that come together keep nobody else waiting.
 */
class Pacer {
  readonly #line: Paced[] = [];
  #scheduled = false;

  add(paced: Paced): void {
    if (paced.isQueued) return;
    paced.isQueued = true;
    this.#line.push(paced);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    let left = PER_TURN;
    try {
      while (left > 0) {
        const paced = this.#line.shift();
        if (paced === undefined) return;
        paced.isQueued = false;
        left -= paced.admit();
        if (paced.mayAdmit) this.add(paced);
      }
    } finally {
      if (this.#line.length > 0) this.#schedule();
    }
  };
}

/** One a thread. */
export const pacer = new Pacer();
