import type { Field } from "@egide/testkit/reference/message.ts";
import type { Expectation, H1Case } from "../case.ts";

/** A request on stream 1 of a fresh HTTP/2 connection, field by field, or frames that say it all. */
export interface H2Case extends Pick<H1Case, "id" | "about" | "reply" | "check"> {
  readonly expect: Expectation;
  readonly fields: readonly Field[];
  /** DATA frames; none: END_STREAM stands on HEADERS. */
  readonly body?: readonly string[];
  readonly trailers?: readonly Field[];
  /** Sent in place of the request: frames as they are. */
  readonly frames?: readonly Uint8Array[];
}

export const METHOD: Field = [":method", "GET"];
export const SCHEME: Field = [":scheme", "http"];
export const AUTHORITY: Field = [":authority", "site.test"];
export const PATH: Field = [":path", "/c"];

/** A complete request with more fields behind it. */
export function get(...more: Field[]): Field[] {
  return [METHOD, SCHEME, AUTHORITY, PATH, ...more];
}

export function post(...more: Field[]): Field[] {
  return [[":method", "POST"], SCHEME, AUTHORITY, PATH, ...more];
}

/** A request whose pseudo-header `name` has another value. */
export function withPseudo(name: string, value: string): Field[] {
  return get().map((field) => (field[0] === name ? [name, value] : field));
}
