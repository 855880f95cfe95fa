import type { Limits } from "@egide/contract/policy/limits.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import type { Server, TLSOptions } from "bun";
import { H3Connections } from "#accept/h3/connections.ts";
import { H3Exchange } from "#accept/h3/exchange.ts";
import { readRequest } from "#accept/h3/read-request.ts";
import { RateWindow } from "#accept/rate.ts";
import type { Sweep, Watched } from "#accept/sweep.ts";
import type { Certificates } from "#accept/tls/certificates.ts";
import type { ExchangeHandler } from "#exchange.ts";
import type { Endpoint, TlsFacts } from "#wire/conn.ts";

export interface H3ListenOptions {
  readonly hostname: string;
  /** UDP port; 0 for any. */
  readonly port: number;
  readonly certificates: Certificates;
  /** Those in force when a request comes. */
  readonly limits: () => Limits;
  readonly clock: Clock;
  readonly sweep: Sweep;
  /** Serial number for each connection. */
  readonly nextSerial: () => number;
  /** Hears of each connection that is seen first (1) and taken for closed (-1). */
  readonly onCount?: (change: 1 | -1) => void;
  readonly onExchange: ExchangeHandler;
  /** The port is open: from now on it may be told of. */
  readonly onOpen?: (port: number) => void;
}

/**
 * A stream that was broken off on the way is never ended (see response-stream.ts), and Bun would wait
 * for it for good. Once nothing else is under way, the last answers get this long to leave.
 */
const FLUSH_MS = 30_000;

/** How often a port that another process holds is tried again. */
const RETRY_MS = 500;

/** New certificates wait for so long a moment without a request: nobody notices a server that is idle. */
const QUIET_MS = 1000;
/** They wait no longer than this; then the old server takes no new requests, and answers what it has. */
const MAX_STALE_MS = 60_000;

/** Bun tells nothing of a QUIC handshake; HTTP/3 implies these two (RFC 9001, RFC 9114). */
const TLS: TlsFacts = { version: "TLSv1.3", cipher: "", serverName: "", alpn: "h3", ja4: "" };

/** Bun's longest idle time, in seconds. */
const MAX_IDLE = 255;

/** HTTP/3 by Bun.serve on a UDP port; its limits and how certificates change are in docs/adr/0032. */
export class H3Listener {
  readonly #options: H3ListenOptions;
  readonly #unsubscribe: () => void;
  #server: Server<undefined> | null = null;
  #retry: Timer | null = null;
  #stopped = false;
  #port: number;
  readonly #stopping = new Set<Promise<void>>();
  readonly #live = new Set<H3Exchange>();
  /** When the last request was over: its answer may still be leaving for a moment. */
  #quietSince = -Infinity;
  readonly #connections: H3Connections;
  /** Looks for a moment to put new certificates into force; null where those in force are the newest. */
  #stale: Timer | null = null;

