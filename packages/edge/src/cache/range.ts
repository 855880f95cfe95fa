import { strongMatch } from "./etag.ts";
import { parseHttpDate } from "./http-date.ts";
import type { Meta } from "./entry.ts";

/** `to` is exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** More ranges than this in one request serve attacks rather than readers (RFC 9110, 17.15). */
const MAX_RANGES = 16;

/**
 * Ranges of a representation of `total` bytes (RFC 9110, section 14.1.2): null where the field is to
 * be ignored, an empty list where no range can be satisfied.
 */
export function parseRange(value: string, total: number): readonly Stretch[] | null {
  if (value.length > 512 || value.slice(0, 6).toLowerCase() !== "bytes=") return null;
  const specs = value.slice(6).split(",");
  if (specs.length > MAX_RANGES) return null;
  const out: Stretch[] = [];
  let any = false;
  for (const spec of specs) {
    const text = spec.trim();
    if (text === "") continue;
    any = true;
    const stretch = parseSpec(text, total);
    if (stretch === null) return null;
    if (stretch.to > stretch.from) out.push(stretch);
  }
  if (!any) return null;
  return overlapping(out) ? null : out;
}

/** Null where it breaks the grammar; empty where it lies beyond the end. */
function parseSpec(text: string, total: number): Stretch | null {
  const dash = text.indexOf("-");
  if (dash < 0) return null;
  const first = position(text.slice(0, dash));
  const last = position(text.slice(dash + 1));
  if (first === null || last === null) return null;
  if (first < 0) {
    if (last < 0) return null;
    return { from: Math.max(0, total - last), to: total };
  }
  if (last >= 0 && last < first) return null;
  return { from: Math.min(first, total), to: last < 0 ? total : Math.min(last + 1, total) };
}

/** -1: absent; null: not a number. */
function position(text: string): number | null {
  if (text === "") return -1;
  if (text.length > 15) return Number.MAX_SAFE_INTEGER - 1;
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i) - 48;
    if (!(c >= 0 && c <= 9)) return null;
    n = n * 10 + c;
  }
  return n;
}

function overlapping(list: readonly Stretch[]): boolean {
  if (list.length < 2) return false;
  const sorted = [...list].sort((a, b) => a.from - b.from);
  return sorted.some((s, i) => i > 0 && s.from < (sorted[i - 1] as Stretch).to);
}

/** `bytes 0-4/10`: null where the total is unknown or anything doesn't fit. */
export function parseContentRange(
  value: string,
): { from: number; to: number; total: number } | null {
  const slash = value.indexOf("/");
  const dash = value.indexOf("-");
  if (value.slice(0, 6).toLowerCase() !== "bytes " || dash < 0 || slash < dash) return null;
  const from = position(value.slice(6, dash).trim());
  const last = position(value.slice(dash + 1, slash).trim());
  const total = position(value.slice(slash + 1).trim());
  if (from === null || last === null || total === null || from < 0) return null;
  return last >= from && last < total ? { from, to: last + 1, total } : null;
}

/**
 * RFC 9110, section 13.1.5: may the range be served? A date counts only where it equals
 * Last-Modified and that is old enough to be a strong validator.
 */
export function ifRangeHolds(value: string, meta: Meta, now: number): boolean {
  if (value.startsWith('"') || value.startsWith("W/")) return strongMatch(value, meta.etag);
  if (meta.lastModified === "" || value !== meta.lastModified) return false;
  const modified = parseHttpDate(value, now);
  return !Number.isNaN(modified) && meta.responseTime - modified >= 60_000;
}
