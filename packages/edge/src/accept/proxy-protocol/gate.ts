import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";
import { type ProxyFault, readProxyHeader } from "#accept/proxy-protocol/read.ts";
import type { ConnHandler } from "#wire/conn.ts";
import type { BaseConn } from "#wire/transport/base.ts";

export interface ProxyGateOptions {
  /** True for peers that must open with a header. All others are taken as they come. */
  readonly proxied: (address: string) => boolean;
  readonly wheel: TimerWheel;
  /** How long a peer may take to send its header. */
  readonly seconds: number;
  /** Set the connection's handler; `remote` and `local` are the header's. */
  readonly onConn: (conn: BaseConn) => void;
  readonly onRefused?: (code: ProxyFault | "proxy_protocol.timeout", remote: string) => void;
}

/**
 * Stands before a front on plain connections: a trusted peer's header is read and taken off, then
 * the front gets the connection as if it came from the visitor. (Before TLS, `tls/greeting.ts` does
 * this on the raw socket.)
 */
export function throughProxyGate(conn: BaseConn, options: ProxyGateOptions): void {
  if (options.proxied(conn.remote.address)) conn.handler = new ProxyGate(conn, options);
  else options.onConn(conn);
}

class ProxyGate implements ConnHandler {
  readonly #conn: BaseConn;
  readonly #options: ProxyGateOptions;
  readonly #timer = new WheelTimer(() => this.#refuse("proxy_protocol.timeout"));
  #held: Uint8Array | null = null;

  constructor(conn: BaseConn, options: ProxyGateOptions) {
    this.#conn = conn;
    this.#options = options;
    options.wheel.schedule(this.#timer, options.seconds * 1000);
  }

  onData(chunk: Uint8Array): void {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    const result = readProxyHeader(bytes);
    switch (result.kind) {
      case "incomplete":
        this.#held = Buffer.from(bytes);
        return;
      case "fault":
        this.#refuse(result.code);
        return;
      case "header": {
        this.#held = null;
        this.#options.wheel.cancel(this.#timer);
        if (result.source !== null && result.destination !== null) {
          this.#conn.known({ remote: result.source, local: result.destination });
        }
        this.#options.onConn(this.#conn);
        if (bytes.length > result.length) this.#conn.handler.onData(bytes.subarray(result.length));
      }
    }
  }

  onDrain(): void {}

  onEnd(): void {
    this.#refuse("proxy_protocol.missing");
  }

  onClose(): void {
    this.#options.wheel.cancel(this.#timer);
  }

  #refuse(code: ProxyFault | "proxy_protocol.timeout"): void {
    this.#options.wheel.cancel(this.#timer);
    this.#options.onRefused?.(code, this.#conn.remote.address);
    this.#conn.abort();
  }
}
