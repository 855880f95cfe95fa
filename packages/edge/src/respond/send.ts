import type { AppError } from "@egide/std/error.ts";
import type { Exchange } from "#exchange.ts";
import type { CompressionPlan } from "#respond/compress/plan.ts";
import { isCoded, type Varies } from "#respond/dress.ts";
import { CodedSender, codedRoom } from "#respond/send-coded.ts";
import { type Reply, truncated } from "#respond/reply.ts";
import type { ByteSink, ByteSource, OriginResponse, RawHeaders } from "#stream.ts";
import { getHeader, joinHeader } from "#wire/headers.ts";

/**
 * Sends a response that came from an origin or from the cache: the only way such a response reaches
 * a visitor. Answers through `reply.finished`, exactly once, when the last byte was handed over or
 * nothing more can be. The exchange's callbacks are this function's from here on.
 *
 * A 101 is not sent here: its raw connections are tied together by the pipeline.
 */
export function sendResponse(exchange: Exchange, response: OriginResponse, reply: Reply): void {
  const { head } = exchange;
  const { dress } = reply;
  const varies = relation(exchange, response, dress.compression);
  const secure = head.scheme === "https";
  const { body } = response;
  if (body === null || head.method === "HEAD") {
    body?.cancel();
    const headers = dress.head(response.headers, secure, reply.requestId, varies);
    const length = isCoded(varies) ? -1 : response.bodyLength;
    exchange.start(response.status, response.reason, headers, length);
    exchange.end(null);
    reply.finished("complete", null);
    return;
  }
  if (isCoded(varies)) {
    new CodedSender(exchange, response, body, reply, varies).begin();
    return;
  }
  const headers = dress.head(response.headers, secure, reply.requestId, varies);
  new Sender(exchange, body, reply, response.bodyLength).begin(response, headers);
}

function relation(
  exchange: Exchange,
  response: OriginResponse,
  plan: CompressionPlan | null,
): Varies {
  if (plan === null) return "never";
  const asked = exchange.head.headers;
  if (response.status === 304) {
    // The visitor holds a copy whose validator was weakened when it was coded: name it so again.
    const etag = getHeader(response.headers, "etag");
    if (etag === undefined || etag.startsWith("W/")) return "never";
    const held = joinHeader(asked, "if-none-match");
    return held?.includes(`W/${etag}`) === true ? "revalidated" : "never";
  }
  if (!plan.covers(response)) return "never";
  const coding = plan.choose(joinHeader(asked, "accept-encoding"));
  if (coding === null || (response.body !== null && !codedRoom(plan.maxStreams))) return "may";
  return coding;
}

/** Passes one body on as it is. One object a response, nothing made per chunk. */
class Sender implements ByteSink {
  readonly #exchange: Exchange;
  readonly #source: ByteSource;
  readonly #reply: Reply;
  /** Bytes that are still owed of a declared length; -1 where none was declared. */
  #left: number;
  #done = false;

  constructor(exchange: Exchange, source: ByteSource, reply: Reply, length: number) {
    this.#exchange = exchange;
    this.#source = source;
    this.#reply = reply;
    this.#left = length;
  }

  begin(response: OriginResponse, headers: RawHeaders): void {
    const exchange = this.#exchange;
    exchange.onAbort = () => this.#gone();
    exchange.start(response.status, response.reason, headers, this.#left);
    if (!this.#done) this.#source.pipe(this);
  }

  data(chunk: Uint8Array): void {
    if (this.#done) return;
    if (this.#left >= 0) {
      this.#left -= chunk.length;
      if (this.#left < 0) {
        this.#source.cancel();
        this.#break(truncated("the origin sent more than it had declared"));
        return;
      }
    }
    if (this.#exchange.write(chunk) || this.#done) return;
    this.#exchange.onDrain ??= () => this.#source.resume();
    this.#source.pause();
  }

  end(trailers: RawHeaders | null): void {
    if (this.#done) return;
    if (this.#left > 0) {
      this.#break(truncated("the origin sent less than it had declared"));
      return;
    }
    this.#leave();
    this.#exchange.end(trailers);
    this.#reply.finished("complete", null);
  }

  fail(error: AppError): void {
    if (!this.#done) this.#break(error);
  }

  #break(error: AppError): void {
    this.#leave();
    this.#exchange.abort();
    this.#reply.finished("failed", error);
  }

  #gone(): void {
    if (this.#done) return;
    this.#leave();
    this.#source.cancel();
    this.#reply.finished("aborted", null);
  }

  #leave(): void {
    this.#done = true;
    this.#exchange.onDrain = null;
    this.#exchange.onAbort = null;
  }
}
