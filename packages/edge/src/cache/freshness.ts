import type { RawHeaders } from "#stream.ts";
import { getHeader, joinHeader } from "#wire/headers.ts";
import type { Control } from "./control.ts";
import { deltaSeconds } from "./directives.ts";
import { parseHttpDate } from "./http-date.ts";

/** Statuses that may be reused without explicit freshness (RFC 9110, section 15.1), 206 aside. */
export const HEURISTIC_STATUSES = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);

export interface Lifetime {
  /** Seconds from the response's generation; never negative. */
  readonly seconds: number;
  /** Named by the origin rather than guessed. */
  readonly explicit: boolean;
}

const NONE: Lifetime = { seconds: 0, explicit: false };

/** Date of the response, or when it was received where that field is missing or broken. */
export function dateValue(headers: RawHeaders, responseTime: number): number {
  const date = getHeader(headers, "date");
  const at = date === undefined ? NaN : parseHttpDate(date, responseTime);
  return Number.isNaN(at) ? responseTime : at;
}

/** RFC 9111, sections 4.2.1 and 4.2.2, as a shared cache. */
export function freshnessLifetime(
  control: Control,
  status: number,
  headers: RawHeaders,
  responseTime: number,
  heuristic: { readonly fraction: number; readonly maxSeconds: number },
): Lifetime {
  if (control.sMaxAge >= 0) return { seconds: control.sMaxAge, explicit: true };
  if (control.maxAge >= 0) return { seconds: control.maxAge, explicit: true };
  if (control.targeted) return NONE;
  const expires = joinHeader(headers, "expires");
  if (expires !== undefined) {
    const date = dateValue(headers, responseTime);
    const at = parseHttpDate(expires, responseTime);
    // An invalid date, `0` above all, lies in the past (RFC 9111, section 5.3).
    return { seconds: Number.isNaN(at) ? 0 : Math.max(0, (at - date) / 1000), explicit: true };
  }
  if (!HEURISTIC_STATUSES.has(status) && !control.public) return NONE;
  const modified = getHeader(headers, "last-modified");
  const at = modified === undefined ? NaN : parseHttpDate(modified, responseTime);
  if (Number.isNaN(at)) return NONE;
  const guess = ((dateValue(headers, responseTime) - at) / 1000) * heuristic.fraction;
  return { seconds: Math.min(heuristic.maxSeconds, Math.max(0, guess)), explicit: false };
}

/**
 * Age as the origin side tells it: the first member counts, and a value that isn't a non-negative
 * integer is ignored (RFC 9111, section 5.1).
 */
export function ageValue(headers: RawHeaders): number {
  const age = getHeader(headers, "age");
  if (age === undefined) return 0;
  const comma = age.indexOf(",");
  return Math.max(0, deltaSeconds((comma < 0 ? age : age.slice(0, comma)).trim()));
}

/** corrected_initial_age of RFC 9111, section 4.2.3, in seconds. */
export function initialAge(headers: RawHeaders, requestTime: number, responseTime: number): number {
  const date = dateValue(headers, responseTime);
  // Date counts whole seconds: compare like with like, or each response seems half a second old.
  const apparent = Math.max(0, Math.floor(responseTime / 1000) - Math.floor(date / 1000));
  const delay = Math.max(0, responseTime - requestTime) / 1000;
  return Math.max(apparent, ageValue(headers) + delay);
}