  constructor(options: H3ListenOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#connections = new H3Connections({
      sweep: options.sweep,
      nextSerial: options.nextSerial,
      idleMs: () => idleSeconds(options.limits()) * 1000,
      ...(options.onCount === undefined ? {} : { onCount: options.onCount }),
    });
    this.#unsubscribe = options.certificates.onChange(() => this.#replace());
    void this.#openWhenFree();
  }

  /** -1 while it is not open: no certificate, or another process holds the port. */
  get port(): number {
    return this.#server?.port ?? -1;
  }

  /** No new connections; settles when the requests under way are answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    this.#stale?.cancel();
    this.#unsubscribe();
    await this.#retire(false);
    this.#connections.closeIdle();
  }

  /**
   * Two servers on one port would get each other's packets, so the next one opens when the one with the
   * old certificates is gone. It goes when it has nothing to do, which takes a moment that nobody sees;
   * where it never rests, it answers what it has and says GOAWAY, and visitors keep to TCP meanwhile.
   */
  #replace(): void {
    // Still waiting for the port, or for a first certificate: what opens then is new already.
    if (this.#server === null) {
      if (this.#retry === null) void this.#retire(false).then(() => this.#openWhenFree());
      return;
    }
    if (this.#stale !== null) return;
    const { clock } = this.#options;
    const since = clock.monotonic();
    const look = (): void => {
      const now = clock.monotonic();
      const isQuiet = this.#live.size === 0 && now - this.#quietSince >= QUIET_MS;
      if (!isQuiet && now - since < MAX_STALE_MS) {
        this.#stale = clock.after(RETRY_MS, look);
        return;
      }
      this.#stale = null;
      void this.#retire(isQuiet).then(() => this.#openWhenFree());
    };
    this.#stale = clock.after(RETRY_MS, look);
  }

  /** `cut`: nothing is under way, and connections that are open are ended. */
  #retire(cut: boolean): Promise<unknown> {
    const server = this.#server;
    if (server !== null) {
      const stopping = server.stop(cut);
      this.#server = null;
      this.#connections.closeIdle();
      this.#stopping.add(stopping);
      const cutting = this.#cutWhenQuiet(server);
      void stopping.finally(() => {
        cutting.cancel();
        this.#stopping.delete(stopping);
      });
    }
    return Promise.all(this.#stopping);
  }

  #cutWhenQuiet(server: Server<undefined>): { cancel(): void } {
    const { clock } = this.#options;
    let quiet = 0;
    const look = (): void => {
      quiet = this.#live.size === 0 ? quiet + RETRY_MS : 0;
      if (quiet >= FLUSH_MS) void server.stop(true);
      else timer = clock.after(RETRY_MS, look);
    };
    let timer = clock.after(RETRY_MS, look);
    return { cancel: () => timer.cancel() };
  }

  /**
   * Two processes that share a UDP port would get each other's packets. An older one leaves when it
   * has answered what it has; until then, visitors keep to TCP.
   */
  async #openWhenFree(): Promise<void> {
    const { hostname } = this.#options;
    this.#retry = null;
    const isFree = this.#port === 0 || (await isPortFree(hostname, this.#port));
    if (this.#stopped || this.#server !== null || this.#retry !== null) return;
    if (isFree) this.#take();
    else this.#later();
    if (this.#server !== null) this.#options.onOpen?.(this.#port);
  }

  #take(): void {
    try {
      this.#server = this.#open();
    } catch {
      // Taken in the meantime, or a certificate that BoringSSL refuses: TCP goes on without us.
      this.#later();
    }
  }

  #later(): void {
    this.#retry = this.#options.clock.after(RETRY_MS, () => void this.#openWhenFree());
  }

  #open(): Server<undefined> | null {
    const { certificates, hostname } = this.#options;
    const limits = this.#options.limits();
    const tls = contextsFor(certificates);
    if (tls.length === 0) return null;
    const server = Bun.serve({
      hostname,
      port: this.#port,
      http3: true,
      http1: false,
      tls,
      idleTimeout: idleSeconds(limits),
      // Ours is counted while the body arrives; Bun's would end uploads at 128 MB.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      fetch: (request, server) => this.#fetch(request, server),
      error: () => new Response(null, { status: 500 }),
    });
    this.#port = server.port ?? this.#port;
    return server;
  }

  #fetch(request: Request, server: Server<undefined>): Promise<Response> {
    const { clock, onExchange, sweep } = this.#options;
    const limits = this.#options.limits();
    const peer = server.requestIP(request);
    const remote: Endpoint = { address: peer?.address ?? "", port: peer?.port ?? 0 };
    const local: Endpoint = { address: this.#options.hostname, port: this.#port };
    // Its own timer is a minimum rate with a coarse grain: ours is kept below.
    server.timeout(request, 0);
    const connection = this.#connections.began(remote.address, remote.port);
    const { serial, requests } = connection;
    const client = { remote, local, tls: TLS, connection: serial, request: requests };
    let watch: RateWatch | null = null;
    const exchange = new H3Exchange(
      request,
      readRequest(request, limits),
      client,
      limits.bodyBytes,
      (over) => {
        this.#live.delete(over);
        this.#quietSince = clock.monotonic();
        this.#connections.over(connection, this.#quietSince);
        if (watch !== null) sweep.remove(watch);
      },
    );
    watch = new RateWatch(exchange, limits);
    sweep.add(watch);
    this.#live.add(exchange);
    onExchange(exchange);
    return exchange.response;
  }
}

function idleSeconds(limits: Limits): number {
  return Math.min(MAX_IDLE, Math.ceil(limits.keepAliveSeconds));
}

async function isPortFree(hostname: string, port: number): Promise<boolean> {
  try {
    const probe = await Bun.udpSocket({ hostname, port });
    probe.close();
    return true;
  } catch {
    return false;
  }
}

/** Judges one exchange's pace in both directions. */
class RateWatch implements Watched {
  readonly #exchange: H3Exchange;
  readonly #limits: Limits;
  readonly #up = new RateWindow();
  readonly #down = new RateWindow();

  constructor(exchange: H3Exchange, limits: Limits) {
    this.#exchange = exchange;
    this.#limits = limits;
  }

  check(now: number): void {
    const { minBytesPerSecond: least, rateWindowSeconds } = this.#limits;
    const { body, isBlocked, bytesOut } = this.#exchange;
    const window = rateWindowSeconds * 1000;
    const waiting = body?.isWaiting ?? false;
    const slowUp = this.#up.tooSlow(now, body?.received ?? 0, waiting, least, window);
    const slowDown = this.#down.tooSlow(now, bytesOut, isBlocked, least, window);
    if (slowUp || slowDown) this.#exchange.tooSlow();
  }

  abandon(): void {
    this.#exchange.tooSlow();
  }
}

/**
 * One entry for each exact name and one-label wildcard, the first certificate for all others. Zones
 * that ask for client certificates are left out: Bun would not show what the client sent, so they
 * are served over TCP alone.
 */
function contextsFor(certificates: Certificates): TLSOptions[] {
  const entries = certificates.entries.filter((entry) => entry.clients === null);
  const fallback = entries[0];
  if (fallback === undefined) return [];
  const { cert, key } = fallback.certificate;
  const out: TLSOptions[] = [{ cert, key }];
  for (const { certificate, names } of entries) {
    for (const serverName of names) {
      if (serverName === "*") continue;
      out.push({ serverName, cert: certificate.cert, key: certificate.key });
    }
  }
  return out;
}
