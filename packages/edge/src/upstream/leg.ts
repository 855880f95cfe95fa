import type { AppError } from "@egide/std/error.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { OriginRequest, OriginResponse, RawHeaders } from "#stream.ts";
import { originError } from "#upstream/failure.ts";
import type { H1Connection } from "#upstream/h1/connection.ts";
import type { H1Client } from "#upstream/h1/roles.ts";
import type { Origin } from "#upstream/origin.ts";
import type { Entrant, Ticket } from "#upstream/queue/slots.ts";
import type { Connectee } from "#upstream/reach/connector.ts";
import type { RequestBody } from "#upstream/request-body.ts";
import { afterFailure, isIdempotent, type Progress } from "#upstream/retry/policy.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";

/** Whose attempt a leg is. Hears nothing after it cancelled the leg. */
export interface LegHost {
  readonly request: OriginRequest;
  readonly body: RequestBody | null;
  legInformed(leg: Leg, status: number, headers: RawHeaders): void;
  legResponded(leg: Leg, response: OriginResponse): void;
  legFailed(leg: Leg, error: AppError, progress: Progress): void;
}

/** How an attempt ended, as far as it tells something about the origin. */
export type LegOutcome = "answered" | "unreached" | "unanswered" | "broken" | "nothing";

/** What a leg tells about its origin's health. */
export type LegReport = (origin: Origin, outcome: LegOutcome, status: number) => void;

/** One attempt at one origin: a place there, a connection, a request, and the word on how it went. */
export class Leg implements Entrant, Connectee, H1Client {
  readonly origin: Origin;
  readonly #host: LegHost;
  readonly #clock: Clock;
  readonly #report: LegReport;
  #ticket: Ticket | null = null;
  #connecting: { cancel(): void } | null = null;
  /** What carries the request: an HTTP/1.1 connection, or a call on an HTTP/2 session. */
  #carrier: { cancel(): void } | null = null;
  #hasPlace = false;
  #placedAt = 0;
  #reported = false;
  #over = false;

  constructor(host: LegHost, origin: Origin, clock: Clock, report: LegReport) {
    this.origin = origin;
    this.#host = host;
    this.#clock = clock;
    this.#report = report;
  }

  get key(): string {
    return this.#host.request.affinity;
  }

  start(): void {
    const { health } = this.origin;
    if (health.breaker !== "closed") health.begin(this.#clock.monotonic());
    const ticket = this.origin.slots.enter(this);
    if (ticket === null) this.admitted();
    else if (!this.#over) this.#ticket = ticket;
  }

  cancel(): void {
    if (this.#over) return;
    this.#tell("nothing", 0);
    const carrier = this.#carrier;
    this.#leave();
    carrier?.cancel();
  }

  admitted(): void {
    this.#ticket = null;
    this.#hasPlace = true;
    this.#placedAt = this.#clock.monotonic();
    this.origin.requests++;
    const { request, body } = this.#host;
    if (this.origin.speaksH2(request)) {
      const carrier = this.origin.sendH2(request, body, this);
      if (!this.#over) this.#carrier = carrier;
      return;
    }
    const pooled = this.origin.pool.take();
    if (pooled === null) this.#connect();
    else this.#begin(pooled);
  }

  refused(why: "full" | "timeout"): void {
    const code = why === "full" ? "origin.queue_full" : "origin.queue_timeout";
    this.#tell("nothing", 0);
    this.#fail(originError(code, undefined, this.origin.retryAfter), "unsent");
  }

  connected(conn: Conn, address: string): ConnHandler {
    this.#connecting = null;
    const connection = this.origin.speakH1(conn, address);
    // The connection must listen before it speaks.
    conn.handler = connection;
    this.#begin(connection);
    return conn.handler;
  }

  connectFailed(error: AppError): void {
    this.#connecting = null;
    this.#tell("unreached", 0);
    this.#fail(error, "unsent");
  }

  informational(status: number, headers: RawHeaders): void {
    this.#host.legInformed(this, status, headers);
  }

  responded(response: OriginResponse, isWhole: boolean): void {
    this.#tell("answered", response.status);
    if (isWhole) this.#leave();
    this.#host.legResponded(this, response);
  }

  failed(error: AppError, progress: Progress): void {
    this.#carrier = null;
    const { request, body } = this.#host;
    const next = afterFailure({
      progress,
      idempotent: isIdempotent(request.method),
      replayable: body === null || body.isReplayable,
      mendable: error.retry,
    });
    if (next === "fresh") {
      // The other idle connections are as old, or older. Only HTTP/1.1 is ever stale.
      this.#connect();
      return;
    }
    this.#tell(outcomeOf(error), 0);
    this.#fail(error, progress);
  }

  over(error: AppError | null): void {
    if (this.#over) return;
    this.#leave();
    if (error !== null && error.source === "origin") this.#report(this.origin, "broken", 0);
  }

  #connect(): void {
    const connecting = this.origin.connector.connect(this.origin.tls, this);
    if (!this.#over && this.#carrier === null) this.#connecting = connecting;
  }

  #begin(connection: H1Connection): void {
    this.#carrier = connection;
    connection.begin(this.#host.request, this.#host.body, this);
  }

  #fail(error: AppError, progress: Progress): void {
    if (this.#over) return;
    this.#leave();
    this.#host.legFailed(this, error, progress);
  }

  #tell(outcome: LegOutcome, status: number): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#report(this.origin, outcome, status);
  }

  /** Gives the place, or the place in the line, back. */
  #leave(): void {
    this.#over = true;
    this.#carrier = null;
    const { slots } = this.origin;
    if (this.#ticket !== null) slots.giveUp(this.#ticket);
    this.#ticket = null;
    this.#connecting?.cancel();
    this.#connecting = null;
    if (!this.#hasPlace) return;
    this.#hasPlace = false;
    this.origin.served(this.#clock.monotonic() - this.#placedAt);
    slots.leave(this.key);
  }
}

/** What a failure without an answer says of the origin. */
function outcomeOf({ source, code }: AppError): LegOutcome {
  if (source !== "origin") return "nothing";
  if (code.startsWith("origin.http1.") || code.startsWith("origin.http2.")) return "broken";
  return UNREACHED.has(code) ? "unreached" : "unanswered";
}

const UNREACHED = new Set([
  "origin.dns_failed",
  "origin.connect_failed",
  "origin.connect_timeout",
  "origin.tls_failed",
  "origin.h2_refused",
]);
