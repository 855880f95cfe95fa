import type { ClientFacts, Exchange, KeptHead, Refusal, RequestHead } from "#exchange.ts";
import { H3Body, incomplete } from "#accept/h3/body.ts";
import type { ReadRequest } from "#accept/h3/read-request.ts";
import { ResponseStream } from "#accept/h3/response-stream.ts";
import type { RawHeaders, Tunnel } from "#stream.ts";

/** Statuses that have no body (RFC 9110, section 6.4.1), and that Response refuses one for. */
function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/**
 * Bodies up to this size are answered whole: Bun keeps their Content-Length, which it drops of a
 * stream, and they can still be broken off. No reader waits longer for 64 KB than for its end.
 */
const SMALL = 65_536;

interface SmallBody {
  readonly init: ResponseInit;
  readonly bytes: Uint8Array<ArrayBuffer>;
  used: number;
}

/** One HTTP/3 request as Bun hands it over, answered by a Response. */
export class H3Exchange implements Exchange {
  readonly head: RequestHead;
  readonly client: ClientFacts;
  readonly refusal: Refusal | null;
  readonly body: H3Body | null;
  readonly bodyLength: number;
  readonly upgrade = null;
  onAbort: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  bytesOut = 0;
  /** What Bun waits for. */
  readonly response: Promise<Response>;
  readonly #settle: (response: Response) => void;
  readonly #onOver: (exchange: H3Exchange) => void;
  #stream: ResponseStream | null = null;
  #small: SmallBody | null = null;
  #started = false;
  #over = false;
  #blocked = false;

  constructor(
    request: Request,
    read: ReadRequest,
    client: ClientFacts,
    bodyLimit: number,
    onOver: (exchange: H3Exchange) => void,
  ) {
    this.head = read.head;
    this.client = client;
    this.refusal = read.refusal;
    this.bodyLength = read.bodyLength;
    this.body =
      request.body === null || read.refusal !== null ? null : new H3Body(request.body, bodyLimit);
    this.#onOver = onOver;
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.response = promise;
    this.#settle = resolve;
    request.signal.addEventListener("abort", () => this.#gone(), { once: true });
  }

  /** Bytes of the body alone: Bun does not tell what the head took. */
  get bytesIn(): number {
    return this.body?.received ?? 0;
  }

  /** We have bytes for the visitor that it does not take. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** Bun has no way to send one (103 Early Hints are lost). */
  informational(): void {}

  start(status: number, reason: string, headers: RawHeaders, length: number): void {
    if (this.#started || this.#over) return;
    this.#started = true;
    const fields = fieldsOf(status, headers, length);
    // Response refuses statuses that RFC 9110, section 15, tells recipients to take for x00.
    const known = status >= 200 && status <= 599 ? status : 500;
    const init = { status: known, statusText: reason, headers: fields };
    if (length === 0 || isBodiless(status) || this.head.method === "HEAD") {
      this.#settle(new Response(null, init));
    } else if (length > 0 && length <= SMALL) {
      this.#small = { init, bytes: new Uint8Array(length), used: 0 };
    } else {
      this.#settle(new Response(this.#openStream(), init));
    }
  }

  startKept({ status, fields }: KeptHead, headers: RawHeaders, length: number): void {
    this.start(status, "", [...fields, ...headers], length);
  }

  #openStream(): ReadableStream<Uint8Array> {
    const stream = new ResponseStream();
    this.#stream = stream;
    stream.onDrain = () => {
      this.#blocked = false;
      this.onDrain?.();
    };
    stream.onCancel = () => this.#gone();
    return stream.readable;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return true;
    this.bytesOut += chunk.length;
    const small = this.#small;
    if (small !== null) {
      const fits = chunk.subarray(0, small.bytes.length - small.used);
      small.bytes.set(fits, small.used);
      small.used += fits.length;
      return true;
    }
    if (this.#stream === null) return true;
    this.#blocked = !this.#stream.write(chunk);
    return !this.#blocked;
  }

  end(): void {
    if (this.#over) return;
    const small = this.#small;
    if (small !== null) {
      // Less than was promised: not to be taken for whole.
      if (small.used < small.bytes.length) return this.abort();
      this.#settle(new Response(small.bytes, small.init));
    }
    this.#stream?.end();
    this.#finish();
  }

  abort(): void {
    if (this.#over) return;
    this.#break();
    this.#finish();
  }

  /** One request of many on its connection: the stream is reset, the connection stays. */
  drop(): void {
    this.abort();
  }

  switchProtocols(): Tunnel {
    throw new Error("HTTP/3 has no Upgrade (RFC 9114, section 4.5)");
  }

  /** Below the least rate: the visitor counts as gone. */
  tooSlow(): void {
    this.#gone();
    this.#break();
  }

  #break(): void {
    if (this.#stream === null) this.#settle(broken());
    else this.#stream.fail(new Error("broken off"));
  }

  #gone(): void {
    if (this.#over) return;
    this.#finish();
    this.body?.break(incomplete());
    this.onAbort?.();
  }

  #finish(): void {
    this.#over = true;
    this.#blocked = false;
    this.#onOver(this);
  }
}

/** A response that fails before its first byte: Bun resets the stream. */
function broken(): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        // Failing at once would be printed as an error of ours.
        setImmediate(() => controller.error(new Error("broken off")));
      },
    }),
  );
}

function fieldsOf(status: number, headers: RawHeaders, length: number): Headers {
  const fields = new Headers();
  if (length >= 0 && !isBodiless(status)) fields.set("content-length", String(length));
  for (let i = 0; i < headers.length; i += 2) {
    fields.append(headers[i] as string, headers[i + 1] as string);
  }
  return fields;
}
