import {
  type OriginAddress,
  type OriginSettings,
  type OriginsSettings,
  parseOriginUrl,
} from "@egide/contract/policy/origin.ts";
import type { TimerWheel } from "@egide/std/wheel.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { OriginRequest } from "#stream.ts";
import { H1Connection } from "#upstream/h1/connection.ts";
import { H1Pool } from "#upstream/h1/pool.ts";
import type { H1Client, H1Settings } from "#upstream/h1/roles.ts";
import { Health, type HealthRules } from "#upstream/health/judge.ts";
import { H2Call } from "#upstream/multiplex/h2-call.ts";
import { H2Pool } from "#upstream/multiplex/h2-pool.ts";
import { Slots } from "#upstream/queue/slots.ts";
import { Connector } from "#upstream/reach/connector.ts";
import type { Dial } from "#upstream/reach/dial.ts";
import type { Resolver } from "#upstream/reach/resolver.ts";
import { type OriginTls, originTls } from "#upstream/reach/tls.ts";
import type { RequestBody } from "#upstream/request-body.ts";
import type { Conn } from "#wire/conn.ts";
import { getHeader } from "#wire/headers.ts";

export interface OriginDeps {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly dial: Dial;
  readonly resolver: Resolver;
}

/** Weight of the newest service time in the running average. */
const NEWEST = 0.1;
const MAX_RETRY_AFTER = 60;

/** One origin: the ways to it, who is on them, and what is known of its health. */
export class Origin {
  readonly name: string;
  readonly weight: number;
  readonly protocol: OriginSettings["protocol"];
  readonly address: OriginAddress;
  readonly tls: OriginTls | null;
  readonly isVerified: boolean;
  readonly connector: Connector;
  readonly slots: Slots;
  readonly pool: H1Pool;
  readonly h2: H2Pool;
  readonly health: Health;
  readonly hostHeader: string | null;
  requests = 0;
  failures = 0;
  readonly #h1: H1Settings;
  readonly #wheel: TimerWheel;
  readonly #maxInFlight: number;
  /** Running average of how long a request holds its place, in milliseconds. */
  #serviceMs = 100;

  constructor(settings: OriginSettings, zone: OriginsSettings, deps: OriginDeps) {
    const address = parseOriginUrl(settings.url);
    if (address === null) throw new RangeError(`not an origin: ${settings.url}`);
    const { clock, wheel, dial, resolver } = deps;
    const host = address.kind === "tcp" ? address.host : null;
    this.name = settings.id ?? settings.url;
    this.weight = settings.weight;
    this.protocol = settings.protocol;
    this.address = address;
    this.hostHeader = settings.hostHeader ?? null;
    this.tls = address.tls ? originTls(settings.tls, host, "http/1.1") : null;
    this.isVerified = !address.tls || settings.tls.verify === "full";
    this.connector = new Connector(address, dial, resolver, wheel, zone.connectSeconds * 1000);
    this.slots = new Slots(zone.maxInFlight, zone.queue.size, zone.queue.waitSeconds * 1000, wheel);
    this.pool = new H1Pool(zone.keepAlive.maxIdle, (at) => this.connector.isCurrent(at));
    this.health = new Health(healthRules(zone));
    this.#h1 = h1Settings(zone, this.hostHeader);
    const tls = address.tls ? originTls(settings.tls, host, "h2") : null;
    this.h2 = new H2Pool(this.connector, tls, clock, wheel, this.#h1);
    this.#wheel = wheel;
    this.#maxInFlight = zone.maxInFlight;
  }

  /** Whether a request goes over HTTP/2: where that is set, and gRPC, which needs it. */
  speaksH2(request: OriginRequest): boolean {
    if (this.protocol === "h2" || this.protocol === "h2c") return true;
    if (this.protocol === "h1" || request.method !== "POST") return false;
    const type = getHeader(request.headers, "content-type");
    return type?.toLowerCase().startsWith("application/grpc") === true;
  }

  /** Sends a request over HTTP/2. `client` may hear of a failure at once. */
  sendH2(request: OriginRequest, body: RequestBody | null, client: H1Client): { cancel(): void } {
    const call = new H2Call(request, body, client, this.#wheel, this.#h1);
    this.h2.send(call);
    return { cancel: () => this.h2.drop(call) };
  }

  /** Closes what is idle at addresses that the origin has left. */
  prune(): void {
    this.pool.prune();
    this.h2.prune();
  }

  /** Closes what is idle, and all else behind its last request. */
  close(): void {
    this.pool.close();
    this.h2.close();
  }

  /** Speaks HTTP/1.1 on a connection that has just been opened. */
  speakH1(conn: Conn, address: string): H1Connection {
    this.pool.opened();
    return new H1Connection(conn, address, this.pool, this.#wheel, this.#h1);
  }

  /** The same for one request that stands outside of the pool: an active check. */
  speakOnce(conn: Conn, address: string, timeoutMs: number): H1Connection {
    const settings = { ...this.#h1, firstByteMs: timeoutMs, idleMs: timeoutMs, close: true };
    const home = { free: (one: H1Connection) => one.close(), gone: () => {} };
    return new H1Connection(conn, address, home, this.#wheel, settings);
  }

  /** A request held its place for this long. */
  served(ms: number): void {
    this.#serviceMs += (ms - this.#serviceMs) * NEWEST;
  }

  /** Seconds until a request that comes now would have had its turn: an estimate. */
  get retryAfter(): number {
    const turns = (this.slots.waiting + 1) / this.#maxInFlight;
    return Math.min(MAX_RETRY_AFTER, Math.max(1, Math.ceil((turns * this.#serviceMs) / 1000)));
  }
}

function h1Settings(zone: OriginsSettings, host: string | null): H1Settings {
  return {
    firstByteMs: zone.firstByteSeconds * 1000,
    idleMs: zone.idleSeconds * 1000,
    continueMs: zone.continueSeconds * 1000,
    keepAliveMs: zone.keepAlive.idleSeconds * 1000,
    maxRequests: zone.keepAlive.maxRequests,
    ...zone.response,
    host,
    close: zone.keepAlive.maxIdle === 0,
  };
}

function healthRules(zone: OriginsSettings): HealthRules {
  const { active, passive } = zone.health;
  return {
    breaker: {
      consecutiveFailures: passive.consecutiveFailures,
      openMs: passive.openSeconds * 1000,
      maxOpenMs: passive.maxOpenSeconds * 1000,
      trials: passive.trials,
    },
    probe: { rise: active?.rise ?? 1, fall: active?.fall ?? 1 },
    errorShare: passive.serverErrorShare,
    minRequests: passive.minRequests,
    windowMs: passive.windowSeconds * 1000,
  };
}
