import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";
import type { WafPolicy } from "@egide/contract/policy/waf.ts";
import type { AppError } from "@egide/std/error.ts";
import type { Intervention } from "@egide/waf/run/outcome.ts";
import type { Transaction } from "@egide/waf/run/transaction.ts";
import { type BodyWatcher, HeldBody } from "#inspect/body/held-body.ts";
import { Tap } from "#inspect/body/tap.ts";
import type { OriginResponse } from "#stream.ts";
import { joinHeader } from "#wire/headers.ts";
import { asBuffer, readLatin1 } from "#wire/latin1.ts";

export interface GateHost {
  released(response: OriginResponse): void;
  blocked(intervention: Intervention): void;
  fail(error: AppError): void;
  broke(error: unknown): void;
}

type Coding = "identity" | "gzip" | "deflate" | "br" | "zstd";
type Limits = Pick<WafPolicy, "mode" | "responseBodyLimit">;

/**
 * Phase 4. A body of known length and listed type is held until it is judged, up to the limit; one
 * that streams goes on at once, and is read along: what the rules find in it is written down, since
 * nothing can be taken back. In detection nothing is ever held.
 */
export class ResponseGate implements BodyWatcher {
  readonly #transaction: Transaction;
  readonly #response: OriginResponse;
  readonly #limits: Limits;
  readonly #host: GateHost;
  readonly #coding: Coding | null;
  #held: HeldBody | null = null;
  #tap: Tap | null = null;
  /** Of a coded body: nothing can be read of it before it is whole. */
  readonly #coded: Uint8Array[] = [];
  #bytes = 0;
  #judged = false;

  constructor(transaction: Transaction, response: OriginResponse, limits: Limits, host: GateHost) {
    this.#transaction = transaction;
    this.#response = response;
    this.#limits = limits;
    this.#host = host;
    this.#coding = codingOf(joinHeader(response.headers, "content-encoding"));
  }

  begin(): void {
    const { body, bodyLength } = this.#response;
    if (body === null || !this.#isReadable(bodyLength) || !this.#transaction.wantsResponseBody) {
      this.#judge(this.#response);
      return;
    }
    const { mode, responseBodyLimit } = this.#limits;
    if (mode === "block" && bodyLength >= 0) {
      this.#held = new HeldBody(body, responseBodyLimit, this);
      this.#held.begin();
      return;
    }
    this.#tap = new Tap(body, this);
    this.#host.released({ ...this.#response, body: this.#tap });
  }

  /** BodyWatcher, of what is held and of what is read along. */
  seen(chunk: Uint8Array): void {
    // Of a download that never ends only the beginning is looked at.
    if (this.#judged || this.#bytes > this.#limits.responseBodyLimit) return;
    this.#bytes += chunk.length;
    if (this.#coding === "identity")
      this.#transaction.responseBody(readLatin1(asBuffer(chunk), 0, chunk.length));
    else if (this.#bytes > this.#limits.responseBodyLimit) this.#coded.length = 0;
    else this.#coded.push(new Uint8Array(chunk));
  }

  held(): void {
    try {
      this.#decode();
      this.#judge({ ...this.#response, body: this.#held });
    } catch (error) {
      this.#host.broke(error);
    }
  }

  broke(error: AppError): void {
    this.#judged = true;
    this.#host.fail(error);
  }

  cancel(): void {
    this.#held?.cancel();
    this.#held = null;
  }

  /** Everything has been sent: now there is time for what was read along. */
  finish(): void {
    if (this.#tap === null || this.#judged) return;
    this.#judged = true;
    this.#decode();
    this.#transaction.responseEnd();
  }

  #judge(response: OriginResponse): void {
    this.#judged = true;
    const intervention = this.#transaction.responseEnd();
    if (intervention === undefined) {
      this.#host.released(response);
      return;
    }
    response.body?.cancel();
    this.#held = null;
    this.#host.blocked(intervention);
  }

  /** A coded body can only be read whole. */
  #isReadable(length: number): boolean {
    if (this.#coding === null) return false;
    return this.#coding === "identity" || length <= this.#limits.responseBodyLimit;
  }

  #decode(): void {
    if (this.#coded.length === 0 || this.#coding === null || this.#coding === "identity") return;
    const text = decode(Buffer.concat(this.#coded), this.#coding, this.#limits.responseBodyLimit);
    this.#coded.length = 0;
    if (text !== null) this.#transaction.responseBody(text);
  }
}

function codingOf(field: string | undefined): Coding | null {
  switch (field?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return "identity";
    case "gzip":
    case "x-gzip":
      return "gzip";
    case "deflate":
      return "deflate";
    case "br":
      return "br";
    case "zstd":
      return "zstd";
    default:
      return null;
  }
}

/** Null where it is broken, or would grow past `most`: a few bytes may stand for gigabytes. */
function decode(bytes: Uint8Array, coding: Exclude<Coding, "identity">, most: number) {
  const options = { maxOutputLength: most };
  try {
    switch (coding) {
      case "gzip":
        return gunzipSync(bytes, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
      case "deflate":
        return inflateSync(bytes, options);
      case "br":
        return brotliDecompressSync(bytes, options);
      case "zstd":
        return zstdDecompressSync(bytes, options);
    }
  } catch {
    return null;
  }
}
