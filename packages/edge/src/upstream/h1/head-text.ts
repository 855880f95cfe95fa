import type { OriginRequest, RawHeaders } from "#stream.ts";
import type { HeadText } from "#wire/conn.ts";
import { nameIs } from "#wire/headers.ts";
import { putLatin1, putNumber } from "#wire/latin1.ts";

const CHUNKED = "Transfer-Encoding: chunked\r\n";
const LENGTH = "Content-Length: ";
const UPGRADE = "Connection: Upgrade\r\nUpgrade: ";
const CLOSE = "Connection: close\r\n";

/**
 * What a request head is but its fields, as it goes to an origin (RFC 9112, section 3): the visitor's
 * fields keep their order and case; only Host, the framing and Connection are the edge's.
 */
class RequestHead implements HeadText {
  #request: OriginRequest | null = null;
  #host = "";
  #close = false;

  of(request: OriginRequest, host: string | null, close: boolean): this {
    this.#request = request;
    this.#host = host ?? request.authority;
    this.#close = close;
    return this;
  }

  get most(): number {
    const { method, target, upgrade } = this.#request as OriginRequest;
    return method.length + target.length + this.#host.length + (upgrade?.length ?? 0) + 128;
  }

  before(into: Buffer, from: number): number {
    const { method, target } = this.#request as OriginRequest;
    let at = putLatin1(into, method, from);
    into[at++] = 0x20;
    at = putLatin1(into, target, at);
    at = putLatin1(into, " HTTP/1.1\r\nHost: ", at);
    at = putLatin1(into, this.#host, at);
    return putLatin1(into, "\r\n", at);
  }

  after(into: Buffer, from: number): number {
    const { method, body, bodyLength, upgrade } = this.#request as OriginRequest;
    this.#request = null;
    let at = from;
    if (body !== null)
      at = bodyLength < 0 ? putLatin1(into, CHUNKED, at) : putLength(into, bodyLength, at);
    else if (meansContent(method)) at = putLength(into, 0, at);
    if (upgrade !== null)
      at = putLatin1(into, "\r\n", putLatin1(into, upgrade, putLatin1(into, UPGRADE, at)));
    else if (this.#close) at = putLatin1(into, CLOSE, at);
    return putLatin1(into, "\r\n", at);
  }
}

export const requestHead = new RequestHead();

function putLength(into: Buffer, length: number, at: number): number {
  return putLatin1(into, "\r\n", putNumber(into, length, putLatin1(into, LENGTH, at)));
}

/** Methods whose requests mean to carry content: without any they say so (RFC 9110, section 8.6). */
function meansContent(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

/** True where fields ask for an interim 100 before the body (RFC 9110, section 10.1.1). */
export function expectsContinue(headers: RawHeaders): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    if (nameIs(headers[i] as string, "expect")) {
      return (headers[i + 1] as string).toLowerCase() === "100-continue";
    }
  }
  return false;
}

/** RFC 9110, section 7.8: a server switches to nothing that was not offered. */
export function isOffered(offer: string | null, answer: string | null): boolean {
  if (offer === null || answer === null) return false;
  const wanted = answer.trim().toLowerCase();
  return offer
    .toLowerCase()
    .split(",")
    .some((one) => one.trim() === wanted);
}
