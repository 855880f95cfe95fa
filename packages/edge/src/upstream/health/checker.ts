import type { OriginsSettings } from "@egide/contract/policy/origin.ts";
import type { Clock } from "@egide/std/clock.ts";
import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";
import type { OriginRequest, OriginResponse } from "#stream.ts";
import type { H1Client } from "#upstream/h1/roles.ts";
import { isExpected } from "#upstream/health/probe.ts";
import type { Origin } from "#upstream/origin.ts";
import type { Connectee } from "#upstream/reach/connector.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";

type ActiveCheck = NonNullable<OriginsSettings["health"]["active"]>;

/** Checks are spread by up to this share of their interval, so that edges do not ask in step. */
const JITTER = 0.1;

/** Asks one origin, time and again, on a connection of its own each time (HTTP/2: on a stream), whether it is well. */
export class Checker implements Connectee, H1Client {
  readonly #origin: Origin;
  readonly #check: ActiveCheck;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #random: () => number;
  readonly #next = new WheelTimer(() => this.#begin());
  readonly #deadline = new WheelTimer(() => this.#end(false));
  readonly #request: OriginRequest;
  #connecting: { cancel(): void } | null = null;
  #carrier: { cancel(): void } | null = null;
  #running = false;

  constructor(
    origin: Origin,
    check: ActiveCheck,
    clock: Clock,
    wheel: TimerWheel,
    random: () => number,
  ) {
    const { address } = origin;
    this.#origin = origin;
    this.#check = check;
    this.#clock = clock;
    this.#wheel = wheel;
    this.#random = random;
    this.#request = {
      method: "GET",
      target: check.path,
      scheme: address.tls ? "https" : "http",
      authority: check.host ?? origin.hostHeader ?? hostOf(address),
      headers: ["User-Agent", "Egide-Health-Check", "Accept", "*/*"],
      body: null,
      bodyLength: 0,
      upgrade: null,
      affinity: "",
    };
  }

  start(): void {
    this.#begin();
  }

  stop(): void {
    this.#abandon();
    this.#wheel.cancel(this.#next);
  }

  connected(conn: Conn, address: string): ConnHandler {
    this.#connecting = null;
    const connection = this.#origin.speakOnce(conn, address, this.#check.timeoutSeconds * 1000);
    conn.handler = connection;
    this.#carrier = connection;
    connection.begin(this.#request, null, this);
    return connection;
  }

  connectFailed(): void {
    this.#end(false);
  }

  informational(): void {}

  responded(response: OriginResponse): void {
    this.#end(isExpected(response.status, this.#check.expect));
  }

  failed(): void {
    this.#end(false);
  }

  over(): void {}

  #begin(): void {
    this.#running = true;
    this.#wheel.schedule(this.#deadline, this.#check.timeoutSeconds * 1000);
    if (this.#origin.speaksH2(this.#request)) {
      const carrier = this.#origin.sendH2(this.#request, null, this);
      if (this.#running) this.#carrier = carrier;
      return;
    }
    const connecting = this.#origin.connector.connect(this.#origin.tls, this);
    if (this.#running && this.#carrier === null) this.#connecting = connecting;
  }

  #end(isGood: boolean): void {
    if (!this.#running) return;
    this.#abandon();
    this.#origin.health.probed(isGood, this.#clock.monotonic());
    const spread = 1 + (this.#random() * 2 - 1) * JITTER;
    this.#wheel.schedule(this.#next, this.#check.intervalSeconds * 1000 * spread);
  }

  #abandon(): void {
    this.#running = false;
    this.#wheel.cancel(this.#deadline);
    this.#connecting?.cancel();
    this.#connecting = null;
    this.#carrier?.cancel();
    this.#carrier = null;
  }
}

function hostOf(address: Origin["address"]): string {
  if (address.kind === "unix") return "localhost";
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return address.port === (address.tls ? 443 : 80) ? host : `${host}:${address.port}`;
}
