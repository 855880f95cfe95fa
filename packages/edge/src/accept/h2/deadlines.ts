import type { Limits } from "@egide/contract/policy/limits.ts";
import { RateWindow } from "#accept/rate.ts";
import type { H2Stream } from "#wire/h2/stream.ts";
import type { Conn } from "#wire/conn.ts";

/** A connection as its deadlines see it. */
export interface Judged {
  readonly conn: Conn;
  readonly isDead: boolean;
  readonly isReading: boolean;
  readonly requests: number;
  readonly progress: number;
  readonly streams: ReadonlyMap<number, H2Stream>;
  /** The peer brings a body, or takes an answer, more slowly than is allowed. */
  bringsTooSlowly(stream: H2Stream): void;
  takesTooSlowly(stream: H2Stream): void;
}

export type Verdict = "idle" | "head" | "stuck" | null;

/** How long a connection that we have ended may take to go. */
const GOODBYE_MS = 2000;
/** How long a request that has been answered may go on. */
const LINGER_MS = 2000;

interface StreamRates {
  incoming: RateWindow | null;
  outgoing: RateWindow | null;
  answeredAt: number;
}

/** Time limits towards one visitor, judged at every sweep: nothing is timed while requests run well. */
export class ServerDeadlines {
  readonly #limits: Limits;
  #idleSince: number;
  #readingSince = -1;
  #endedAt = -1;
  #requests = 0;
  #progress = -1;
  #connection: RateWindow | null = null;
  #rates: Map<number, StreamRates> | null = null;

  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#idleSince = now;
  }

  judge(now: number, judged: Judged): Verdict {
    const { headerSeconds, keepAliveSeconds } = this.#limits;
    if (judged.isDead) {
      if (this.#endedAt < 0) this.#endedAt = now;
      return now - this.#endedAt >= GOODBYE_MS ? "stuck" : null;
    }
    if (judged.conn.pending > 0 || this.#connection !== null) {
      this.#connection ??= new RateWindow();
      const waits = judged.conn.pending > 0;
      if (this.#slow(this.#connection, now, waits ? judged.conn.delivered : 0, waits)) {
        return "stuck";
      }
    }
    if (!judged.isReading || judged.progress !== this.#progress) this.#readingSince = -1;
    this.#progress = judged.progress;
    if (judged.isReading) {
      if (this.#readingSince < 0) this.#readingSince = now;
      else if (now - this.#readingSince >= headerSeconds * 1000) return "head";
    }
    if (judged.streams.size > 0 || judged.requests !== this.#requests) {
      this.#idleSince = now;
      this.#requests = judged.requests;
    } else if (now - this.#idleSince >= keepAliveSeconds * 1000) {
      return "idle";
    }
    if (judged.streams.size > 0) this.#judgeStreams(now, judged);
    else this.#rates = null;
    return null;
  }

  #judgeStreams(now: number, judged: Judged): void {
    for (const stream of judged.streams.values()) {
      const lingers = stream.localEnded;
      const sends = stream.unsent > 0;
      const rates = this.#rates?.get(stream.id);
      if (rates === undefined && !lingers && !sends && !stream.wantsInput) continue;
      this.#judge(now, judged, stream, rates ?? this.#watch(stream.id));
    }
    for (const id of this.#rates?.keys() ?? []) {
      if (!judged.streams.has(id)) this.#rates?.delete(id);
    }
  }

  #judge(now: number, judged: Judged, stream: H2Stream, rates: StreamRates): void {
    if (stream.localEnded) {
      if (rates.answeredAt < 0) rates.answeredAt = now;
      else if (now - rates.answeredAt >= LINGER_MS) stream.letGo();
      return;
    }
    rates.incoming ??= new RateWindow();
    if (this.#slow(rates.incoming, now, stream.received, stream.wantsInput)) {
      judged.bringsTooSlowly(stream);
    }
    // Where the connection itself is full, its own rate is judged, not that of who waits in line.
    const blocked = stream.unsent > 0 && judged.conn.pending === 0;
    rates.outgoing ??= new RateWindow();
    if (this.#slow(rates.outgoing, now, stream.sent, blocked)) {
      judged.takesTooSlowly(stream);
    }
  }

  #watch(id: number): StreamRates {
    const rates = { incoming: null, outgoing: null, answeredAt: -1 };
    this.#rates ??= new Map();
    this.#rates.set(id, rates);
    return rates;
  }

  #slow(rate: RateWindow, now: number, total: number, waiting: boolean): boolean {
    const { minBytesPerSecond, rateWindowSeconds } = this.#limits;
    return rate.tooSlow(now, total, waiting, minBytesPerSecond, rateWindowSeconds * 1000);
  }
}
