import type { OriginRequest, RawHeaders } from "#stream.ts";
import type { Conn } from "#wire/conn.ts";

/** Methods whose requests mean to carry content: without any they say so (RFC 9110, section 8.6). */
function meansContent(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

/**
 * Writes a request head as it goes to an origin (RFC 9112, section 3). The visitor's fields keep their
 * order and case; only Host, the framing and Connection are the edge's.
 */
export function writeRequest(
  conn: Conn,
  request: OriginRequest,
  host: string | null,
  close: boolean,
): void {
  const start = `${request.method} ${request.target} HTTP/1.1\r\nHost: ${host ?? request.authority}\r\n`;
  conn.writeHead(start, request.headers, requestEnd(request, close));
}

function requestEnd(request: OriginRequest, close: boolean): string {
  let text = "";
  if (request.body !== null) {
    text =
      request.bodyLength >= 0
        ? `Content-Length: ${request.bodyLength}\r\n`
        : "Transfer-Encoding: chunked\r\n";
  } else if (meansContent(request.method)) {
    text = "Content-Length: 0\r\n";
  }
  if (request.upgrade !== null) text += `Connection: Upgrade\r\nUpgrade: ${request.upgrade}\r\n`;
  else if (close) text += "Connection: close\r\n";
  return `${text}\r\n`;
}

/** True where fields ask for an interim 100 before the body (RFC 9110, section 10.1.1). */
export function expectsContinue(headers: RawHeaders): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === 6 && name.toLowerCase() === "expect") {
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
