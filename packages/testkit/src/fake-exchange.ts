import type {
  ClientFacts,
  Exchange,
  KeptHead,
  Refusal,
  RequestHead,
} from "@egide/edge/exchange.ts";
import type { ByteSource, RawHeaders, Tunnel } from "@egide/edge/stream.ts";

export interface FakeExchangeInit {
  readonly method?: string;
  readonly target?: string;
  readonly version?: RequestHead["version"];
  readonly scheme?: "http" | "https";
  readonly authority?: string;
  readonly headers?: RawHeaders;
  readonly refusal?: Refusal;
  readonly body?: ByteSource;
  readonly bodyLength?: number;
  readonly address?: string;
  readonly ja4?: string;
}

/** How an exchange stands: `broken` is what a client can tell from a whole answer. */
export type FakeState = "waiting" | "started" | "ended" | "broken" | "dropped" | "switched";

/**
 * An exchange in memory: records what is written, holds the writer to the contract of `Exchange`
 * (start once, never more than declared, nothing after the end), and plays the slow or leaving
 * visitor when told to.
 */
export class FakeExchange implements Exchange {
  readonly head: RequestHead;
  readonly client: ClientFacts;
  readonly refusal: Refusal | null;
  readonly body: ByteSource | null;
  readonly bodyLength: number;
  readonly upgrade: string | null = null;
  onAbort: (() => void) | null = null;
  onDrain: (() => void) | null = null;

  state: FakeState = "waiting";
  status = 0;
  reason = "";
  headers: RawHeaders = [];
  length = -1;
  trailers: RawHeaders | null = null;
  readonly informationals: { status: number; headers: RawHeaders }[] = [];
  /** Each write as it came, copied. */
  readonly chunks: Uint8Array[] = [];
  bytesIn = 0;
  bytesOut = 0;
  /** Bytes taken before `write` answers false; `drain` gives room again. */
  room = Number.POSITIVE_INFINITY;

  constructor(init: FakeExchangeInit = {}) {
    this.head = {
      method: init.method ?? "GET",
      target: init.target ?? "/",
      version: init.version ?? 11,
      scheme: init.scheme ?? "https",
      authority: init.authority ?? "example.org",
      headers: init.headers ?? [],
    };
    const tls =
      this.head.scheme === "http"
        ? null
        : {
            version: "TLSv1.3",
            cipher: "TLS_AES_128_GCM_SHA256",
            serverName: this.head.authority,
            alpn: "http/1.1",
            ja4: init.ja4 ?? "",
          };
    this.client = {
      remote: { address: init.address ?? "192.0.2.77", port: 40_000 },
      local: { address: "198.51.100.1", port: 443 },
      tls,
      connection: 1,
      request: 1,
    };
    this.refusal = init.refusal ?? null;
    this.body = init.body ?? null;
    this.bodyLength = init.bodyLength ?? (this.body === null ? 0 : -1);
  }

  /** All that was written, as one. */
  get written(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.written.toString("utf8");
  }

  header(name: string): string | undefined {
    const values: string[] = [];
    for (let i = 0; i < this.headers.length; i += 2) {
      if (this.headers[i]?.toLowerCase() === name.toLowerCase()) {
        values.push(this.headers[i + 1] as string);
      }
    }
    return values.length === 0 ? undefined : values.join(", ");
  }

  informational(status: number, headers: RawHeaders): void {
    this.#must("waiting");
    this.informationals.push({ status, headers });
  }

  start(status: number, reason: string, headers: RawHeaders, length: number): void {
    this.#must("waiting");
    for (const part of headers) {
      // oxlint-disable-next-line no-control-regex -- what must not reach the wire
      if (/[\r\n\0\u0100-\uffff]/.test(part)) throw new Error(`unfit for a head: ${part}`);
    }
    Object.assign(this, { state: "started", status, reason, headers, length });
  }

  startKept({ status, fields }: KeptHead, headers: RawHeaders, length: number): void {
    this.start(status, "", [...fields, ...headers], length);
  }

  write(chunk: Uint8Array): boolean {
    this.#must("started");
    this.chunks.push(new Uint8Array(chunk)); // Buffer.slice would share
    this.bytesOut += chunk.length;
    if (this.length >= 0 && this.bytesOut > this.length) throw new Error("more than was declared");
    this.room -= chunk.length;
    return this.room > 0;
  }

  end(trailers: RawHeaders | null): void {
    this.#must("started");
    const bodyless =
      this.head.method === "HEAD" || this.status === 204 || this.status === 304 || this.length < 0;
    if (!bodyless && this.bytesOut !== this.length) throw new Error("less than was declared");
    this.trailers = trailers;
    this.state = "ended";
  }

  abort(): void {
    if (this.state === "waiting" || this.state === "started") this.state = "broken";
  }

  drop(): void {
    this.#must("waiting");
    this.state = "dropped";
  }

  switchProtocols(headers: RawHeaders): Tunnel {
    this.#must("waiting");
    this.headers = headers;
    this.state = "switched";
    throw new Error("a fake exchange has no connection to hand over");
  }

  /** The visitor reads on: `room` bytes more until the next false. */
  drain(room = Number.POSITIVE_INFINITY): void {
    this.room = room;
    this.onDrain?.();
  }

  /** The visitor hangs up. */
  leave(): void {
    const { onAbort } = this;
    this.onAbort = null;
    onAbort?.();
  }

  #must(state: FakeState): void {
    if (this.state !== state) throw new Error(`expected ${state}, is ${this.state}`);
  }
}
