/** A field as it stood on the wire: name in its own case, value without outer white space. */
export type Field = readonly [name: string, value: string];

/** One request, as a parser that accepts nothing doubtful reads it. Text is latin1. */
export interface ReferenceRequest {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly fields: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly chunked: boolean;
}

export interface ReferenceResponse {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly chunked: boolean;
  /** False: the connection ended before the body was whole. */
  readonly complete: boolean;
}

/** A byte sequence that RFC 9112 does not allow, or that two parsers could read differently. */
export class Malformed extends Error {}

/** Values of all fields called `name` (lower case), in order. */
export function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);
}
