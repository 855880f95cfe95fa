import type { Clock } from "@egide/std/clock.ts";
import type { Exchange } from "#exchange.ts";
import type { OwnReply } from "#respond/reply.ts";

/** Each holds a connection and a timer and nothing else; a flood must not have us hold more. */
const MOST_HELD = 4096;

/** Keeps visitors waiting without a word, then hangs up. One for each worker. */
export class Tarpit {
  readonly #clock: Clock;
  readonly #most: number;
  #held = 0;

  constructor(clock: Clock, most = MOST_HELD) {
    this.#clock = clock;
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  /** Beyond the most that are held the connection is dropped at once. */
  hold(exchange: Exchange, seconds: number, reply: OwnReply): void {
    if (this.#held >= this.#most) return drop(exchange, reply);
    this.#held++;
    const timer = this.#clock.after(seconds * 1000, () => {
      this.#held--;
      drop(exchange, reply);
    });
    exchange.onAbort = () => {
      this.#held--;
      timer.cancel();
      reply.finished("aborted", null);
    };
  }
}

function drop(exchange: Exchange, reply: OwnReply): void {
  exchange.onAbort = null;
  exchange.drop();
  reply.began(0);
  reply.finished("complete", null);
}
