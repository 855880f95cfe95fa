import type { Socket } from "bun";
import type { FairQueue } from "@egide/std/fair-queue.ts";
import { networkOf } from "@egide/std/ip.ts";
import type { WheelTimer } from "@egide/std/wheel.ts";
import { readProxyHeader } from "#accept/proxy-protocol/read.ts";
import type { Certificates, Served } from "#accept/tls/certificates.ts";
import { type ClientHello, MAX_HELLO_BYTES, readClientHello } from "#accept/tls/client-hello.ts";
import { tlsFacts } from "#accept/tls/facts.ts";
import type { Due, HandshakeTurns } from "#accept/tls/handshake-turns.ts";
import { TlsConn, upgradeToTls } from "#accept/tls/upgrade.ts";
import type { Endpoint } from "#wire/conn.ts";
import { BunConn } from "#wire/transport/bun.ts";
import { release } from "#wire/transport/release.ts";

/** What an accepted socket carries: a greeting that is being read, then a connection, or nothing below TLS. */
export type Stage = Greeting | BunConn | undefined;

export interface GreetingOptions {
  readonly certificates: Certificates;
  /** What a client without a known name is shown: the first certificate, or an alert. */
  readonly unknownName: "default" | "refuse";
  /** True for peers that must open with a PROXY protocol header. Null: nobody does. */
  readonly proxied: ((address: string) => boolean) | null;
  /** The handshake is over: set the connection's handler. */
  readonly onConn: (conn: BunConn) => void;
  /** A client speaks plain HTTP on this port. Null: it is hung up on. */
  readonly onPlain: ((conn: BunConn) => void) | null;
  /** A connection ended before its handshake did; `serverName` is "" where it is not known. */
  readonly onRefused?: (code: string, remote: string, serverName: string) => void;
  /** All whose handshake is not over, a line for each network. */
  readonly pending: FairQueue<Greeting>;
  /** When handshakes begin. */
  readonly turns: HandshakeTurns<Greeting>;
  /** @internal For the listener: this greeting is over, well or not. */
  readonly finished: (greeting: Greeting) => void;
}

const UNRECOGNIZED_NAME = 112;
const INTERNAL_ERROR = 80;
/** Who has one address of an IPv6 network has all of it (RFC 4291, section 2.5.4). */
const NETWORK_BITS = 64;
/**
 * A hello with the heads of its records, and a little behind it: nothing is to be said before the answer,
 * but early data (RFC 8446, section 4.2.10) to whoever served the name before. A real hello leaves room
 * for the 16 KB of that which servers commonly allow.
 */
const MOST_WAITING = MAX_HELLO_BYTES + 4096;

/** One connection from its first byte to the end of its TLS handshake. */
export class Greeting implements Due {
  timer: WheelTimer | null = null;
  /** The network of the visitor: where it waits, and whose turn it takes. */
  key: string;
  readonly #options: GreetingOptions;
  readonly #raw: Socket<Stage>;
  #held: Buffer | null = null;
  #conn: TlsConn | null = null;
  /** The half of the socket that carries ciphertext. */
  #below: Socket<Stage> | null = null;
  #hello: ClientHello | null = null;
  #served: Served | null = null;
  /** From the hello until its answer is begun: what was read. */
  #flight: Buffer | null = null;
  #isPaused = false;
  #awaitsProxyHeader: boolean;
  #remote: Endpoint | null = null;
  #local: Endpoint | null = null;
  #over = false;

  constructor(options: GreetingOptions, raw: Socket<Stage>) {
    this.#options = options;
    this.#raw = raw;
    this.key = keyOf(raw.remoteAddress);
    this.#awaitsProxyHeader = options.proxied?.(raw.remoteAddress) ?? false;
  }

