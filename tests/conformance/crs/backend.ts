/** A response of the back end. */
export interface BackendResponse {
  readonly status: number;
  /** Name and value in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

interface Reflection {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly encodedBody?: string;
}

/** Answers as CRS's back end does: `/reflect` with what the JSON in the request asks for, else 200. */
export function answer(path: string, body: string): BackendResponse {
  if (!path.startsWith("/reflect")) return { status: 200, headers: [], body: "" };
  let wanted: Reflection;
  try {
    wanted = JSON.parse(Buffer.from(body, "latin1").toString("utf8")) as Reflection;
  } catch {
    return { status: 400, headers: [], body: "" };
  }
  const text =
    wanted.encodedBody === undefined
      ? Buffer.from(wanted.body ?? "", "utf8").toString("latin1")
      : Buffer.from(wanted.encodedBody, "base64").toString("latin1");
  const headers = Object.entries(wanted.headers ?? {});
  if (!headers.some(([name]) => name.toLowerCase() === "content-type")) {
    headers.push(["Content-Type", sniff(text)]);
  }
  return { status: wanted.status ?? 200, headers: headers.flat(), body: text };
}

/** The little of WHATWG's MIME sniffing that tells text from the rest. */
function sniff(text: string): string {
  const start = text.slice(0, 512);
  if (/^\s*<\?xml/.test(start)) return "text/xml; charset=utf-8";
  const html =
    /^\s*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[ >-]/i;
  if (html.test(start)) return "text/html; charset=utf-8";
  // Bytes that no text holds (MIME Sniffing Standard, "binary data byte").
  // eslint-disable-next-line no-control-regex
  return /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(start)
    ? "application/octet-stream"
    : "text/plain; charset=utf-8";
}
