import type { RawHeaders } from "#stream.ts";
import { isHopByHop } from "#wire/h1/framing.ts";

/** By length and first letter: only these fields are looked at closer. */
function mayBeOfThisHop(name: string): boolean {
  const first = name.charCodeAt(0) | 0x20;
  switch (name.length) {
    case 2:
    case 17:
      return first === 0x74; // TE, Transfer-Encoding
    case 7:
      return first === 0x75; // Upgrade
    case 10:
      return first === 0x63 || first === 0x6b; // Connection, Keep-Alive
    case 14:
      return first === 0x63; // Content-Length
    case 16:
    case 18:
    case 19:
      return first === 0x70; // Proxy-Connection and its kind
    default:
      return false;
  }
}

/**
 * Takes the fields of this hop and Content-Length out of `headers`, in place (RFC 9110, section 7.6.1).
 * `keepUpgrade` leaves Upgrade, which the answer 101 hands on.
 */
export function keepEndToEnd(
  headers: RawHeaders,
  nominated: readonly string[] | null,
  keepUpgrade: boolean,
): RawHeaders {
  let to = 0;
  for (let from = 0; from < headers.length; from += 2) {
    const name = headers[from] as string;
    if (nominated !== null || mayBeOfThisHop(name)) {
      const lower = name.toLowerCase();
      const ofThisHop = lower === "content-length" || isHopByHop(lower, nominated);
      if (ofThisHop && !(keepUpgrade && lower === "upgrade")) continue;
    }
    if (to !== from) {
      headers[to] = name;
      headers[to + 1] = headers[from + 1] as string;
    }
    to += 2;
  }
  // Not by setting the length, which leaves the compiled code.
  while (headers.length > to) headers.pop();
  return headers;
}

/** Seconds after which the origin closes an idle connection, if its Keep-Alive field says so. */
export function keepAliveHint(headers: RawHeaders): number | null {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length !== 10 || name.toLowerCase() !== "keep-alive") continue;
    for (const part of (headers[i + 1] as string).split(",")) {
      const at = part.indexOf("=");
      if (at < 0 || part.slice(0, at).trim().toLowerCase() !== "timeout") continue;
      const seconds = Number(part.slice(at + 1).trim());
      if (Number.isFinite(seconds) && seconds >= 0) return seconds;
    }
  }
  return null;
}
