import { AppError } from "@egide/std/error.ts";
import type { Refusal } from "#exchange.ts";
import type { BodyFault } from "#wire/h1/body.ts";
import type { HeadFault } from "#wire/h1/fields.ts";
import type { FramingFault } from "#wire/h1/framing.ts";

/** What the HTTP/1 front itself finds wrong, besides the faults of the parsers below it. */
export type FrontFault =
  | "not_http"
  | "plain_on_tls"
  | "no_host"
  | "host"
  | "expectation"
  | "header_timeout"
  | "body_too_large"
  | "incomplete";

export type H1Fault = HeadFault | FramingFault | BodyFault | FrontFault;

const DETAILS: Record<H1Fault, string> = {
  start_line: "The request line is not a method, a target and a version with single spaces.",
  version: "This version of HTTP is not spoken here.",
  url_too_long: "The address of the request is too long.",
  obs_fold: "A header field is folded over several lines.",
  field_name: "A header field has no name, or one with a character that names can't have.",
  space_before_colon: "There is white space between a field name and its colon.",
  field_value: "A header field holds a control character.",
  bare_cr: "A carriage return stands alone.",
  bare_lf: "A line ends with a line feed alone.",
  too_many_fields: "The request has too many header fields.",
  head_too_large: "The header fields are too large.",
  repeated_host: "The Host field is repeated.",
  content_length: "Content-Length is not one plain number.",
  repeated_content_length: "Content-Length is repeated.",
  transfer_encoding: "Transfer-Encoding is not exactly «chunked».",
  te_in_http10: "An HTTP/1.0 request can't carry Transfer-Encoding.",
  cl_and_te: "The request has both Content-Length and Transfer-Encoding.",
  connection: "The Connection field names what it may not take away.",
  chunk_size: "The size of a chunk can't be read.",
  chunk_extension: "A chunk extension is malformed or too long.",
  chunk_end: "A chunk does not end where its size says.",
  trailer: "A trailer field is malformed or not allowed there.",
  trailer_too_large: "The trailer fields are too large.",
  not_http: "The connection speaks another protocol than HTTP.",
  plain_on_tls: "This port speaks HTTPS: ask for the same address with https:// in front.",
  no_host: "The request names no host.",
  host: "The Host field is not a host and an optional port.",
  expectation: "The expectation can't be met.",
  header_timeout: "The request head took too long to arrive.",
  body_too_large: "The request body is larger than this site accepts.",
  incomplete: "The connection ended in the middle of the request.",
};

const STATUS: Partial<Record<H1Fault, number>> = {
  version: 505,
  url_too_long: 414,
  too_many_fields: 431,
  head_too_large: 431,
  trailer_too_large: 431,
  expectation: 417,
  header_timeout: 408,
  body_too_large: 413,
};

export function refusalFor(fault: H1Fault): Refusal {
  return { status: STATUS[fault] ?? 400, code: `http1.${fault}`, detail: DETAILS[fault] };
}

/** What a request body fails with when its sender is at fault. */
export function clientError(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
