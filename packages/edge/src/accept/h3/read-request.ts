import type { Limits } from "@egide/contract/policy/limits.ts";
import type { Refusal, RequestHead } from "#exchange.ts";
import type { RawHeaders } from "#stream.ts";

export interface ReadRequest {
  readonly head: RequestHead;
  readonly refusal: Refusal | null;
  /** Content-Length; -1 where there is a body of unknown length. */
  readonly bodyLength: number;
}

/**
 * A Request of Bun's as a head. What Bun keeps to itself stays unknown: the target as it was sent
 * (dot segments are gone), the order of the fields, and repeated fields, which it has joined.
 */
export function readRequest(request: Request, limits: Limits): ReadRequest {
  const { url } = request;
  const slash = url.indexOf("/", url.indexOf("//") + 2);
  const target = slash === -1 ? "/" : url.slice(slash);
  const headers: RawHeaders = [];
  let bytes = 0;
  request.headers.forEach((value, name) => {
    bytes += name.length + value.length;
    // Bun writes `:authority` into Host; it stands in the head.
    if (name !== "host") headers.push(name, value);
  });
  const head: RequestHead = {
    method: request.method,
    target,
    version: 30,
    scheme: "https",
    authority: request.headers.get("host") ?? "",
    headers,
  };
  const length = request.headers.get("content-length");
  const hasBody = request.body !== null;
  const bodyLength = !hasBody ? 0 : length === null ? -1 : Number(length);
  return { head, refusal: refusalFor(head, bytes, length, limits), bodyLength };
}

function refusalFor(
  head: RequestHead,
  bytes: number,
  length: string | null,
  limits: Limits,
): Refusal | null {
  if (head.authority === "") {
    return refusal(400, "http3.no_host", "The request names no host.");
  }
  if (head.target.length > limits.urlBytes) {
    return refusal(414, "http3.url_too_long", "The address of the request is too long.");
  }
  if (bytes > limits.headerBytes) {
    return refusal(431, "http3.head_too_large", "The header fields are too large.");
  }
  if (head.headers.length / 2 > limits.headerCount) {
    return refusal(431, "http3.too_many_fields", "The request has too many header fields.");
  }
  if (length !== null && !/^\d{1,15}$/.test(length)) {
    return refusal(400, "http3.content_length", "Content-Length is not one plain number.");
  }
  if (limits.bodyBytes > 0 && length !== null && Number(length) > limits.bodyBytes) {
    return refusal(
      413,
      "http3.body_too_large",
      "The request body is larger than this site accepts.",
    );
  }
  return null;
}

function refusal(status: number, code: string, detail: string): Refusal {
  return { status, code, detail };
}
