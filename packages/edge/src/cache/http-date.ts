const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
const DAYS = "sunmontuewedthufrisat";
const LONG_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/**
 * Milliseconds of an HTTP-date (RFC 9110, section 5.6.7) in any of its three forms, or NaN. Names of
 * days and months match without regard to case; everything else is taken to the letter, since RFC
 * 9111, section 5.3, wants an invalid Expires to count as already expired.
 */
export function parseHttpDate(text: string, now: number): number {
  const known = seen.get(text);
  if (known !== undefined) return known;
  const time = parse(text, now);
  // The form with two digits for the year means what it means by the day it is read.
  if (text.charCodeAt(3) !== 0x2c) return time;
  if (seen.size >= SEEN) seen.clear();
  seen.set(text, time);
  return time;
}

/** An origin's answers of one second bear one Date, and its files the same Last-Modified for long. */
const seen = new Map<string, number>();
const SEEN = 1024;

function parse(text: string, now: number): number {
  const comma = text.indexOf(",");
  if (comma === 3) return imfFixdate(text);
  if (comma > 3) return rfc850(text, comma, now);
  return asctime(text);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function imfFixdate(t: string): number {
  if (t.length !== 29 || !dayName(t) || t[4] !== " " || t[7] !== " " || t[11] !== " ") return NaN;
  if (t[16] !== " " || t.slice(25).toUpperCase() !== " GMT") return NaN;
  return join(digits(t, 12, 4), month(t, 8), digits(t, 5, 2), t, 17);
}

/** `Sunday, 06-Nov-94 08:49:37 GMT`: a year that seems over 50 years ahead lies in the past. */
function rfc850(t: string, comma: number, now: number): number {
  if (!LONG_DAYS.includes(t.slice(0, comma).toLowerCase())) return NaN;
  const d = comma + 2;
  if (t.length !== d + 22 || t[d - 1] !== " " || t[d + 2] !== "-" || t[d + 6] !== "-") return NaN;
  if (t[d + 9] !== " " || t.slice(d + 18).toUpperCase() !== " GMT") return NaN;
  const thisYear = new Date(now).getUTCFullYear();
  let year = digits(t, d + 7, 2) + thisYear - (thisYear % 100);
  if (year > thisYear + 50) year -= 100;
  return join(year, month(t, d + 3), digits(t, d, 2), t, d + 10);
}

/** `Sun Nov  6 08:49:37 1994` */
function asctime(t: string): number {
  if (t.length !== 24 || !dayName(t) || t[3] !== " " || t[7] !== " " || t[10] !== " ") return NaN;
  if (t[19] !== " ") return NaN;
  const day = t[8] === " " ? digits(t, 9, 1) : digits(t, 8, 2);
  return join(digits(t, 20, 4), month(t, 4), day, t, 11);
}

function dayName(t: string): boolean {
  return DAYS.indexOf(t.slice(0, 3).toLowerCase()) % 3 === 0;
}

function month(t: string, at: number): number {
  const i = MONTHS.indexOf(t.slice(at, at + 3).toLowerCase());
  return i >= 0 && i % 3 === 0 ? i / 3 : NaN;
}

function digits(t: string, at: number, count: number): number {
  let n = 0;
  for (let i = at; i < at + count; i++) {
    const c = t.charCodeAt(i) - 48;
    if (!(c >= 0 && c <= 9)) return NaN;
    n = n * 10 + c;
  }
  return n;
}

function join(year: number, month: number, day: number, t: string, time: number): number {
  if (t[time + 2] !== ":" || t[time + 5] !== ":") return NaN;
  const hour = digits(t, time, 2);
  const minute = digits(t, time + 3, 2);
  const second = digits(t, time + 6, 2);
  // 60 is a leap second. NaN fails each comparison.
  if (!(day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 60)) return NaN;
  const at = new Date(0);
  at.setUTCFullYear(year, month, day);
  at.setUTCHours(hour, minute, second);
  return at.getUTCMonth() === month ? at.getTime() : NaN;
}

/** IMF-fixdate of `ms`. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
