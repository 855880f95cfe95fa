import { pacer } from "#accept/h2/pacer.ts";
import type { H2Exchange } from "#accept/h2/exchange.ts";

/** A connection as its admission sees it. */
export interface AdmissionHost {
  readonly streams: ReadonlyMap<number, H2Exchange>;
  /** The peer's windows let little of a new answer leave. */
  readonly isNarrow: boolean;
  /** The peer's windows, not the network, hold the stream's answer back. */
  isBlocked(stream: H2Exchange): boolean;
  handOn(stream: H2Exchange): void;
}

/**
 * Requests of one connection that wait for their answer to begin, and answers that wait for the peer's
 * window, are this many at most: beyond it, requests are read but not acted on. Who opens a hundred
 * streams and takes nothing costs a hundred heads, and no hundred connections to an origin.
 */
const WIDE = 32;
/** The same while the peer's windows are (nearly) shut. */
const NARROW = 8;
/** Requests handed on in one go: other connections have their turn before the next ones. */
const AT_ONCE = 8;

/** Decides when the requests of one HTTP/2 connection are handed on: soon, but not all at once. */
export class Admission {
  readonly #host: AdmissionHost;
  readonly #waiting: H2Exchange[] = [];
  /** Requests handed on since the last sweep whose answer has not begun. */
  #fresh = 0;
  /** Stands in the pacer's line. Owned by the pacer. */
  isQueued = false;

  constructor(host: AdmissionHost) {
    this.#host = host;
  }

  add(stream: H2Exchange): void {
    this.#waiting.push(stream);
  }

  /** All that came in one read has been taken in. */
  turnEnds(): void {
    if (this.#waiting.length === 0) return;
    // A burst waits until others have had their turn.
    if (this.#waiting.length <= AT_ONCE) this.admit();
    this.#again();
  }

  /** Hands on what there is room for, a few at most. Answers how many. */
  admit(): number {
    let admitted = 0;
    while (admitted < AT_ONCE && this.#waiting.length > 0 && this.#hasRoom()) {
      const stream = this.#next();
      admitted++;
      this.#fresh++;
      stream.isFresh = true;
      this.#host.handOn(stream);
    }
    return admitted;
  }

  get mayAdmit(): boolean {
    return this.#waiting.length > 0 && this.#hasRoom();
  }

  /** The answer to a request has begun. */
  answered(stream: H2Exchange): void {
    if (stream.isFresh) {
      stream.isFresh = false;
      this.#fresh--;
    }
    this.#again();
  }

  /** A stream is over. One that waited is never acted on: a reset (CVE-2023-44487) costs its frames. */
  gone(stream: H2Exchange): void {
    const at = stream.isFresh ? -1 : this.#waiting.indexOf(stream);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.answered(stream);
  }

  /** Twice a second: an origin that takes its time over many requests holds up the others no longer. */
  sweep(): void {
    if (this.#waiting.length === 0) return;
    for (const stream of this.#host.streams.values()) stream.isFresh = false;
    this.#fresh = 0;
    this.#again();
  }

  #again(): void {
    if (this.#waiting.length > 0 && !this.isQueued && this.#hasRoom()) pacer.add(this);
  }

  #hasRoom(): boolean {
    const { streams, isNarrow } = this.#host;
    const most = isNarrow ? NARROW : WIDE;
    let held = this.#fresh;
    if (streams.size > NARROW) {
      for (const stream of streams.values()) if (this.#host.isBlocked(stream)) held++;
    }
    return held < most;
  }

  /** Where not all can go at once, the most urgent one, the oldest of those (RFC 9218, section 10). */
  #next(): H2Exchange {
    let best = 0;
    if (this.#waiting.length > AT_ONCE) best = this.#mostUrgent();
    return this.#waiting.splice(best, 1)[0] as H2Exchange;
  }

  #mostUrgent(): number {
    let best = 0;
    for (let i = 1; i < this.#waiting.length; i++) {
      const { urgency } = this.#waiting[i] as H2Exchange;
      if (urgency < (this.#waiting[best] as H2Exchange).urgency) best = i;
    }
    return best;
  }
}
