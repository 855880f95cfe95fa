import { type BodyHost, H1Body } from "#accept/h1/body.ts";
import { H1Client } from "#accept/h1/client.ts";
import { type Asked, H1Exchange, type H1Host } from "#accept/h1/exchange.ts";
import { clientError, type H1Fault, refusalFor } from "#accept/h1/faults.ts";
import type { H1Options } from "#accept/h1/options.ts";
import { Pace } from "#accept/h1/pace.ts";
import { readPartial, readRequest } from "#accept/h1/read-request.ts";
import { watchTunnel } from "#accept/h1/tunnel-watch.ts";
import type { Watched } from "#accept/sweep.ts";
import type { Tunnel } from "#stream.ts";
import { BodyDecoder } from "#wire/h1/body.ts";
import { CR, LF } from "#wire/h1/chars.ts";
import { HeadReader } from "#wire/h1/head-reader.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";
import { ConnTunnel } from "#wire/tunnel.ts";

/** How long a connection without a request may still bring one, once the edge stops. */
const IDLE_GRACE_MS = 3000;
/** `busy`: an exchange runs. `linger`: our side is shut, the peer's last bytes are thrown away. */
type Phase = "head" | "busy" | "linger" | "tunnel" | "closed";

/** Bytes read ahead of what can be used now, before the connection is paused. */
const HOLD = 65_536;
/** Bodies up to this size are read to nowhere when nobody wants them; larger ones end the connection. */
const DISCARD = 65_536;
const LINGER_MS = 2000;

/** Speaks HTTP/1.1 on one connection (RFC 9112): requests one after the other, pipelined ones in order. */
export class H1Connection implements ConnHandler, H1Host, BodyHost, Watched {
  readonly conn: Conn;
  readonly #options: H1Options;
  readonly #reader = new HeadReader();
  #decoder: BodyDecoder | null = null;
  #phase: Phase = "head";
  #exchange: H1Exchange | null = null;
  #held: Uint8Array | null = null;
  #consuming = false;
  /** Whoever paused the body inside its sink has resumed it there, too. */
  #resumed = false;
  #requests = 0;
  #blankLines = 0;
  /** Nothing behind this request is read: its framing can't be trusted, or it was said to be the last. */
  #last = false;
  /** The peer has ended its side: what is held is all that comes. */
  #peerEnded = false;
  #expects = false;
  #draining = false;
  #bodyBytes = 0;
  #deadline: number;
  readonly #pace: Pace;

  constructor(conn: Conn, options: H1Options) {
    this.conn = conn;
    this.#options = options;
    this.#pace = new Pace(options.limits);
    this.#deadline = options.clock.monotonic() + options.limits.headerSeconds * 1000;
    options.sweep.add(this);
  }

