import type { Coding } from "@egide/contract/policy/respond.ts";
import { AppError } from "@egide/std/error.ts";
import type { Exchange } from "#exchange.ts";
import { type CodedSink, Coder } from "#respond/compress/coder.ts";
import { CodedMemo } from "#respond/compress/memo.ts";
import { flushLater } from "#respond/compress/flush-queue.ts";
import { type Reply, truncated } from "#respond/reply.ts";
import type { ByteSink, ByteSource, OriginResponse, RawHeaders } from "#stream.ts";

/**
 * A body of known length up to this is compressed in one go, and remembered, if all of it comes within
 * one turn of the event loop, which what is kept in memory does (cache/source.ts).
 */
const WHOLE_BYTES = 1_048_576;

/** Memory of a worker for bodies that are served again and again. */
const memo = new CodedMemo(16_777_216);

let streams = 0;

/** False where a worker already compresses as many streams as it may. */
export function codedRoom(most: number): boolean {
  return streams < most;
}

/**
 * Sends one body compressed. Of unknown length, the head leaves at once and what came within one
 * turn of the event loop is flushed at its end: nothing is held back, which is what server-sent
 * events and pages rendered in pieces need. A short body of known length that comes within one turn
 * is sent with its length — and as it was, should compressing have made it longer.
 */
export class CodedSender implements ByteSink, CodedSink {
  readonly #exchange: Exchange;
  readonly #response: OriginResponse;
  readonly #source: ByteSource;
  readonly #reply: Reply;
  readonly #coding: Coding;
  #left: number;
  /** Copies of what came this turn, of a body that may yet come whole. */
  #pieces: Uint8Array[] | null = null;
  #coder: Coder | null = null;
  #started = false;
  #unflushed = false;
  /** Sent in one piece: there is nothing for a coder to finish. */
  #sentWhole = false;
  #done = false;

  constructor(
    exchange: Exchange,
    response: OriginResponse,
    source: ByteSource,
    reply: Reply,
    coding: Coding,
  ) {
    this.#exchange = exchange;
    this.#response = response;
    this.#source = source;
    this.#reply = reply;
    this.#coding = coding;
    this.#left = response.bodyLength;
  }

  begin(): void {
    this.#exchange.onAbort = () => this.#gone();
    if (this.#left < 0 || this.#left > WHOLE_BYTES) this.#start(true, -1);
    if (!this.#done) this.#source.pipe(this);
  }

  data(chunk: Uint8Array): void {
    if (this.#done || chunk.length === 0) return;
    if (this.#left >= 0) {
      this.#left -= chunk.length;
      if (this.#left < 0) {
        this.#source.cancel();
        this.#break(truncated("the origin sent more than it had declared"));
        return;
      }
    }
    if (this.#started) this.#write(chunk);
    else if (this.#left > 0) (this.#pieces ??= []).push(Buffer.from(chunk));
    else this.#whole(this.#pieces === null ? chunk : Buffer.concat([...this.#pieces, chunk]));
    if (!this.#unflushed && !this.#sentWhole && !this.#done) {
      this.#unflushed = true;
      flushLater(this);
    }
  }

  /** From the flush queue: this turn of the event loop brought no more. */
  flush(): void {
    if (!this.#unflushed) return;
    this.#unflushed = false;
    if (!this.#started) this.#startPieces();
    if (this.#coder !== null && !this.#coder.flush(this)) this.#codingFailed();
  }

  coded(chunk: Uint8Array): void {
    if (this.#done || this.#exchange.write(chunk) || this.#done) return;
    this.#exchange.onDrain ??= () => this.#source.resume();
    this.#source.pause();
  }

  end(trailers: RawHeaders | null): void {
    if (this.#done) return;
    if (this.#left > 0) {
      this.#break(truncated("the origin sent less than it had declared"));
      return;
    }
    if (!this.#started) this.#start(false, 0);
    else if (!this.#sentWhole && !this.#open().finish(this)) this.#codingFailed();
    if (this.#done) return;
    this.#leave();
    this.#exchange.end(trailers);
    this.#reply.finished("complete", null);
  }

  fail(error: AppError): void {
    if (!this.#done) this.#break(error);
  }

  /** The rest takes longer than a turn: what came does not wait for it. */
  #startPieces(): void {
    const pieces = this.#pieces ?? [];
    this.#pieces = null;
    this.#start(true, -1);
    for (const piece of pieces) if (!this.#done) this.#write(piece);
  }

  #write(chunk: Uint8Array): void {
    if (!this.#open().write(chunk, this)) this.#codingFailed();
  }

  #open(): Coder {
    if (this.#coder === null) {
      streams++;
      this.#coder = new Coder(this.#coding);
    }
    return this.#coder;
  }

  /** Also where the visitor left in the middle of a write, and the coder was closed under itself. */
  #codingFailed(): void {
    if (this.#done) return;
    this.#source.cancel();
    this.#break(codingFailed());
  }

  #whole(chunk: Uint8Array): void {
    const packed = memo.compress(this.#reply.dress.serial, this.#coding, chunk);
    const gained = packed.length < chunk.length;
    const bytes = gained ? packed : chunk;
    this.#sentWhole = true;
    this.#unflushed = false;
    this.#pieces = null;
    this.#start(gained, bytes.length);
    this.coded(bytes);
  }

  #start(coded: boolean, length: number): void {
    this.#started = true;
    const { head } = this.#exchange;
    const { dress, requestId } = this.#reply;
    const { status, reason, headers } = this.#response;
    const varies = coded ? this.#coding : "may";
    const fields = dress.head(headers, head.scheme === "https", requestId, varies);
    this.#exchange.start(status, reason, fields, length);
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
    this.#unflushed = false;
    this.#pieces = null;
    this.#exchange.onDrain = null;
    this.#exchange.onAbort = null;
    if (this.#coder !== null) {
      streams--;
      this.#coder.close();
      this.#coder = null;
    }
  }
}

function codingFailed(): AppError {
  return new AppError({
    code: "edge.compression",
    source: "edge",
    retry: true,
    publicMessage: "the response could not be compressed",
  });
}
