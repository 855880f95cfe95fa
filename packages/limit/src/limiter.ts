import { A, B, C, Cells, type LimitMemory } from "#cells.ts";

/** In the third number of a sliding window's cell: it is held until the moment in the first. */
const HELD = -1;
/** A counter that acts outlives all that only count. */
const HELD_WEIGHT = 2;

/**
 * Counters that all threads of a process share. Time is monotonic milliseconds **of the process**
 * (the same for all threads), given with each call: the wall clock has no part in it.
 *
 * `take` and `count` answer the milliseconds to wait, 0 where the request may pass, and leave what
 * else a client may be told in `remaining` and `reset`. Nothing is allocated.
 */
export class Limiter {
  readonly #cells: Cells;
  /** Units left before the limit, of the last call. */
  remaining = 0;
  /** Milliseconds until the counter is empty again if nothing more comes, of the last call. */
  reset = 0;

  constructor(memory: LimitMemory) {
    this.#cells = new Cells(memory);
  }

  /**
   * Generic cell rate algorithm (ITU-T I.371, annex A): the token bucket as one moment. `interval` is
   * milliseconds between units, `burst` milliseconds of units that may come at once. Refused units
   * are not counted. More than `burst` holds at once never passes.
   */
  take(
    lo: number,
    hi: number,
    interval: number,
    burst: number,
    amount: number,
    now: number,
  ): number {
    const cells = this.#cells;
    const cell = cells.open(lo, hi, now);
    // A cell from before a change of settings must not hold longer than the new ones could.
    const due = Math.min(Math.max(cells.get(cell, A), now), now + burst);
    const next = due + amount * interval;
    const debt = next - now;
    const wait = debt - burst;
    if (wait > TOLERANCE) {
      cells.close();
      this.#tell((burst - (due - now)) / interval, due - now);
      return wait;
    }
    cells.set(cell, A, next);
    cells.keep(cell, next, debt / burst);
    cells.close();
    this.#tell((burst - debt) / interval, debt);
    return 0;
  }

  /**
   * Sliding window: what came in this period, and of the period before the share that the window
   * still covers. Refused units are not counted, so that exactly the limit passes; with `hold` the
   * first unit beyond the limit closes the door for `hold` milliseconds. An `amount` of 0 only asks
   * whether the limit is reached.
   */
  count(
    lo: number,
    hi: number,
    limit: number,
    period: number,
    hold: number,
    amount: number,
    now: number,
  ): number {
    const cells = this.#cells;
    const cell = amount === 0 ? cells.seek(lo, hi, now) : cells.open(lo, hi, now);
    if (cell < 0) {
      cells.close();
      this.#tell(limit, 0);
      return 0;
    }
    const wait = this.#step(cell, limit, period, hold, amount, now);
    cells.close();
    return wait;
  }

  /**
   * Counts what is only known afterwards (bytes, answers, time of the origin): nothing is refused,
   * the limit may be passed by the last of it. True where that begins a hold.
   */
  charge(
    lo: number,
    hi: number,
    limit: number,
    period: number,
    hold: number,
    amount: number,
    now: number,
  ): boolean {
    const cells = this.#cells;
    const cell = cells.open(lo, hi, now);
    const began = this.#charge(cell, limit, period, hold, amount, now);
    cells.close();
    return began;
  }

  /** Forgets a key: what a person lifted. */
  forget(lo: number, hi: number, now: number): void {
    const cell = this.#cells.seek(lo, hi, now);
    if (cell >= 0) this.#cells.drop(cell);
    this.#cells.close();
  }

  get capacity(): number {
    return this.#cells.capacity;
  }

  used(now: number): number {
    return this.#cells.used(now);
  }

  #step(
    cell: number,
    limit: number,
    period: number,
    hold: number,
    amount: number,
    now: number,
  ): number {
    const cells = this.#cells;
    const held = this.#held(cell, hold, now);
    if (held > 0) {
      this.#tell(0, held);
      return held;
    }
    const start = this.#turn(cell, period, now);
    const fraction = Math.max(0, (now - start) / period);
    const current = cells.get(cell, A);
    const before = cells.get(cell, B);
    const sum = before * (1 - fraction) + current;
    const end = start + 2 * period;
    if (amount === 0 ? sum < limit : sum + amount <= limit + TOLERANCE) {
      cells.set(cell, A, current + amount);
      cells.keep(cell, end, (sum + amount) / limit);
      this.#tell(limit - sum - amount, end - now);
      return 0;
    }
    if (hold > 0) {
      this.#hold(cell, now + hold);
      this.#tell(0, hold);
      return hold;
    }
    cells.keep(cell, end, 1);
    this.#tell(limit - sum, end - now);
    return untilRoom(current, before, limit - Math.max(amount, TOLERANCE), fraction) * period;
  }

  #charge(
    cell: number,
    limit: number,
    period: number,
    hold: number,
    amount: number,
    now: number,
  ): boolean {
    const cells = this.#cells;
    if (this.#held(cell, hold, now) > 0) return false;
    const start = this.#turn(cell, period, now);
    const fraction = Math.max(0, (now - start) / period);
    const current = cells.get(cell, A) + amount;
    const sum = cells.get(cell, B) * (1 - fraction) + current;
    if (sum > limit && hold > 0) {
      this.#hold(cell, now + hold);
      return true;
    }
    cells.set(cell, A, current);
    cells.keep(cell, start + 2 * period, sum / limit);
    return false;
  }

  /** Milliseconds that the cell is still held; one whose hold is over begins anew. */
  #held(cell: number, hold: number, now: number): number {
    const cells = this.#cells;
    if (cells.get(cell, C) !== HELD) return 0;
    const left = Math.min(cells.get(cell, A) - now, hold);
    if (left > 0) return left;
    cells.set(cell, A, 0);
    cells.set(cell, B, 0);
    cells.set(cell, C, 0);
    return 0;
  }

  #hold(cell: number, until: number): void {
    const cells = this.#cells;
    cells.set(cell, A, until);
    cells.set(cell, C, HELD);
    cells.keep(cell, until, HELD_WEIGHT);
  }

  /** Moves the cell to the period of `now`; answers when that began. Another thread may be ahead. */
  #turn(cell: number, period: number, now: number): number {
    const cells = this.#cells;
    const index = Math.floor(now / period) + 1;
    const known = cells.get(cell, C);
    if (index > known) {
      cells.set(cell, B, index === known + 1 ? cells.get(cell, A) : 0);
      cells.set(cell, A, 0);
      cells.set(cell, C, index);
      return (index - 1) * period;
    }
    // Ahead by more than one: the cell is from before a change of the period.
    if (known > index + 1) {
      cells.set(cell, A, 0);
      cells.set(cell, B, 0);
      cells.set(cell, C, index);
      return (index - 1) * period;
    }
    return (known - 1) * period;
  }

  #tell(remaining: number, reset: number): void {
    this.remaining = Math.max(0, Math.floor(remaining + TOLERANCE));
    this.reset = Math.max(0, reset);
  }
}

/** Sums of fractions end a hair beside the whole number that they mean. */
const TOLERANCE = 1e-6;

/** Periods until the window holds no more than `room`. */
function untilRoom(current: number, before: number, room: number, fraction: number): number {
  if (current > room) return 2 - fraction - Math.max(0, room) / current;
  return before <= 0 ? 0 : Math.max(0, 1 - (room - current) / before - fraction);
}
