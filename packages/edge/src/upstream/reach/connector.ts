import { isIP } from "node:net";
import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";
import type { OriginAddress } from "@egide/contract/policy/origin.ts";
import type { AppError } from "@egide/std/error.ts";
import { originError } from "#upstream/failure.ts";
import type { Dial, DialTarget } from "#upstream/reach/dial.ts";
import type { Resolver } from "#upstream/reach/resolver.ts";
import type { OriginTls } from "#upstream/reach/tls.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";

/** Who waits for a connection. Exactly one is called, neither after `cancel`. */
export interface Connectee {
  /** Answers who speaks on the connection. `address` is where it leads. */
  connected(conn: Conn, address: string): ConnHandler;
  connectFailed(error: AppError): void;
}

/** Addresses of one name that are tried for one connection. */
const MAX_ADDRESSES = 3;

/** Opens connections to one origin: names to addresses, one after the other, each within its time. */
export class Connector {
  readonly #address: OriginAddress;
  /** A name, whose addresses may change. */
  readonly #isNamed: boolean;
  readonly #dial: Dial;
  readonly #resolver: Resolver;
  readonly #wheel: TimerWheel;
  readonly #connectMs: number;
  #turn = 0;
  /** Connections that were begun. */
  connects = 0;

  constructor(
    address: OriginAddress,
    dial: Dial,
    resolver: Resolver,
    wheel: TimerWheel,
    connectMs: number,
  ) {
    this.#address = address;
    this.#isNamed = address.kind === "tcp" && isIP(address.host) === 0;
    this.#dial = dial;
    this.#resolver = resolver;
    this.#wheel = wheel;
    this.#connectMs = connectMs;
  }

  /** Whether the origin still lives there. */
  isCurrent(address: string): boolean {
    if (!this.#isNamed || this.#address.kind === "unix") return true;
    return this.#resolver.known(this.#address.host)?.includes(address) ?? true;
  }

  connect(tls: OriginTls | null, connectee: Connectee): { cancel(): void } {
    this.connects++;
    const attempt = new Attempt(this.#dial, this.#wheel, tls, connectee);
    const address = this.#address;
    if (address.kind === "unix") {
      attempt.begin([address.path], (path) => ({ unix: path }), this.#connectMs);
      return attempt;
    }
    const { host, port } = address;
    const target = (hostname: string): DialTarget => ({ hostname, port });
    const known = this.#resolver.known(host);
    if (known !== null) {
      attempt.begin(this.#order(known), target, this.#connectMs);
      return attempt;
    }
    attempt.arm(this.#connectMs);
    this.#resolver.wait(host, (addresses, error) => {
      if (addresses === null) attempt.fail(originError("origin.dns_failed", error ?? undefined));
      else attempt.begin(this.#order(addresses), target, this.#connectMs);
    });
    return attempt;
  }

  /** Each connection starts with another of the addresses. */
  #order(addresses: readonly string[]): readonly string[] {
    if (addresses.length === 1) return addresses;
    const start = this.#turn++ % addresses.length;
    return [...addresses.slice(start), ...addresses.slice(0, start)].slice(0, MAX_ADDRESSES);
  }
}

/** One connection on its way to being open. */
class Attempt {
  readonly #dial: Dial;
  readonly #wheel: TimerWheel;
  readonly #tls: OriginTls | null;
  #connectee: Connectee | null;
  readonly #timer = new WheelTimer(() => this.#timedOut());
  #addresses: readonly string[] = [];
  #target: (address: string) => DialTarget = () => ({ unix: "" });
  #next = 0;
  #share = 0;
  #dialling: { cancel(): void } | null = null;

  constructor(dial: Dial, wheel: TimerWheel, tls: OriginTls | null, connectee: Connectee) {
    this.#dial = dial;
    this.#wheel = wheel;
    this.#tls = tls;
    this.#connectee = connectee;
  }

  arm(ms: number): void {
    this.#wheel.schedule(this.#timer, ms);
  }

  begin(addresses: readonly string[], target: (address: string) => DialTarget, ms: number): void {
    if (this.#connectee === null) return;
    this.#addresses = addresses;
    this.#target = target;
    this.#share = ms / addresses.length;
    this.#tryNext();
  }

  cancel(): void {
    this.#settle();
    this.#dialling?.cancel();
    this.#dialling = null;
  }

  fail(error: AppError): void {
    this.#settle()?.connectFailed(error);
  }

  #tryNext(): void {
    const address = this.#addresses[this.#next++] as string;
    this.#wheel.cancel(this.#timer);
    this.arm(this.#share);
    const attempt = this.#next;
    this.#dialling = this.#dial(
      this.#target(address),
      this.#tls,
      (conn) => this.#opened(conn, address),
      (error) => {
        if (attempt === this.#next) this.#failed(reason(error));
      },
    );
    // The dial may have failed, or opened, before it returned.
    if (this.#connectee === null && attempt === this.#next) this.#dialling = null;
  }

  #opened(conn: Conn, address: string): ConnHandler {
    return (this.#settle() as Connectee).connected(conn, address);
  }

  #failed(error: AppError): void {
    if (this.#connectee === null) return;
    if (this.#next < this.#addresses.length && error.retry) this.#tryNext();
    else this.fail(error);
  }

  #timedOut(): void {
    const dialling = this.#dialling;
    this.#dialling = null;
    dialling?.cancel();
    this.#failed(originError("origin.connect_timeout"));
  }

  #settle(): Connectee | null {
    const connectee = this.#connectee;
    this.#connectee = null;
    this.#wheel.cancel(this.#timer);
    return connectee;
  }
}

/** Codes of the TLS layer: trying again, or elsewhere under the same name, mends none of them. */
function reason(error: Error): AppError {
  const { code } = error as { code?: unknown };
  const isTls = typeof code === "string" && /TLS|CERT|SSL|VERIFY|ISSUER|SIGNATURE|CRL/.test(code);
  return originError(isTls ? "origin.tls_failed" : "origin.connect_failed", error);
}