  received(chunk: Buffer): void {
    // After the upgrade the raw half still hears of the ciphertext.
    if (this.#over || this.#conn !== null) {
      release(chunk);
      return;
    }
    if (this.#flight !== null) return this.#readOn(this.#flight, chunk);
    let bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#awaitsProxyHeader) {
      const header = readProxyHeader(bytes);
      if (header.kind === "incomplete") return this.#hold(bytes);
      if (header.kind === "fault") return this.refuse(header.code, 0);
      this.#awaitsProxyHeader = false;
      this.#local = header.destination;
      this.#comesFrom(header.source);
      bytes = bytes.subarray(header.length);
    }
    this.#held = null;
    if (bytes.length === 0) return;
    const result = readClientHello(bytes);
    switch (result.kind) {
      case "incomplete":
        return this.#hold(bytes);
      case "fault":
        if (result.code === "tls.not_tls" && this.#handOverPlain(bytes)) return;
        return this.refuse(result.code, result.alert);
      case "hello":
        return this.#answer(result.hello, bytes);
    }
  }

  ended(): void {
    if (this.#conn === null) this.refuse("tls.closed_early", 0);
  }

  closed(): void {
    if (this.#conn === null) this.refuse("tls.closed_early", 0);
  }

  /** @internal Bun ends the connection itself, after an alert that must not be cut off. */
  failed(code: string): void {
    if (this.#over) return;
    this.#report(code);
    this.#finish();
  }

  /** Ends the connection, with a fatal alert where the peer would understand it. */
  refuse(code: string, alert: number): void {
    if (this.#over) return;
    this.#report(code);
    this.#finish();
    if (this.#conn !== null) {
      this.#conn.abort();
    } else if (alert === 0) {
      this.#raw.terminate();
    } else {
      this.#raw.end(Buffer.from([21, 3, 3, 0, 2, 2, alert]));
    }
  }

  #answer(hello: ClientHello, bytes: Buffer): void {
    if (bytes.length > MOST_WAITING) return this.refuse("tls.hello_too_large", 0);
    const { certificates, unknownName } = this.#options;
    this.#hello = hello;
    this.#served =
      certificates.pick(hello.serverName) ??
      (unknownName === "default" ? certificates.fallback : null);
    if (this.#served === null) return this.refuse("tls.unknown_name", UNRECOGNIZED_NAME);
    this.#flight = bytes;
    if (this.#options.turns.ask(this) || this.#over) return;
    // Copied: what Bun hands over is only lent.
    this.#flight = Buffer.from(bytes);
    this.#isPaused = true;
    this.#raw.pause();
  }

  /** The turn of this handshake has come. */
  begin(): void {
    const flight = this.#flight;
    if (this.#over || flight === null || this.#served === null) return;
    this.#flight = null;
    if (this.#isPaused) this.#raw.resume();
    const conn = new TlsConn(this);
    this.#conn = conn;
    try {
      this.#below = upgradeToTls(this.#raw, conn, this.#served, flight) as Socket<Stage>;
    } catch {
      // A certificate that BoringSSL refuses although it was checked: the operator's to mend.
      this.#conn = null;
      this.refuse("tls.unusable_certificate", INTERNAL_ERROR);
    }
  }

  /** @internal The handshake of this greeting's connection succeeded. */
  secured(conn: TlsConn, socket: Socket<TlsConn>): void {
    if (this.#over || this.#hello === null) return conn.abort();
    const clients = this.#served?.entry.clients ?? null;
    // BoringSSL refuses who shows nothing; who shows a stranger's certificate gets as far as here.
    if (clients?.require === true && !socket.authorized) {
      return this.refuse("tls.client_certificate", 0);
    }
    this.#name(conn);
    conn.known({ tls: tlsFacts(this.#hello, socket, clients !== null) });
    this.#finish();
    this.#options.onConn(conn);
  }

  /** From here on it stands among the visitor's own, not among its proxy's. */
  #comesFrom(source: Endpoint | null): void {
    this.#remote = source;
    if (source === null) return;
    const { pending } = this.#options;
    pending.remove(this);
    this.key = keyOf(source.address);
    // There is room: it has just left.
    pending.push(this);
  }

  /** What a PROXY header said holds for the connection. */
  #name(conn: BunConn): void {
    if (this.#remote !== null && this.#local !== null) {
      conn.known({ remote: this.#remote, local: this.#local });
    }
  }

  #readOn(flight: Buffer, chunk: Buffer): void {
    if (flight.length + chunk.length > MOST_WAITING) this.refuse("tls.hello_too_large", 0);
    else this.#flight = Buffer.concat([flight, chunk]);
  }

  #hold(bytes: Buffer): void {
    // Copied: what Bun hands over is only lent.
    this.#held = Buffer.from(bytes);
  }

  #handOverPlain(bytes: Buffer): boolean {
    const { onPlain } = this.#options;
    if (onPlain === null || !startsLikeHttp(bytes)) return false;
    this.#finish();
    const socket = this.#raw as Socket<BunConn>;
    const conn = new BunConn();
    conn.attach(socket);
    socket.data = conn;
    this.#name(conn);
    onPlain(conn);
    BunConn.handlers.data(socket, bytes);
    return true;
  }

  #report(code: string): void {
    const remote = this.#remote?.address ?? this.#raw.remoteAddress ?? "";
    this.#options.onRefused?.(code, remote, this.#hello?.serverName ?? "");
  }

  #finish(): void {
    this.#over = true;
    this.#held = null;
    if (this.#flight !== null) {
      this.#flight = null;
      this.#options.turns.leave(this);
    }
    this.#hello = null;
    this.#served = null;
    this.#options.pending.remove(this);
    this.#options.finished(this);
    this.timer = null;
    // It would live as long as the connection otherwise.
    if (this.#below !== null) this.#below.data = undefined;
  }
}

function keyOf(address = ""): string {
  return networkOf(address, NETWORK_BITS) ?? address;
}

/** A method's first letter, or HTTP/2's `PRI`: RFC 9110 tokens are wider, real methods are not. */
function startsLikeHttp(bytes: Uint8Array): boolean {
  const first = bytes[0] as number;
  return first >= 0x41 && first <= 0x5a;
}
