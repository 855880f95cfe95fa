/** What an origin does with a request, and what must come of it. */
export interface OriginCase {
  readonly name: string;
  readonly method?: string;
  readonly upgrade?: string;
  /** Bytes of the answer, one char a byte. */
  readonly answer: string;
  /** What the origin does then; it keeps the connection open by default. */
  readonly ending?: "fin" | "reset";
  readonly status?: number;
  readonly body?: string;
  readonly bodyLength?: number;
  /** Failure instead of an answer, or in the body. */
  readonly code?: string;
  readonly bodyCode?: string;
  readonly headers?: readonly string[];
  readonly trailers?: readonly string[];
  readonly informed?: readonly number[];
  /** The connection serves the next request. */
  readonly reused?: boolean;
}

export const ok = (fields: string, body = ""): string => `HTTP/1.1 200 OK\r\n${fields}\r\n${body}`;
export const chunked = (body: string): string => ok("Transfer-Encoding: chunked\r\n", body);
export const fields = (count: number): string =>
  Array.from({ length: count }, (_, i) => `X-${i}: ${i}\r\n`).join("");
export const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
