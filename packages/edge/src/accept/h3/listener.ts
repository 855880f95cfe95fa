import type { Limits } from "@egide/contract/policy/limits.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { Server, TLSOptions } from "bun";
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
  readonly limits: Limits;
  readonly clock: Clock;
  readonly sweep: Sweep;
  /** Serial number for each request: Bun does not show which ones share a connection. */
  readonly nextSerial: () => number;
  readonly onExchange: ExchangeHandler;
}

/** Bun tells nothing of a QUIC handshake; HTTP/3 implies these two (RFC 9001, RFC 9114). */
const TLS: TlsFacts = { version: "TLSv1.3", cipher: "", serverName: "", alpn: "h3", ja4: "" };

/** Bun's longest idle time, in seconds. */
const MAX_IDLE = 255;

/** HTTP/3 by Bun.serve on a UDP port; its limits and how certificates change are in docs/adr/0032. */
export class H3Listener {
  readonly #options: H3ListenOptions;
  readonly #unsubscribe: () => void;
  #server: Server<undefined> | null;
  #port: number;
  readonly #stopping = new Set<Promise<void>>();

  constructor(options: H3ListenOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#server = this.#open();
    this.#unsubscribe = options.certificates.onChange(() => this.#replace());
  }

  /** -1 while there is no certificate to open a port with. */
  get port(): number {
    return this.#server?.port ?? -1;
  }

  /** No new connections; settles when the requests under way are answered. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#retire();
    await Promise.all(this.#stopping);
  }

  /**
   * A new server takes the port with the new certificates. The old one is told first: it answers
   * what it has, says GOAWAY, and the clients come back to the new one.
   */
  #replace(): void {
    this.#retire();
    this.#server = this.#open();
  }

  #retire(): void {
    if (this.#server === null) return;
    const stopping = this.#server.stop();
    this.#server = null;
    this.#stopping.add(stopping);
    void stopping.finally(() => this.#stopping.delete(stopping));
  }

  #open(): Server<undefined> | null {
    const { certificates, hostname, limits } = this.#options;
    const tls = contextsFor(certificates);
    if (tls.length === 0) return null;
    const server = Bun.serve({
      hostname,
      port: this.#port,
      reusePort: true,
      http3: true,
      http1: false,
      tls,
      idleTimeout: Math.min(MAX_IDLE, Math.ceil(limits.keepAliveSeconds)),
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
    const { limits, nextSerial, onExchange, sweep } = this.#options;
    const peer = server.requestIP(request);
    const remote: Endpoint = { address: peer?.address ?? "", port: peer?.port ?? 0 };
    const local: Endpoint = { address: this.#options.hostname, port: this.#port };
    // Its own timer is a minimum rate with a coarse grain: ours is kept below.
    server.timeout(request, 0);
    const client = { remote, local, tls: TLS, connection: nextSerial(), request: 1 };
    let watch: RateWatch | null = null;
    const exchange = new H3Exchange(
      request,
      readRequest(request, limits),
      client,
      limits.bodyBytes,
      () => {
        if (watch !== null) sweep.remove(watch);
      },
    );
    watch = new RateWatch(exchange, limits);
    sweep.add(watch);
    onExchange(exchange);
    return exchange.response;
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
