import type { Input } from "./case.ts";

/** Writes an input as the raw bytes (one char a byte) that CRS's test client sends. */
export function rawRequest(input: Input): string {
  if (input.encoded_request !== undefined) {
    return Buffer.from(input.encoded_request, "base64").toString("latin1");
  }
  const headers = Object.entries(input.headers ?? {}).map(([name, value]): [string, string] => [
    bytes(name),
    bytes(String(value)),
  ]);
  const find = (lower: string): string | undefined =>
    headers.find(([name]) => name.toLowerCase() === lower)?.[1];
  let data = bytes(input.data ?? "");
  if (input.autocomplete_headers !== false) {
    if (data !== "" && find("content-type") === undefined) {
      headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
    }
    const type = find("content-type") ?? "";
    if (type === "application/x-www-form-urlencoded") data = encodeForm(data);
    if (type.startsWith("multipart/form-data")) data = crlf(data);
    if (find("connection") === undefined) headers.push(["Connection", "close"]);
    if (data !== "" && find("content-length") === undefined) {
      headers.push(["Content-Length", String(data.length)]);
    }
  }
  const line = `${input.method ?? "GET"} ${bytes(input.uri ?? "/")} ${input.version ?? "HTTP/1.1"}`;
  return `${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${data}`;
}

function bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function crlf(data: string): string {
  const lines = data.replace(/\r?\n/g, "\r\n");
  return lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
}

/** A form without any escape is parsed and written anew, sorted by name, as Go's url.Values does. */
function encodeForm(data: string): string {
  if (/[%+]/.test(data) || data === "" || data.includes(";")) return data;
  const pairs = data
    .split("&")
    .filter((part) => part !== "")
    .map((part): [string, string] => {
      const cut = part.indexOf("=");
      return cut < 0 ? [part, ""] : [part.slice(0, cut), part.slice(cut + 1)];
    });
  pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return pairs.map(([name, value]) => `${escape(name)}=${escape(value)}`).join("&");
}

function escape(text: string): string {
  return text.replace(/[^A-Za-z0-9_.~-]/g, (char) =>
    char === " " ? "+" : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
