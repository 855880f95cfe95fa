import type { KeptHead } from "#exchange.ts";
import type { HeadText } from "#wire/conn.ts";
import { fieldBytes, putFields, putLatin1, putNumber } from "#wire/latin1.ts";

/** Reason phrases (RFC 9110, section 15) for statuses that come without one. */
const REASONS: Record<number, string> = {
  100: "Continue",
  101: "Switching Protocols",
  103: "Early Hints",
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

const lines = new Map<number, string>();

/** The status line; `reason` "" is filled in. */
function statusLine(status: number, reason: string): string {
  if (reason !== "" && reason !== REASONS[status]) return `HTTP/1.1 ${status} ${reason}\r\n`;
  let line = lines.get(status);
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n`;
    if (status < 1000) lines.set(status, line);
  }
  return line;
}

let dateSecond = -1;
let dateLine = "";

/** The Date field as a line, made once a second. `now`: wall clock in milliseconds. */
function dateField(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

const LENGTH = "Content-Length: ";
const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** What a response head is but its fields. One object serves a thread: fill it and write. */
class ResponseHead implements HeadText {
  /** Wall clock for the Date field; -1 where none is to be added. */
  now = -1;
  /** Content-Length; -1 where none is sent. */
  length = -1;
  isChunked = false;
  /** The Connection field as a line, or "". */
  connection = "";
  #line = "";

  /** Starts anew with the status line alone. */
  of(status: number, reason: string): this {
    this.#line = statusLine(status, reason);
    this.now = -1;
    this.length = -1;
    this.isChunked = false;
    this.connection = "";
    return this;
  }

  get most(): number {
    return this.#line.length + this.connection.length + 128;
  }

  before(into: Buffer, at: number): number {
    return putLatin1(into, this.#line, at);
  }

  after(into: Buffer, from: number): number {
    let at = from;
    if (this.now >= 0) at = putLatin1(into, dateField(this.now), at);
    if (this.length >= 0) at = putLength(into, this.length, at);
    if (this.isChunked) at = putLatin1(into, CHUNKED, at);
    return putLatin1(into, "\r\n", putLatin1(into, this.connection, at));
  }
}

export const responseHead = new ResponseHead();

function putLength(into: Buffer, length: number, at: number): number {
  return putLatin1(into, "\r\n", putNumber(into, length, putLatin1(into, LENGTH, at)));
}

/** The same for heads that are kept: their lines are written once, then copied. */
class KeptResponseHead implements HeadText {
  connection = "";
  #lines: Buffer = Buffer.alloc(0);
  #length = 0;

  /** Starts anew. `now`: wall clock, for the Date field of one that was never written. */
  of(kept: KeptHead, length: number, now: number): this {
    this.#lines = kept.wire ??= linesOf(kept, now);
    this.#length = length;
    this.connection = "";
    return this;
  }

  get most(): number {
    return this.#lines.length + this.connection.length + 64;
  }

  before(into: Buffer, at: number): number {
    into.set(this.#lines, at);
    return at + this.#lines.length;
  }

  after(into: Buffer, from: number): number {
    const at = putLatin1(into, this.connection, putLength(into, this.#length, from));
    return putLatin1(into, "\r\n", at);
  }
}

/** Status line, fields and Date, without the empty line. */
function linesOf({ status, fields }: KeptHead, now: number): Buffer {
  const line = statusLine(status, "");
  const date = dateField(now);
  const lines = Buffer.allocUnsafeSlow(line.length + fieldBytes(fields) + date.length);
  putLatin1(lines, date, putFields(lines, fields, putLatin1(lines, line, 0)));
  return lines;
}

export const keptResponseHead = new KeptResponseHead();
