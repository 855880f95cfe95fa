import type { Clock } from "#clock.ts";

/**
 * One deadline that can be set, moved and dropped again and again. Make it once for an object that
 * lives long (a connection) and hand it to a wheel; setting it allocates nothing.
 */
export class WheelTimer {
  readonly run: () => void;
  /** Tick at which it is due, or -1 while it is not set. Owned by the wheel. */
  due = -1;
  /** Neighbours in the wheel's slot; both null while it is in none. */
  prev: WheelTimer | null = null;
  next: WheelTimer | null = null;

  constructor(run: () => void) {
    this.run = run;
  }

  get active(): boolean {
    return this.due >= 0;
  }
}

export interface WheelOptions {
  /** Granularity in milliseconds: a timer is never early and up to two ticks late. */
  readonly tickMs?: number;
  /** Power of two. A timer further away than a whole turn is looked at once a turn. */
  readonly slots?: number;
}

/**
 * Hashed timing wheel (Varghese and Lauck 1987, scheme 6) for the many coarse timeouts of
 * connections: setting, moving and dropping cost O(1), and one timer of the clock drives all of
 * them, at rest while nothing is set. Moving a deadline further away only writes a number: the
 * entry finds its new slot when the wheel comes by.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #mask: number;
  readonly #slots: WheelTimer[];
  readonly #onTick = () => this.#tick();
  /** Last tick whose slot has been worked off. */
  #done = 0;
  #linked = 0;
  #ticking = false;

  constructor(clock: Clock, options: WheelOptions = {}) {
    const slots = options.slots ?? 512;
    if (slots < 2 || (slots & (slots - 1)) !== 0) {
      throw new RangeError("slots must be a power of two");
    }
    this.#clock = clock;
    this.#tickMs = options.tickMs ?? 100;
    this.#mask = slots - 1;
    // Each slot is a ring with a head of its own, so that unlinking needs no slot number.
    this.#slots = Array.from({ length: slots }, () => {
      const head = new WheelTimer(() => {});
      head.prev = head;
      head.next = head;
      return head;
    });
  }

  /** Timers in the wheel: a leak check for tests. */
  get size(): number {
    return this.#linked;
  }

  /** Sets `timer` to run once after at least `ms`, in place of what it was set to. */
  schedule(timer: WheelTimer, ms: number): void {
    const now = this.#clock.monotonic();
    const due = Math.ceil((now + Math.max(0, ms)) / this.#tickMs);
    if (timer.next !== null) {
      if (due >= timer.due) {
        timer.due = due;
        return;
      }
      this.#unlink(timer);
    } else if (!this.#ticking) {
      // Nothing was due while the wheel stood still.
      this.#done = Math.floor(now / this.#tickMs);
    }
    timer.due = due;
    this.#link(timer);
    if (!this.#ticking) {
      this.#ticking = true;
      this.#clock.after(this.#tickMs, this.#onTick);
    }
  }

  cancel(timer: WheelTimer): void {
    timer.due = -1;
    if (timer.next !== null) this.#unlink(timer);
  }

  #link(timer: WheelTimer): void {
    // A tick that has been worked off already would be met a whole turn later.
    const slot = Math.max(timer.due, this.#done + 1) & this.#mask;
    const head = this.#slots[slot] as WheelTimer;
    const last = head.prev as WheelTimer;
    timer.prev = last;
    timer.next = head;
    last.next = timer;
    head.prev = timer;
    this.#linked++;
  }

  #unlink(timer: WheelTimer): void {
    (timer.prev as WheelTimer).next = timer.next;
    (timer.next as WheelTimer).prev = timer.prev;
    timer.prev = null;
    timer.next = null;
    this.#linked--;
  }

  #tick(): void {
    const now = Math.floor(this.#clock.monotonic() / this.#tickMs);
    // After a long stall one turn meets every slot; more turns would meet them again.
    const first = Math.max(this.#done + 1, now - this.#mask);
    try {
      for (let tick = first; tick <= now; tick++) {
        this.#done = tick;
        this.#workOff(this.#slots[tick & this.#mask] as WheelTimer, now);
      }
    } finally {
      if (this.#linked > 0) this.#clock.after(this.#tickMs, this.#onTick);
      else this.#ticking = false;
    }
  }

  #workOff(head: WheelTimer, now: number): void {
    // A callback may unlink any timer, so the walk starts anew from what is left after each one:
    // the ring is cut off first, and what is not due goes back to where it belongs.
    const first = head.next as WheelTimer;
    if (first === head) return;
    const last = head.prev as WheelTimer;
    const ring = new WheelTimer(head.run);
    ring.next = first;
    ring.prev = last;
    first.prev = ring;
    last.next = ring;
    head.next = head;
    head.prev = head;
    while (ring.next !== ring) {
      const timer = ring.next;
      this.#unlink(timer);
      if (timer.due > now) {
        this.#link(timer);
        continue;
      }
      timer.due = -1;
      try {
        timer.run();
      } catch (error) {
        // One broken callback must not hold up the others; it is still reported.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
