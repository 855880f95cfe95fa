import { Cursor, Incomplete, isToken } from "#reference/cursor.ts";
import { type Field, Malformed, type ReferenceRequest, valuesOf } from "#reference/message.ts";

export interface ReferenceReading {
  readonly requests: readonly ReferenceRequest[];
  /** Where each of them ends. */
  readonly ends: readonly number[];
  /** Where the first byte stands that belongs to no whole request. */
  readonly consumed: number;
  /** Why reading stopped there; null where the bytes merely end in the middle of a message. */
  readonly malformed: string | null;
}

/** Reads the requests that stand in `bytes`, one behind the other, and stops at the first doubt. */
export function readRequests(bytes: Uint8Array | string): ReferenceReading {
  const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
  const requests: ReferenceRequest[] = [];
  const ends: number[] = [];
  let consumed = 0;
  while (consumed < text.length) {
    const cursor = new Cursor(text, consumed);
    try {
      requests.push(readRequest(cursor));
    } catch (error) {
      if (error instanceof Incomplete) return { requests, ends, consumed, malformed: null };
      if (error instanceof Malformed) return { requests, ends, consumed, malformed: error.message };
      throw error;
    }
    consumed = cursor.at;
    ends.push(consumed);
  }
  return { requests, ends, consumed, malformed: null };
}

/** The head alone, for an origin that answers before the body has come. */
export function readHead(text: string, at: number): ReferenceRequest | null {
  const cursor = new Cursor(text, at);
  try {
    return { ...head(cursor), body: "", trailers: [], chunked: false };
  } catch (error) {
    if (error instanceof Incomplete) return null;
    throw error;
  }
}

type Head = Pick<ReferenceRequest, "method" | "target" | "version" | "fields">;

function head(cursor: Cursor): Head {
  const line = cursor.line();
  const parts = line.split(" ");
  if (parts.length !== 3) throw new Malformed(`request line ${JSON.stringify(line.slice(0, 60))}`);
  const [method, target, protocol] = parts as [string, string, string];
  if (!isToken(method)) throw new Malformed(`method ${JSON.stringify(method.slice(0, 40))}`);
  // Not in RFC 3986, but browsers have sent bytes from 0x80, and all readers see the same in them.
  if (!/^[\x21-\x7e\x80-\xff]+$/.test(target)) throw new Malformed("byte in the target");
  if (protocol !== "HTTP/1.1" && protocol !== "HTTP/1.0")
    throw new Malformed(`version ${protocol}`);
  const fields = cursor.fields();
  const version = protocol === "HTTP/1.1" ? "1.1" : "1.0";
  const hosts = valuesOf(fields, "host").length;
  if (hosts > 1 || (hosts === 0 && version === "1.1")) throw new Malformed(`${hosts} Host fields`);
  return { method, target, version, fields };
}

function readRequest(cursor: Cursor): ReferenceRequest {
  const read = head(cursor);
  const framing = bodyLength(read.fields, read.version);
  if (framing === "chunked") return { ...read, ...cursor.chunked(), chunked: true };
  return { ...read, body: cursor.take(framing), trailers: [], chunked: false };
}

/** RFC 9112, section 6.3, with every "ought to be handled as an error" taken as an error. */
function bodyLength(fields: readonly Field[], version: "1.0" | "1.1"): number | "chunked" {
  const lengths = valuesOf(fields, "content-length");
  const codings = valuesOf(fields, "transfer-encoding");
  if (codings.length > 0) {
    if (lengths.length > 0) throw new Malformed("Transfer-Encoding and Content-Length");
    if (version === "1.0") throw new Malformed("Transfer-Encoding in HTTP/1.0");
    if (codings.length > 1 || codings[0]?.toLowerCase() !== "chunked") {
      throw new Malformed(`Transfer-Encoding ${codings.join(" | ")}`);
    }
    return "chunked";
  }
  if (lengths.length === 0) return 0;
  const [length] = lengths as [string];
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) {
    throw new Malformed(`Content-Length ${lengths.join(" | ")}`);
  }
  return Number(length);
}
