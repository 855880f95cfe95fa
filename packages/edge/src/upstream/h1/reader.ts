import type { AppError } from "@egide/std/error.ts";
import type { RawHeaders } from "#stream.ts";
import { http1Error } from "#upstream/failure.ts";
import { emptyFraming, type Framing, readFraming, resetFraming } from "#wire/h1/framing.ts";
import { HeadReader } from "#wire/h1/head-reader.ts";
import { parseResponse } from "#wire/h1/response.ts";

const HTTP_1 = Buffer.from("HTTP/1.");

interface MutableResponse {
  status: number;
  reason: string;
  version: 10 | 11;
  headers: RawHeaders;
}

/** Reads response heads off a connection, one after the other, into fields that are used again. */
export class ResponseReader {
  readonly head: MutableResponse = { status: 0, reason: "", version: 11, headers: [] };
  readonly framing: Framing = emptyFraming();
  /** After `whole`: where in the chunk the rest of the stream begins. */
  rest = 0;
  error: AppError | null = null;
  readonly #heads = new HeadReader();
  readonly #maxBytes: number;
  readonly #maxFields: number;

  constructor(maxBytes: number, maxFields: number) {
    this.#maxBytes = maxBytes;
    this.#maxFields = maxFields;
  }

  /** A head has begun and is not whole. */
  get isPartial(): boolean {
    return this.#heads.partial > 0;
  }

  /** `broken` sets `error`. The headers of the last head are the caller's: each has a list of its own. */
  read(chunk: Uint8Array, at: number): "whole" | "more" | "broken" {
    const heads = this.#heads;
    const scan = heads.feed(chunk, at, this.#maxBytes);
    if (scan === "more") {
      // Whoever does not speak HTTP/1 (a greeting, an alert) is found out at once, not by a timeout.
      if (startsLikeHttp(heads.unfinished())) return "more";
      return this.#broken("start_line");
    }
    if (scan !== "whole") return this.#broken(scan);
    this.rest = heads.rest;
    const { head, framing } = this;
    head.headers = [];
    const parsed = parseResponse(heads.bytes, heads.start, heads.end, this.#maxFields, head);
    if (parsed !== "ok") {
      const isHttp = startsLikeHttp(heads.bytes.subarray(heads.start, heads.end));
      return this.#broken(isHttp ? parsed : "start_line");
    }
    resetFraming(framing);
    const framed = readFraming(head.headers, head.version, framing);
    return framed === "ok" ? "whole" : this.#broken(framed);
  }

  #broken(fault: Parameters<typeof http1Error>[0]): "broken" {
    this.error = http1Error(fault);
    return "broken";
  }
}

function startsLikeHttp(bytes: Uint8Array): boolean {
  const known = Math.min(bytes.length, HTTP_1.length);
  for (let i = 0; i < known; i++) if (bytes[i] !== HTTP_1[i]) return false;
  return true;
}
