/** A request as the front in front of the engine understood it, and whether it would serve it. */
export interface FrontRequest {
  readonly line: string;
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  /** Name and value in turn. */
  readonly headers: readonly string[];
  readonly body: string;
  /** 400 where an HTTP/1.1 server refuses it (RFC 9112); the engine sees it all the same. */
  readonly refused: boolean;
  /** The body that was announced did not come. */
  readonly incomplete: boolean;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Reads raw bytes as an origin server of RFC 9112 does, keeping even what it refuses. */
export function readRequest(raw: string): FrontRequest {
  const headEnd = raw.indexOf("\r\n\r\n");
  const head = headEnd < 0 ? raw : raw.slice(0, headEnd);
  const rest = headEnd < 0 ? "" : raw.slice(headEnd + 4);
  const [line = "", ...lines] = head.split("\r\n");
  const { method, target, protocol, valid } = readLine(line);
  let refused = !valid;
  const fields = new Map<string, [string, string]>();
  for (const text of lines) {
    const cut = text.indexOf(":");
    const name = cut < 0 ? text : text.slice(0, cut);
    const raw = cut < 0 ? "" : text.slice(cut + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    if (!token.test(name) || /[\0\r\n]/.test(raw)) refused = true;
    // A bare CR is replaced by a space before anything else reads the field (RFC 9112, section 2.2).
    const value = raw.replaceAll("\r", " ");
    // A repeated field is one list (RFC 9110, section 5.3): the engine sees what a back end sees.
    const known = fields.get(name.toLowerCase());
    if (known === undefined) fields.set(name.toLowerCase(), [name, value]);
    else known[1] += `, ${value}`;
  }
  const chunked = fields.has("transfer-encoding");
  // Transfer-Encoding overrides Content-Length, which is taken out (RFC 9112, section 6.3).
  if (chunked) fields.delete("content-length");
  const length = fields.get("content-length")?.[1];
  if (length !== undefined && !/^\d+$/.test(length)) refused = true;
  const host = fields.get("host")?.[1];
  if (protocol === "HTTP/1.1" && !validHost(host)) refused = true;
  const wanted = length === undefined || !/^\d+$/.test(length) ? 0 : Number(length);
  return {
    line,
    method,
    target,
    protocol,
    headers: [...fields.values()].flat(),
    body: chunked ? dechunk(rest) : rest.slice(0, wanted),
    refused,
    incomplete: !chunked && rest.length < wanted,
  };
}

function readLine(line: string): {
  method: string;
  target: string;
  protocol: string;
  valid: boolean;
} {
  const first = line.trimStart();
  const cut = first.indexOf(" ");
  const last = first.lastIndexOf(" ");
  const method = cut < 0 ? first : first.slice(0, cut);
  const target =
    cut < 0 || last <= cut
      ? first.slice(cut < 0 ? first.length : cut + 1)
      : first.slice(cut + 1, last);
  const protocol = last > cut ? first.slice(last + 1) : "";
  const path =
    method === "CONNECT" || target === "*" || /^(?:\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(target);
  const valid =
    first === line &&
    token.test(method) &&
    /^[\x21\x22\x24-\x7e\x80-\xff]+$/.test(target) &&
    path &&
    /^HTTP\/[1-9]\.\d$/.test(protocol);
  return { method, target, protocol, valid };
}

function validHost(host: string | undefined): boolean {
  return host !== undefined && /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::\d*)?$/.test(host);
}

function dechunk(text: string): string {
  let out = "";
  let at = 0;
  for (;;) {
    const end = text.indexOf("\r\n", at);
    if (end < 0) return out;
    const size = Number.parseInt(text.slice(at, end), 16);
    if (!(size > 0)) return out;
    out += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
