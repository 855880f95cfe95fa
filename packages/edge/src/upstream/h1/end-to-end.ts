import { Remember } from "@egide/std/remember.ts";
import type { RawHeaders } from "#stream.ts";
import { isHopByHop } from "#wire/h1/framing.ts";
import { nameIs } from "#wire/headers.ts";

const known = new Remember<boolean>();

/** True where `name` concerns this hop alone (RFC 9110, section 7.6.1), or is Content-Length. */
function isOfThisHop(name: string): boolean {
  let is = known.get(name);
  if (is === undefined) {
    const lower = name.toLowerCase();
    is = lower === "content-length" || isHopByHop(lower, null);
    known.set(name, is);
  }
  return is;
}

/**
 * Takes the fields of this hop and Content-Length out of `headers`, in place. `keepUpgrade` leaves
 * Upgrade, which the answer 101 hands on.
 */
export function keepEndToEnd(
  headers: RawHeaders,
  nominated: readonly string[] | null,
  keepUpgrade: boolean,
): RawHeaders {
  let to = 0;
  for (let from = 0; from < headers.length; from += 2) {
    const name = headers[from] as string;
    const goes = isOfThisHop(name) || nominated?.includes(name.toLowerCase()) === true;
    if (goes && !(keepUpgrade && name.toLowerCase() === "upgrade")) continue;
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
    if (!nameIs(headers[i] as string, "keep-alive")) continue;
    for (const part of (headers[i + 1] as string).split(",")) {
      const at = part.indexOf("=");
      if (at < 0 || part.slice(0, at).trim().toLowerCase() !== "timeout") continue;
      const seconds = Number(part.slice(at + 1).trim());
      if (Number.isFinite(seconds) && seconds >= 0) return seconds;
    }
  }
  return null;
}
