import type { Refusal } from "#exchange.ts";

/** Why a request over HTTP/2 is refused (behind `http2.` in docs/reference/errors.md). */
export type H2Fault =
  | "field_name"
  | "field_value"
  | "pseudo_order"
  | "pseudo_repeated"
  | "pseudo_unknown"
  | "pseudo_missing"
  | "connection_specific"
  | "te"
  | "content_length"
  | "repeated_content_length"
  | "method"
  | "path"
  | "scheme"
  | "host_mismatch"
  | "repeated_host"
  | "scheme_mismatch"
  | "no_host"
  | "connect"
  | "expectation"
  | "head_too_large"
  | "too_many_fields"
  | "url_too_long"
  | "body_too_large";

interface Kind {
  readonly status: number;
  /** RFC 9113, section 8.1.1: the stream is reset, behind the answer. */
  readonly malformed: boolean;
  readonly detail: string;
}

function malformed(detail: string): Kind {
  return { status: 400, malformed: true, detail };
}

function refused(status: number, detail: string): Kind {
  return { status, malformed: false, detail };
}

const KINDS: Record<H2Fault, Kind> = {
  field_name: malformed("A field name is not in lower case, or holds what names can't have."),
  field_value: malformed("A field value holds a control character or begins or ends with a blank."),
  pseudo_order: malformed("A pseudo-header field stands behind other fields."),
  pseudo_repeated: malformed("A pseudo-header field is repeated."),
  pseudo_unknown: malformed("A pseudo-header field is not one of a request."),
  pseudo_missing: malformed("A pseudo-header field is missing or empty."),
  connection_specific: malformed("A field of HTTP/1 connections has no place in HTTP/2."),
  te: malformed("TE may only say «trailers»."),
  content_length: malformed("Content-Length is not one plain number, or not that of the body."),
  repeated_content_length: malformed("Content-Length is repeated."),
  method: malformed("The method is not a token."),
  path: malformed("The path does not begin with a slash, or holds a character it can't have."),
  scheme: malformed("The scheme is neither http nor https."),
  host_mismatch: malformed("Host and :authority name different hosts."),
  repeated_host: malformed("The Host field is repeated."),
  scheme_mismatch: refused(421, "The scheme does not fit the connection."),
  no_host: refused(400, "The request names no host."),
  connect: refused(501, "CONNECT is not offered here."),
  expectation: refused(417, "The expectation can't be met."),
  head_too_large: refused(431, "The header fields are too large."),
  too_many_fields: refused(431, "The request has too many header fields."),
  url_too_long: refused(414, "The address of the request is too long."),
  body_too_large: refused(413, "The request body is larger than this site accepts."),
};

export function refusalFor(fault: H2Fault): Refusal {
  const { status, detail } = KINDS[fault];
  return { status, code: `http2.${fault}`, detail };
}

export function isMalformed(fault: H2Fault): boolean {
  return KINDS[fault].malformed;
}
