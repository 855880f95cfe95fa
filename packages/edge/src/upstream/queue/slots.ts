import { FairQueue } from "@egide/std/fair-queue.ts";
import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";

/** Who wants to send a request to an origin. */
export interface Entrant {
  /** Turns are taken by this key. */
  readonly key: string;
  /** A place has become free, and is taken. */
  admitted(): void;
  /** There will be no place: the line is too long, or the wait was. */
  refused(why: "full" | "timeout"): void;
}

/** A place in the line. */
export interface Ticket {
  readonly key: string;
  readonly entrant: Entrant;
  readonly timer: WheelTimer;
}

/** Share of the places that everybody may fill; what is beyond is for visitors who hold few. */
const OPEN_SHARE = 0.75;
/** Share of the places that one visitor may hold of those beyond. */
const FEW_SHARE = 0.125;

/** Counts requests in flight at one origin; beyond the maximum they wait in a fair, bounded queue. */
export class Slots {
  readonly #max: number;
  readonly #waitMs: number;
  readonly #wheel: TimerWheel;
  readonly #queue: FairQueue<Ticket>;
  /** Places held by key: who reads slowly on many streams must not hold them all. */
  readonly #held = new Map<string, number>();
  readonly #open: number;
  readonly #few: number;
  inFlight = 0;

  constructor(max: number, queueSize: number, waitMs: number, wheel: TimerWheel) {
    this.#max = max;
    this.#open = Math.ceil(max * OPEN_SHARE);
    this.#few = Math.ceil(max * FEW_SHARE);
    this.#waitMs = waitMs;
    this.#wheel = wheel;
    this.#queue = new FairQueue(queueSize);
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Null: a place is taken, go on. Else `admitted` or `refused` follows, the latter maybe at once. */
  enter(entrant: Entrant): Ticket | null {
    if (this.#hasPlace(entrant.key)) {
      this.inFlight++;
      this.#count(entrant.key, 1);
      return null;
    }
    const ticket: Ticket = {
      key: entrant.key,
      entrant,
      timer: new WheelTimer(() => {
        this.#queue.remove(ticket);
        entrant.refused("timeout");
      }),
    };
    const dropped = this.#queue.push(ticket);
    if (dropped !== ticket) this.#wheel.schedule(ticket.timer, this.#waitMs);
    if (dropped !== null) {
      this.#wheel.cancel(dropped.timer);
      dropped.entrant.refused("full");
    }
    return ticket;
  }

  #hasPlace(key: string): boolean {
    if (this.inFlight < this.#open) return true;
    return this.inFlight < this.#max && (this.#held.get(key) ?? 0) < this.#few;
  }

  #count(key: string, by: 1 | -1): void {
    const held = (this.#held.get(key) ?? 0) + by;
    if (held <= 0) this.#held.delete(key);
    else this.#held.set(key, held);
  }

  /** A request of `key` is over: its place goes to who is next. */
  leave(key: string): void {
    this.#count(key, -1);
    const next = this.#queue.shift();
    if (next === null) {
      this.inFlight--;
      return;
    }
    this.#wheel.cancel(next.timer);
    this.#count(next.key, 1);
    next.entrant.admitted();
  }

  /** Who waits does not want to any longer. */
  giveUp(ticket: Ticket): void {
    this.#wheel.cancel(ticket.timer);
    this.#queue.remove(ticket);
  }
}
