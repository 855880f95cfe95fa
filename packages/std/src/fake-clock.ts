import type { Clock, Timer } from "#clock.ts";

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when told to; timers due are run in order of time, then of creation. */
export class FakeClock implements Clock {
  #wall: number;
  #mono = 0;
  #order = 0;
  readonly #entries = new Set<Entry>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#wall = start;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#mono;
  }

  after(ms: number, run: () => void): Timer {
    const entry: Entry = { at: this.#mono + Math.max(0, ms), order: this.#order++, run };
    this.#entries.add(entry);
    return { cancel: () => void this.#entries.delete(entry) };
  }

  /** Moves time forward by `ms`, running each timer at its own moment. */
  advance(ms: number): void {
    const end = this.#mono + ms;
    for (;;) {
      const next = this.#nextDue(end);
      if (next === undefined) break;
      this.#entries.delete(next);
      this.#moveTo(next.at);
      next.run();
    }
    this.#moveTo(end);
  }

  /** Shifts the wall clock alone, as an NTP step does. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Timers not yet run: a leak check for tests. */
  get pending(): number {
    return this.#entries.size;
  }

  #moveTo(mono: number): void {
    this.#wall += mono - this.#mono;
    this.#mono = mono;
  }

  #nextDue(end: number): Entry | undefined {
    let best: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at > end) continue;
      if (
        best === undefined ||
        entry.at < best.at ||
        (entry.at === best.at && entry.order < best.order)
      ) {
        best = entry;
      }
    }
    return best;
  }
}
