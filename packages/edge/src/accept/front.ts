import type { Limits } from "@egide/contract/policy/limits.ts";
import type { Clock } from "@egide/std/clock.ts";
import { AddressCounts } from "#accept/addresses.ts";
import { AfterBurst } from "#accept/after-burst.ts";
import { H1Connection } from "#accept/h1/connection.ts";
import type { H1Fault } from "#accept/h1/faults.ts";
import { H2Server } from "#accept/h2/server.ts";
import { Sniffer } from "#accept/sniff.ts";
import { Sweep } from "#accept/sweep.ts";
import type { ExchangeHandler } from "#exchange.ts";
import type { Conn } from "#wire/conn.ts";

export interface FrontOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly onExchange: ExchangeHandler;
  /** True for addresses that are hung up on without a word. */
  readonly isBanned?: (address: string) => boolean;
  /** Hears of each connection that opens (1) and closes (-1), once its protocol is known. */
  readonly onCount?: (protocol: "h1" | "h2", change: 1 | -1) => void;
  /** An exception while deadlines were judged: it has cost one connection. */
  readonly onBroken?: (error: unknown) => void;
}

/** Somebody who speaks a protocol on a connection, and can be asked to come to an end. */
interface Speaker {
  shutdown(): void;
}

/** Gives every connection of a thread somebody who speaks its protocol, and knows who is open. */
export class Front {
  readonly #options: FrontOptions;
  readonly #sweep: Sweep;
  readonly #afterBurst: AfterBurst;
  readonly #counts = new AddressCounts();
  readonly #speakers = new Set<Speaker>();
  #limits: Limits;
  #serial = 0;
  #draining = false;
  #emptied: (() => void) | null = null;
  /** Connections refused because their address held too many. */
  refused = 0;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#limits = options.limits;
    const open = (): number => this.open;
    this.#afterBurst = new AfterBurst(options.clock, open, () => Bun.gc(true));
    this.#sweep = new Sweep(options.clock, options.onBroken);
  }

  get open(): number {
    return this.#speakers.size;
  }

  /** Numbers a connection of a front that stands beside this one. */
  readonly nextSerial = (): number => ++this.#serial;

  /** New limits hold for connections that open from now on. */
  setLimits(limits: Limits): void {
    this.#limits = limits;
  }

  /** Takes a connection. TLS ones come with their facts; plain ones may speak HTTP/2 unasked. */
  readonly take = (conn: Conn): void => {
    const address = this.#enter(conn);
    if (address === null) return;
    if (conn.tls !== null) this.#speak(conn, address, conn.tls.alpn === "h2" ? "h2" : "h1");
    else this.#sniff(conn, address);
  };

  /** Takes a plain connection on a port for TLS: each request is told so. */
  readonly takeMistaken = (conn: Conn): void => {
    const address = this.#enter(conn);
    if (address !== null) this.#speak(conn, address, "h1", "plain_on_tls");
  };

  /** Counts a connection for its address; null where that one holds too many, or is banned. */
  #enter(conn: Conn): string | null {
    if (this.#options.isBanned?.(conn.remote.address) === true) {
      conn.abort();
      return null;
    }
    const address = this.#counts.keyOf(conn.remote.address, this.#limits.ipv6PrefixBits);
    if (this.#counts.enter(address, this.#limits.connectionsPerAddress)) return address;
    this.refused++;
    conn.abort();
    return null;
  }

  /** A plain connection: its first bytes say which protocol it speaks. */
  #sniff(conn: Conn, address: string): void {
    const sniffer = new Sniffer(conn, {
      clock: this.#options.clock,
      sweep: this.#sweep,
      timeoutMs: this.#limits.headerSeconds * 1000,
      found: (protocol, first) => {
        this.#speakers.delete(sniffer);
        this.#speak(conn, address, protocol);
        conn.handler.onData(first);
      },
      closed: () => this.#left(sniffer, address),
    });
    conn.handler = sniffer;
    this.#speakers.add(sniffer);
  }

  #speak(
    conn: Conn,
    address: string,
    protocol: "h1" | "h2",
    mistaken: H1Fault | null = null,
  ): void {
    const options = {
      mistaken,
      limits: this.#limits,
      clock: this.#options.clock,
      sweep: this.#sweep,
      secure: conn.tls !== null,
      connection: ++this.#serial,
      onExchange: this.#options.onExchange,
      onClosed: () => {
        this.#options.onCount?.(protocol, -1);
        this.#left(speaker, address);
      },
    };
    this.#options.onCount?.(protocol, 1);
    this.#afterBurst.opened();
    const speaker =
      protocol === "h2" ? new H2Server(conn, options) : new H1Connection(conn, options);
    conn.handler = speaker;
    this.#speakers.add(speaker);
    if (this.#draining) speaker.shutdown();
  }

  #left(speaker: Speaker, address: string): void {
    this.#counts.leave(address);
    this.#speakers.delete(speaker);
    if (this.#speakers.size === 0) this.#emptied?.();
  }

  /** No request after the one under way on any connection; settles once all have closed. */
  drain(): Promise<void> {
    this.#draining = true;
    for (const speaker of this.#speakers) speaker.shutdown();
    if (this.#speakers.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#emptied = resolve;
    });
  }

  close(): void {
    this.#afterBurst.stop();
    this.#sweep.stop();
  }
}
