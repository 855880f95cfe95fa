import type { Limits } from "@egide/contract/policy/limits.ts";
import type { H1Body } from "#accept/h1/body.ts";
import { RateWindow } from "#accept/rate.ts";
import type { Conn } from "#wire/conn.ts";

/** Whether a visitor keeps the least rate, with the body that it brings and the answers that it takes. */
export class Pace {
  readonly #limits: Limits;
  #incoming: RateWindow | null = null;
  #outgoing: RateWindow | null = null;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** `received`: bytes of the body so far. */
  bringsTooSlowly(now: number, body: H1Body | null, received: number): boolean {
    const reading = body !== null && !body.isDone && body.isWanted;
    if (reading) this.#incoming ??= new RateWindow();
    return this.#isSlow(this.#incoming, now, received, reading);
  }

  takesTooSlowly(now: number, conn: Conn): boolean {
    const writing = conn.pending > 0;
    if (!writing && this.#outgoing === null) return false;
    this.#outgoing ??= new RateWindow();
    return this.#isSlow(this.#outgoing, now, writing ? conn.delivered : 0, writing);
  }

  #isSlow(rate: RateWindow | null, now: number, total: number, waiting: boolean): boolean {
    const { minBytesPerSecond, rateWindowSeconds } = this.#limits;
    return rate?.tooSlow(now, total, waiting, minBytesPerSecond, rateWindowSeconds * 1000) ?? false;
  }
}
