import type { Clock } from "@egide/std/clock.ts";
import type { AppError } from "@egide/std/error.ts";
import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";
import { originError } from "#upstream/failure.ts";
import type { H1Settings } from "#upstream/h1/roles.ts";
import { type H2Session, openH2Session } from "#upstream/h2/session.ts";
import type { H2Call } from "#upstream/multiplex/h2-call.ts";
import type { Connectee, Connector } from "#upstream/reach/connector.ts";
import type { OriginTls } from "#upstream/reach/tls.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";

/** Streams at once on a session, whatever the origin allows: beyond, another one is opened. */
const STREAMS = 100;

interface Lane {
  readonly session: H2Session;
  readonly address: string;
  readonly idle: WheelTimer;
}

/** HTTP/2 sessions to one origin: few, filled before another is opened, closed when idle. */
export class H2Pool implements Connectee {
  readonly #connector: Connector;
  readonly #tls: OriginTls | null;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #settings: H1Settings;
  readonly #lanes: Lane[] = [];
  readonly #waiting = new Set<H2Call>();
  #connecting: { cancel(): void } | null = null;
  #isConnecting = false;
  #closed = false;

  constructor(
    connector: Connector,
    tls: OriginTls | null,
    clock: Clock,
    wheel: TimerWheel,
    settings: H1Settings,
  ) {
    this.#connector = connector;
    this.#tls = tls;
    this.#clock = clock;
    this.#wheel = wheel;
    this.#settings = settings;
  }

  get open(): number {
    return this.#lanes.length;
  }

  /** Starts `call` on a session that has room, now or when there is one. */
  send(call: H2Call): void {
    const lane = this.#lanes.find((one) => one.session.available > 0);
    if (lane !== undefined) {
      this.#wheel.cancel(lane.idle);
      this.#start(call, lane.session);
      return;
    }
    this.#waiting.add(call);
    this.#connect();
  }

  drop(call: H2Call): void {
    this.#waiting.delete(call);
    call.drop();
    if (this.#waiting.size > 0) return;
    this.#connecting?.cancel();
    this.#connecting = null;
    this.#isConnecting = false;
  }

  connected(conn: Conn, address: string): ConnHandler {
    this.#connecting = null;
    this.#isConnecting = false;
    if (conn.tls !== null && conn.tls.alpn !== "h2") {
      conn.abort();
      this.#failWaiting(originError("origin.h2_refused"));
      return conn.handler;
    }
    const { headerBytes, trailerBytes } = this.#settings;
    const session = openH2Session(conn, {
      clock: this.#clock,
      headerBytes,
      trailerBytes,
      streams: STREAMS,
      onAvailable: () => this.#available(lane),
      onClosed: () => this.#gone(lane),
    });
    const lane: Lane = { session, address, idle: new WheelTimer(() => session.shutdown()) };
    this.#lanes.push(lane);
    this.#available(lane);
    return conn.handler;
  }

  connectFailed(error: AppError): void {
    this.#connecting = null;
    this.#isConnecting = false;
    this.#failWaiting(error);
  }

  /** Ends sessions to addresses that the origin's name no longer has, behind their last call. */
  prune(): void {
    for (const { session, address } of this.#lanes.slice()) {
      if (!this.#connector.isCurrent(address)) session.shutdown();
    }
  }

  close(): void {
    this.#closed = true;
    for (const { session } of this.#lanes.slice()) session.shutdown();
  }

  #start(call: H2Call, session: H2Session): void {
    call.start(session, () => this.send(call));
  }

  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    const connecting = this.#connector.connect(this.#tls, this);
    if (this.#isConnecting) this.#connecting = connecting;
  }

  #available(lane: Lane): void {
    const { session } = lane;
    for (const call of this.#waiting) {
      if (session.available === 0) break;
      this.#waiting.delete(call);
      this.#start(call, session);
    }
    if (this.#waiting.size > 0) this.#connect();
    if (session.inFlight > 0) return;
    if (this.#closed) session.shutdown();
    else this.#wheel.schedule(lane.idle, this.#settings.keepAliveMs);
  }

  #gone(lane: Lane): void {
    this.#wheel.cancel(lane.idle);
    const at = this.#lanes.indexOf(lane);
    if (at >= 0) this.#lanes.splice(at, 1);
  }

  #failWaiting(error: AppError): void {
    const calls = [...this.#waiting];
    this.#waiting.clear();
    for (const call of calls) call.unreached(error);
  }
}
