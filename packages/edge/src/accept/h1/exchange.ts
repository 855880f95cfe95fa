import type { ClientFacts, Exchange, KeptHead, Refusal, RequestHead } from "#exchange.ts";
import type { H1Body } from "#accept/h1/body.ts";
import { keptResponseHead, responseHead } from "#accept/h1/head-text.ts";
import type { RawHeaders, Tunnel } from "#stream.ts";
import type { Conn } from "#wire/conn.ts";
import { nameIs } from "#wire/headers.ts";

/** What an exchange asks of its connection. */
export interface H1Host {
  readonly conn: Conn;
  wallClock(): number;
  /** A response is about to start: answers whether the connection stays open behind it. */
  keeps(exchange: H1Exchange): boolean;
  /** Nothing is read behind this request. */
  keepsNoLonger(): void;
  /** The response is complete (or broken off: `broken`). */
  finished(exchange: H1Exchange, broken: boolean): void;
  tunnel(exchange: H1Exchange): Tunnel;
}

/** A request as it was read. */
export interface Asked {
  readonly head: RequestHead;
  readonly refusal: Refusal | null;
  readonly body: H1Body | null;
  readonly upgrade: string | null;
  /** The client asked for a persistent connection (RFC 9112, section 9.3). */
  readonly persistent: boolean;
}

type Framed = "pending" | "length" | "chunked" | "close" | "none" | "over";

const LAST_CHUNK = "0\r\n\r\n";

/** One HTTP/1 request and the writing of its response (RFC 9112, sections 4, 6 and 7). */
export class H1Exchange implements Exchange {
  readonly head: RequestHead;
  readonly client: ClientFacts;
  readonly refusal: Refusal | null;
  readonly body: H1Body | null;
  readonly bodyLength: number;
  readonly upgrade: string | null;
  readonly persistent: boolean;
  onAbort: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  bytesIn: number;
  bytesOut = 0;
  readonly #host: H1Host;
  #framed: Framed = "pending";
  #left = 0;

  constructor(host: H1Host, client: ClientFacts, asked: Asked, headBytes: number) {
    const { head, refusal, body, upgrade, persistent } = asked;
    this.#host = host;
    this.head = head;
    this.client = client;
    this.refusal = refusal;
    this.body = body;
    this.bodyLength = body === null ? 0 : body.length;
    this.upgrade = upgrade;
    this.persistent = persistent;
    this.bytesIn = headBytes;
  }

  get isStarted(): boolean {
    return this.#framed !== "pending";
  }

  get isOver(): boolean {
    return this.#framed === "over";
  }

  /** Only the end of the connection will say where the response ends (RFC 9112, section 6.3). */
  get endsWithConnection(): boolean {
    return this.#framed === "close";
  }

  informational(status: number, headers: RawHeaders): void {
    if (this.#framed !== "pending" || this.head.version === 10) return;
    this.bytesOut += this.#host.conn.writeHead(responseHead.of(status, ""), headers);
  }

  start(status: number, reason: string, headers: RawHeaders, length: number): void {
    if (this.#framed !== "pending") return;
    const head = responseHead.of(status, reason);
    if (!hasDate(headers)) head.now = this.#host.wallClock();
    const bodyless = status === 204 || status === 304 || this.head.method === "HEAD";
    if (length >= 0) {
      if (status !== 204 && !(status === 304 && length === 0)) head.length = length;
      this.#left = length;
      this.#framed = bodyless ? "none" : "length";
    } else if (bodyless) {
      this.#framed = "none";
    } else if (this.head.version === 11) {
      head.isChunked = true;
      this.#framed = "chunked";
    } else {
      this.#framed = "close";
    }
    head.connection = this.#connectionLine();
    this.bytesOut += this.#host.conn.writeHead(head, headers);
  }

  startKept(kept: KeptHead, headers: RawHeaders, length: number): void {
    if (this.#framed !== "pending") return;
    this.#left = length;
    this.#framed = this.head.method === "HEAD" ? "none" : "length";
    const connection = this.#connectionLine();
    const head = keptResponseHead.of(kept, length, this.#host.wallClock());
    head.connection = connection;
    this.bytesOut += this.#host.conn.writeHead(head, headers);
  }

  /** What RFC 9112, section 9.6, has a sender say of the connection; asks whether it is kept. */
  #connectionLine(): string {
    if (!this.#host.keeps(this)) return "Connection: close\r\n";
    return this.head.version === 10 ? "Connection: keep-alive\r\n" : "";
  }

  write(chunk: Uint8Array): boolean {
    const { conn } = this.#host;
    const { length } = chunk;
    switch (this.#framed) {
      case "length":
        // More than was promised would be read as the next response.
        if (length > this.#left) {
          this.abort();
          return true;
        }
        this.#left -= length;
        break;
      case "chunked":
        if (length === 0) return true;
        this.#text(`${length.toString(16)}\r\n`);
        conn.write(chunk);
        this.bytesOut += length;
        return this.#text("\r\n");
      case "close":
        break;
      default:
        return true;
    }
    this.bytesOut += length;
    return conn.write(chunk);
  }

  end(trailers: RawHeaders | null): void {
    switch (this.#framed) {
      case "pending":
      case "over":
        return;
      case "length":
        if (this.#left > 0) {
          this.abort();
          return;
        }
        break;
      case "chunked":
        if (trailers === null || trailers.length === 0) this.#text(LAST_CHUNK);
        else this.#text(`0\r\n${fieldLines(trailers)}\r\n`);
        break;
      default:
    }
    this.#over(false);
  }

  abort(): void {
    if (this.#framed !== "over") this.#over(true);
  }

  drop(): void {
    if (this.#framed === "over") return;
    this.#host.keepsNoLonger();
    this.#over(false);
  }

  switchProtocols(headers: RawHeaders): Tunnel {
    const head = responseHead.of(101, "");
    head.connection = "Connection: Upgrade\r\n";
    this.bytesOut += this.#host.conn.writeHead(head, headers);
    this.#framed = "over";
    return this.#host.tunnel(this);
  }

  /** @internal The connection is gone. */
  lost(): void {
    if (this.#framed === "over") return;
    this.#framed = "over";
    this.onDrain = null;
    const abort = this.onAbort;
    this.onAbort = null;
    abort?.();
  }

  #over(broken: boolean): void {
    this.#framed = "over";
    this.onAbort = null;
    this.onDrain = null;
    this.#host.finished(this, broken);
  }

  #text(text: string): boolean {
    this.bytesOut += text.length;
    return this.#host.conn.writeLatin1(text);
  }
}

function hasDate(headers: RawHeaders): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === 4 && nameIs(name, "date")) return true;
  }
  return false;
}

function fieldLines(fields: RawHeaders): string {
  let text = "";
  for (let i = 0; i < fields.length; i += 2)
    text += `${fields[i] as string}: ${fields[i + 1] as string}\r\n`;
  return text;
}
