import { Cursor, Incomplete } from "#reference/cursor.ts";
import { Malformed, type ReferenceResponse, valuesOf } from "#reference/message.ts";

export interface ResponseReading {
  readonly responses: readonly ReferenceResponse[];
  readonly consumed: number;
  readonly malformed: string | null;
}

/**
 * Reads responses to requests with the given methods. `ended` tells that the connection is over: then
 * a body without a length is whole, and one with a length that is short is reported as incomplete.
 * Interim responses (1xx other than 101) stand in the list too, and use up no method.
 */
export function readResponses(
  bytes: Uint8Array,
  methods: readonly string[],
  ended: boolean,
): ResponseReading {
  const text = Buffer.from(bytes).toString("latin1");
  const responses: ReferenceResponse[] = [];
  let consumed = 0;
  let answered = 0;
  while (consumed < text.length) {
    const cursor = new Cursor(text, consumed);
    try {
      const response = readResponse(cursor, methods[answered] ?? "GET", ended);
      responses.push(response);
      if (response.status >= 200 || response.status === 101) answered++;
      consumed = cursor.at;
      if (response.status === 101 || !response.complete) break;
    } catch (error) {
      if (error instanceof Incomplete) break;
      if (error instanceof Malformed) return { responses, consumed, malformed: error.message };
      throw error;
    }
  }
  return { responses, consumed, malformed: null };
}

function readResponse(cursor: Cursor, method: string, ended: boolean): ReferenceResponse {
  const line = cursor.line();
  const match = /^HTTP\/(1\.[01]) ([1-9]\d\d) ([\t\x20-\x7e\x80-\xff]*)$/.exec(line);
  if (match === null) throw new Malformed(`status line ${JSON.stringify(line.slice(0, 60))}`);
  const [, version, code, reason] = match as unknown as [string, string, string, string];
  const status = Number(code);
  const fields = cursor.fields();
  const base = { version, status, reason, fields, body: "", trailers: [], chunked: false };
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
    return { ...base, complete: true };
  }
  const codings = valuesOf(fields, "transfer-encoding");
  const lengths = valuesOf(fields, "content-length");
  if (codings.length > 0) {
    if (lengths.length > 0) throw new Malformed("Transfer-Encoding and Content-Length");
    if (codings.join().toLowerCase() !== "chunked") throw new Malformed("Transfer-Encoding");
    return chunkedBody(cursor, { ...base, chunked: true, complete: true }, ended);
  }
  if (lengths.length > 1 || (lengths.length === 1 && !/^\d{1,15}$/.test(lengths[0] as string))) {
    throw new Malformed(`Content-Length ${lengths.join(" | ")}`);
  }
  const left = cursor.text.length - cursor.at;
  const length = lengths.length === 1 ? Number(lengths[0]) : left;
  if (!ended && (left < length || lengths.length === 0)) throw new Incomplete();
  return { ...base, body: cursor.take(Math.min(length, left)), complete: left >= length };
}

function chunkedBody(cursor: Cursor, base: ReferenceResponse, ended: boolean): ReferenceResponse {
  try {
    return { ...base, ...cursor.chunked() };
  } catch (error) {
    if (!(error instanceof Incomplete) || !ended) throw error;
    return { ...base, body: cursor.take(cursor.text.length - cursor.at), complete: false };
  }
}
