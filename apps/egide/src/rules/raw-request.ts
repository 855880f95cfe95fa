import { AppError } from "@egide/std/error.ts";

/** A request as rules see it. Text is bytes, one char a byte. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  /** Name and value in turn. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly client: string;
}

/**
 * Reads a request as it is written down: a request line, fields, an empty line, a body. Files from an
 * editor are taken as they are: lines may end with a line feed alone, the body goes to the file's end
 * whatever Content-Length says, and `chunked` is undone (RFC 9112, section 7.1). Throws AppError.
 */
export function readRawRequest(bytes: string): RawRequest {
  const end = /\r?\n\r?\n/.exec(bytes);
  const head = end === null ? bytes.replace(/\r?\n$/, "") : bytes.slice(0, end.index);
  const rest = end === null ? "" : bytes.slice(end.index + end[0].length);
  const [line = "", ...fields] = head.split(/\r?\n/);
  const found = /^(\S+) +(\S.*?)(?: +(HTTP\/\d\.\d))?$/.exec(line);
  if (found === null) {
    throw failure(
      `line 1 is no request line: ${JSON.stringify(line.slice(0, 80))}; write it like GET /path HTTP/1.1`,
    );
  }
  const headers: string[] = [];
  for (const [i, field] of fields.entries()) {
    const cut = field.indexOf(":");
    if (cut < 1) throw failure(`line ${i + 2} is no header field: write it like Name: value`);
    headers.push(field.slice(0, cut), field.slice(cut + 1).trim());
  }
  const isChunked = headers.some(
    (name, i) =>
      i % 2 === 0 && /^transfer-encoding$/i.test(name) && /chunked/i.test(headers[i + 1] as string),
  );
  return {
    method: found[1] as string,
    target: found[2] as string,
    protocol: found[3] ?? "HTTP/1.1",
    headers,
    body: isChunked ? dechunk(rest) : rest,
    client: "192.0.2.1",
  };
}

function dechunk(text: string): string {
  let out = "";
  for (let at = 0; ; ) {
    const found = /^([0-9a-f]{1,8})[^\n]*\r?\n/i.exec(text.slice(at, at + 200));
    if (found === null) throw failure("the size of a chunk of the body can't be read");
    const size = Number.parseInt(found[1] as string, 16);
    if (size === 0) return out;
    const start = at + found[0].length;
    if (start + size > text.length) throw failure("the body ends in the middle of a chunk");
    out += text.slice(start, start + size);
    at = start + size + (text.startsWith("\r\n", start + size) ? 2 : 1);
  }
}

function failure(publicMessage: string): AppError {
  return new AppError({ code: "rules.request", source: "operator", retry: false, publicMessage });
}
