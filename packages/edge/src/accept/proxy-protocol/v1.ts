import { isIPv4, isIPv6 } from "node:net";
import type { ProxyHeaderResult } from "#accept/proxy-protocol/read.ts";
import type { Endpoint } from "#wire/conn.ts";

/** Section 2.1: the longest line, CRLF included, which is that of UNKNOWN with two full IPv6 addresses. */
const MAX_LINE = 107;

const malformed: ProxyHeaderResult = { kind: "fault", code: "proxy_protocol.malformed" };

/** `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n` and its like; the prefix was recognised. */
export function readV1(bytes: Uint8Array): ProxyHeaderResult {
  const end = lineEnd(bytes);
  if (end === -1) return malformed;
  if (end === -2) return { kind: "incomplete" };
  let line = "";
  for (let i = 0; i < end; i++) line += String.fromCharCode(bytes[i] as number);
  const parts = line.split(" ");
  const length = end + 2;
  // "the receiver must ignore anything presented before the CRLF" after UNKNOWN.
  if (parts[1] === "UNKNOWN") {
    return { kind: "header", version: 1, length, source: null, destination: null };
  }
  const valid = parts[1] === "TCP4" ? isIPv4 : parts[1] === "TCP6" ? isPlainIPv6 : null;
  if (valid === null || parts.length !== 6) return malformed;
  const source = endpoint(parts[2] as string, parts[4] as string, valid);
  const destination = endpoint(parts[3] as string, parts[5] as string, valid);
  if (source === null || destination === null) return malformed;
  return { kind: "header", version: 1, length, source, destination };
}

/** Index of CRLF; -2 while it may still come, -1 where it cannot. */
function lineEnd(bytes: Uint8Array): number {
  const limit = Math.min(bytes.length, MAX_LINE);
  for (let i = 0; i < limit; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x0d) {
      if (i + 1 >= limit) return bytes.length >= MAX_LINE ? -1 : -2;
      return bytes[i + 1] === 0x0a ? i : -1;
    }
    if (byte < 0x20 || byte > 0x7e) return -1;
  }
  return bytes.length >= MAX_LINE ? -1 : -2;
}

function endpoint(
  address: string,
  portText: string,
  valid: (address: string) => boolean,
): Endpoint | null {
  if (!valid(address) || !/^(0|[1-9]\d{0,4})$/.test(portText)) return null;
  const port = Number(portText);
  if (port > 65_535) return null;
  return { address: address.includes(":") ? canonical(address) : address, port };
}

function isPlainIPv6(address: string): boolean {
  return isIPv6(address) && !address.includes("%");
}

/** One spelling for an address (RFC 5952): version 1 leaves the spelling to the sender. */
function canonical(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
