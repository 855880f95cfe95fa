import type { OriginRequest } from "#stream.ts";
import type { HeadFields } from "#wire/h2/frame-writer.ts";
import { CONTENT_LENGTH_NAME, type HpackEncoder } from "#wire/h2/hpack/encoder.ts";
import { nameInfo } from "#wire/h2/hpack/names.ts";
import { getHeader } from "#wire/headers.ts";

const METHOD = nameInfo(":method");
const SCHEME = nameInfo(":scheme");
const AUTHORITY = nameInfo(":authority");
const PATH = nameInfo(":path");
const TE = nameInfo("te");

/** Methods that promise a body, so that its absence is said (RFC 9110, section 8.6). */
const WITH_CONTENT = new Set(["POST", "PUT", "PATCH"]);

/** The pseudo-header fields of one request, and what its list leaves out. */
export class RequestHead implements HeadFields {
  readonly bound: number;
  readonly #request: OriginRequest;

  constructor(request: OriginRequest) {
    this.#request = request;
    const { method, target, authority } = request;
    this.bound = 160 + method.length + target.length + authority.length;
  }

  before(encoder: HpackEncoder): void {
    const { method, scheme, authority, target } = this.#request;
    encoder.field(METHOD, method);
    encoder.field(SCHEME, scheme);
    encoder.field(AUTHORITY, authority);
    encoder.field(PATH, target);
  }

  after(encoder: HpackEncoder): void {
    const { method, headers, body, bodyLength } = this.#request;
    if (body !== null && bodyLength >= 0) encoder.field(CONTENT_LENGTH_NAME, String(bodyLength));
    else if (body === null && WITH_CONTENT.has(method)) encoder.field(CONTENT_LENGTH_NAME, "0");
    // TE is of one hop and was taken off; gRPC servers insist on it.
    const type = getHeader(headers, "content-type");
    if (type?.startsWith("application/grpc") === true) encoder.field(TE, "trailers");
  }
}
