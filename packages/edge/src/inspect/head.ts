import type { RequestHead } from "#exchange.ts";
import type { RawHeaders } from "#stream.ts";
import { getHeader, indexOfHeader } from "#wire/headers.ts";

/** Versions as rules name them. */
export const HTTP_NAMES: Readonly<Record<RequestHead["version"], string>> = {
  10: "HTTP/1.0",
  11: "HTTP/1.1",
  20: "HTTP/2.0",
  30: "HTTP/3.0",
};

/** The fields as rules know them: of HTTP/2 and 3 the authority stands where HTTP/1 has Host. */
export function fieldsSeen(head: RequestHead): RawHeaders {
  const { headers, authority, version } = head;
  if (version < 20 || authority === "" || indexOfHeader(headers, "host") >= 0) return headers;
  return ["Host", authority, ...headers];
}

/** Calls that go both ways at once: holding their body would wait for an answer to what never left. */
export function grpc(headers: RawHeaders): boolean {
  return getHeader(headers, "content-type")?.toLowerCase().startsWith("application/grpc") === true;
}
