import { type CacheSettings, cacheSchema } from "@egide/contract/policy/cache.ts";
import { AppError } from "@egide/std/error.ts";
import type {
  ByteSink,
  ByteSource,
  Call,
  Fetch,
  OriginRequest,
  OriginResponse,
  RawHeaders,
  ResponseSink,
} from "#stream.ts";
import { getHeader } from "#wire/headers.ts";
import type { PurgeEvent } from "./purge.ts";

/** A body whose bytes a test hands over when it likes. */
export class ManualSource implements ByteSource {
  #sink: ByteSink | null = null;
  paused = false;
  cancelled = false;

  pipe(sink: ByteSink): void {
    this.#sink = sink;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  cancel(): void {
    this.cancelled = true;
    this.#sink = null;
  }
  data(text: string | Uint8Array): void {
    this.#sink?.data(typeof text === "string" ? Buffer.from(text) : text);
  }
  end(): void {
    this.#sink?.end(null);
  }
  fail(): void {
    this.#sink?.fail(originDown());
  }
}

export function originDown(): AppError {
  return new AppError({
    code: "origin.connect",
    source: "origin",
    retry: true,
    publicMessage: "The origin can't be reached.",
  });
}

/** A request that reached the origin, and the means to answer it. */
export class Asked {
  readonly request: OriginRequest;
  readonly sink: ResponseSink;
  cancelled = false;

  constructor(request: OriginRequest, sink: ResponseSink) {
    this.request = request;
    this.sink = sink;
  }

  header(name: string): string | undefined {
    return getHeader(this.request.headers, name);
  }

  /** Answers with a body that comes at once. */
  answer(status: number, headers: RawHeaders, body = ""): void {
    const source = new ManualSource();
    this.respond(status, headers, status === 304 ? null : source, Buffer.byteLength(body));
    if (status === 304) return;
    if (body !== "") source.data(body);
    source.end();
  }

  /** Answers with a body that the test feeds; -1: of unknown length. */
  stream(status: number, headers: RawHeaders, length = -1): ManualSource {
    const source = new ManualSource();
    this.respond(status, headers, source, length);
    return source;
  }

  respond(status: number, headers: RawHeaders, body: ByteSource | null, bodyLength: number): void {
    const head = this.request.method === "HEAD" || status === 304 || status === 204;
    this.sink.response({
      status,
      reason: "",
      headers: headers.slice(),
      bodyLength,
      body: head ? null : body,
      tunnel: null,
    });
  }
}

export class FakeOrigin {
  readonly asked: Asked[] = [];
  readonly fetch: Fetch = (request, sink) => {
    const asked = new Asked(request, sink);
    this.asked.push(asked);
    return { cancel: () => void (asked.cancelled = true) };
  };

  /** The latest request. */
  get last(): Asked {
    const last = this.asked.at(-1);
    if (last === undefined) throw new Error("nothing reached the origin");
    return last;
  }
}

/** What one visitor got. */
export class Visit implements ResponseSink, ByteSink {
  response_: OriginResponse | null = null;
  readonly informed: number[] = [];
  readonly chunks: Buffer[] = [];
  error: AppError | null = null;
  ended = false;
  call: Call | null = null;
  readonly #stalled: boolean;

  /** `stalled`: takes no body until `source.resume()`. */
  constructor(stalled = false) {
    this.#stalled = stalled;
  }

  informational(status: number): void {
    this.informed.push(status);
  }
  response(response: OriginResponse): void {
    if (this.response_ !== null) throw new Error("answered twice");
    this.response_ = response;
    if (response.body === null) this.ended = true;
    else {
      if (this.#stalled) response.body.pause();
      response.body.pipe(this);
    }
  }
  fail(error: AppError): void {
    this.error = error;
  }
  data(chunk: Uint8Array): void {
    if (this.ended) throw new Error("data after the end");
    this.chunks.push(Buffer.from(chunk));
  }
  end(): void {
    if (this.ended) throw new Error("ended twice");
    this.ended = true;
  }

  get status(): number {
    return this.response_?.status ?? 0;
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }
  header(name: string): string | undefined {
    return this.response_ === null ? undefined : getHeader(this.response_.headers, name);
  }
  get cacheStatus(): string {
    return this.header("cache-status") ?? "";
  }
}

export interface Ask {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: RawHeaders;
  readonly body?: ByteSource;
  readonly authority?: string;
  readonly scheme?: "http" | "https";
  readonly stalled?: boolean;
}

/** Sends one request into `fetch`. */
export function visit(fetch: Fetch, ask: Ask = {}): Visit {
  const result = new Visit(ask.stalled ?? false);
  result.call = fetch(
    {
      method: ask.method ?? "GET",
      target: ask.target ?? "/",
      scheme: ask.scheme ?? "https",
      authority: ask.authority ?? "example.org",
      headers: ask.headers ?? [],
      body: ask.body ?? null,
      bodyLength: ask.body === undefined ? 0 : -1,
      upgrade: null,
      affinity: "",
    },
    result,
  );
  return result;
}

/** Settings with a few of them changed. */
export function settingsOf(change: Record<string, unknown> = {}): CacheSettings {
  return cacheSchema.parse(change);
}

/** Events as they travel between workers: through structured clone. */
export function travelled(event: PurgeEvent): PurgeEvent {
  return structuredClone(event);
}