  /** The next response is the last. Idle: stays a few round trips, as a request may be on its way. */
  shutdown(): void {
    this.#draining = true;
    if (this.#phase !== "head" || this.#reader.partial > 0) return;
    const grace = this.#options.clock.monotonic() + IDLE_GRACE_MS;
    this.#deadline = Math.min(this.#deadline, grace);
  }

  wallClock(): number {
    return this.#options.clock.now();
  }

  onData(chunk: Uint8Array): void {
    if (this.#phase === "linger" || this.#phase === "closed") return;
    if (this.#held !== null) this.#hold(chunk, 0);
    else this.#consume(chunk);
  }

  onDrain(): void {
    this.#exchange?.onDrain?.();
    if (this.#phase === "head" && this.#held !== null) this.#feedHeld();
  }

  onEnd(): void {
    this.#peerEnded = true;
    if (this.#phase === "linger") {
      if (this.conn.pending === 0) this.conn.abort();
    } else if (this.#phase === "head") this.#endWithPeer();
    else this.#cutShort();
  }

  /** Requests that came before the peer's FIN are answered; behind them it only waits for the end. */
  #endWithPeer(): void {
    if (!this.#peerEnded || this.#consuming || this.#held !== null) return;
    if (this.#phase === "head") this.#close();
  }

  /** Nothing more comes: a body that what is held does not complete never will be. */
  #cutShort(): void {
    const isCut = this.#exchange?.body?.isDone === false && this.#held === null;
    if (!isCut || this.#phase !== "busy") return;
    if (this.#exchange?.isOver === true) this.#close();
    else this.#lose();
  }

  onClose(): void {
    this.#lose();
    this.#options.sweep.remove(this);
    this.#options.onClosed();
  }

  check(now: number): void {
    if (this.#phase === "busy") {
      if (this.#pace.bringsTooSlowly(now, this.#exchange?.body ?? null, this.#bodyBytes)) {
        this.#failBody("client.body_timeout", "The request body arrived too slowly.");
      }
    } else if (now >= this.#deadline) {
      // Whoever takes a last response slowly has time, as long as he takes it.
      if (this.#phase === "linger" && this.conn.pending > 0) this.#deadline = now + LINGER_MS;
      else if (this.#phase === "linger") this.conn.abort();
      else if (this.#phase === "head" && this.#held === null) this.#headTimeout();
    }
    if (this.#pace.takesTooSlowly(now, this.conn)) this.conn.abort();
  }

  abandon(): void {
    this.conn.abort();
  }

  keeps(exchange: H1Exchange): boolean {
    const { body } = exchange;
    if (body !== null && !body.isDone) {
      if (body.isPiped || body.length < 0 || body.length > DISCARD || this.#expects)
        this.#last = true;
      else body.discard();
    }
    if (
      this.#draining ||
      !exchange.persistent ||
      exchange.endsWithConnection ||
      (this.#peerEnded && this.#held === null && !this.#consuming) ||
      this.#requests >= this.#options.limits.requestsPerConnection
    ) {
      this.#last = true;
    }
    return !this.#last;
  }

  keepsNoLonger(): void {
    this.#last = true;
  }

  finished(exchange: H1Exchange, broken: boolean): void {
    if (exchange !== this.#exchange || this.#phase === "closed") return;
    if (broken) {
      this.conn.abort();
      return;
    }
    if (this.#last) {
      this.#close();
      return;
    }
    // The rest of a small refused body may still be read to nowhere.
    if (exchange.body === null || exchange.body.isDone) this.#next();
  }

  tunnel(): Tunnel {
    const early = this.#held;
    this.#held = null;
    this.#phase = "tunnel";
    this.#exchange = null;
    const { sweep, limits, onClosed } = this.#options;
    sweep.remove(this);
    const closed = (): void => {
      unwatch();
      onClosed();
    };
    const tunnel = new ConnTunnel(this.conn, early, closed, this.#peerEnded);
    const unwatch = watchTunnel(tunnel, sweep, limits.tunnelSeconds);
    return tunnel;
  }

  bodyWanted(): void {
    if (this.#expects && this.#exchange?.isStarted === false) {
      this.#expects = false;
      this.conn.writeLatin1("HTTP/1.1 100 Continue\r\n\r\n");
    }
    this.#feedHeld();
  }

  bodyPaused(paused: boolean): void {
    if (paused) this.conn.pause();
    else this.#feedHeld();
  }

  /** Goes on with what was read ahead, then with the connection. */
  #feedHeld(): void {
    if (this.#consuming) {
      this.#resumed = true;
      return;
    }
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#consume(held);
    if (this.#peerEnded) this.#cutShort();
    this.#endWithPeer();
    if (
      this.#held === null &&
      this.#phase !== "tunnel" &&
      this.#exchange?.body?.isPaused !== true
    ) {
      this.conn.resume();
    }
  }

  #consume(chunk: Uint8Array): void {
    this.#consuming = true;
    let at = 0;
    while (at < chunk.length) {
      if (this.#phase === "head") {
        if (this.#last) break;
        // Answers wait for a slow reader: asking for more of them must not fill the memory.
        if (this.conn.pending > HOLD) {
          this.#hold(chunk, at);
          this.conn.pause();
          break;
        }
        at = this.#readHead(chunk, at);
      } else if (this.#phase === "busy" && this.#exchange !== null) {
        const { body } = this.#exchange;
        if (body !== null && !body.isDone && body.isWanted) at = this.#readBody(chunk, at, body);
        else {
          if (!this.#last || (body !== null && !body.isDone)) this.#hold(chunk, at);
          break;
        }
      } else {
        if (this.#phase === "tunnel") this.conn.handler.onData(chunk.subarray(at));
        break;
      }
    }
    this.#consuming = false;
    if (!this.#resumed) return;
    this.#resumed = false;
    this.#feedHeld();
  }

  #hold(chunk: Uint8Array, at: number): void {
    const before = this.#held;
    const rest = chunk.subarray(at);
    this.#held = before === null ? Buffer.from(rest) : Buffer.concat([before, rest]);
    if (this.#held.length > HOLD) this.conn.pause();
  }

  #readHead(chunk: Uint8Array, from: number): number {
    let at = from;
    const reader = this.#reader;
    if (reader.partial === 0) {
      // RFC 9112, section 2.2: an empty line before a request line is ignored (but not a stream of them).
      while (
        at + 1 < chunk.length &&
        chunk[at] === CR &&
        chunk[at + 1] === LF &&
        this.#blankLines < 2
      ) {
        this.#blankLines++;
        at += 2;
      }
      if (at === chunk.length) return at;
      if (this.#requests > 0) this.#arm(this.#options.limits.headerSeconds);
    }
    const scan = reader.feed(chunk, at, this.#options.limits.headerBytes);
    if (scan === "more") return chunk.length;
    if (scan !== "whole") {
      this.#refuse(scan, reader.unfinished());
      return chunk.length;
    }
    this.#blankLines = 0;
    const { start, end, rest } = reader;
    this.#request(reader.take(), start, end);
    return rest;
  }

  #request(bytes: Uint8Array, start: number, end: number): void {
    const { limits, secure } = this.#options;
    const read = readRequest(bytes, start, end, limits, secure);
    const body = read.bodyLength === 0 ? null : new H1Body(this, read.bodyLength);
    this.#bodyBytes = 0;
    if (body !== null)
      (this.#decoder ??= new BodyDecoder()).begin(body.length, limits.trailerBytes);
    this.#expects = read.expectsContinue;
    const fault = read.fault ?? this.#options.mistaken ?? null;
    const refusal = fault === null ? null : refusalFor(fault);
    const { head, upgrade, persistent } = read;
    this.#begin({ head, refusal, body, upgrade, persistent }, end - start);
  }

  #begin(asked: Asked, headBytes: number): void {
    if (asked.refusal !== null) this.#last = true;
    this.#requests++;
    this.#phase = "busy";
    const client = new H1Client(this.conn, this.#options.connection, this.#requests);
    const exchange = new H1Exchange(this, client, asked, headBytes);
    this.#exchange = exchange;
    this.#options.onExchange(exchange);
  }

  /** A head that could not be read at all still becomes an exchange, so that rules and log see it. */
  #refuse(fault: H1Fault, bytes: Uint8Array): void {
    const head = readPartial(bytes, this.#options.limits, this.#options.secure);
    this.#reader.reset();
    const refusal = refusalFor(fault);
    this.#begin({ head, refusal, body: null, upgrade: null, persistent: false }, bytes.length);
  }

  #readBody(chunk: Uint8Array, from: number, body: H1Body): number {
    const decoder = this.#decoder as BodyDecoder;
    const event = decoder.read(chunk, from);
    const used = decoder.next - from;
    if (this.#exchange !== null) this.#exchange.bytesIn += used;
    if (event === "data") {
      this.#bodyBytes += decoder.to - decoder.from;
      const { bodyBytes } = this.#options.limits;
      if (bodyBytes > 0 && this.#bodyBytes > bodyBytes) {
        this.#failBody("client.body_too_large", refusalFor("body_too_large").detail);
        return chunk.length;
      }
      const whole = decoder.from === 0 && decoder.to === chunk.length;
      body.data(whole ? chunk : chunk.subarray(decoder.from, decoder.to));
    } else if (event !== "more" && event !== "end") {
      this.#failBody(`http1.${event}`, refusalFor(event).detail);
      return chunk.length;
    }
    const { next } = decoder;
    if (decoder.isDone && !body.isDone) this.#bodyDone(body, decoder);
    return next;
  }

  #bodyDone(body: H1Body, decoder: BodyDecoder): void {
    body.end(decoder.trailers);
    if (this.#exchange?.isOver === true && this.#phase === "busy") this.#next();
  }

  #failBody(code: string, publicMessage: string): void {
    this.#last = true;
    this.#exchange?.body?.fail(clientError(code, publicMessage));
    if (this.#exchange?.isOver === true && this.#phase === "busy") this.#close();
  }

  #next(): void {
    // Who paused the body at its last chunk has no reason to resume it.
    const deaf = this.#exchange?.body?.isPaused === true;
    this.#exchange = null;
    this.#phase = "head";
    this.#arm(this.#options.limits.keepAliveSeconds);
    if (deaf) this.conn.resume();
    if (this.#held !== null) this.#feedHeld();
    else this.#endWithPeer();
  }

  #arm(seconds: number): void {
    this.#deadline = this.#options.clock.monotonic() + seconds * 1000;
  }

  #headTimeout(): void {
    if (this.#reader.partial === 0) this.#close();
    else this.#refuse("header_timeout", this.#reader.unfinished());
  }

  #close(): void {
    this.#phase = "linger";
    this.#exchange = null;
    this.#held = null;
    this.#deadline = this.#options.clock.monotonic() + LINGER_MS;
    this.conn.end();
    this.conn.resume();
  }

  /** The connection is lost to whoever waits on it. */
  #lose(): void {
    if (this.#phase === "closed") return;
    const exchange = this.#exchange;
    this.#phase = "closed";
    this.#exchange = null;
    this.#held = null;
    if (exchange === null) return;
    exchange.body?.fail(clientError("client.aborted", refusalFor("incomplete").detail));
    exchange.lost();
    this.conn.abort();
  }
}
