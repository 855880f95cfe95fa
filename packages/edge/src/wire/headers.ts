import type { RawHeaders } from "#stream.ts";

/** True where `name` equals `lower` (already lower case) without regard to ASCII case. */
export function nameIs(name: string, lower: string): boolean {
  const { length } = lower;
  if (name.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const code = name.charCodeAt(i);
    if (code === lower.charCodeAt(i)) continue;
    if (code < 0x41 || code > 0x5a || code + 0x20 !== lower.charCodeAt(i)) return false;
  }
  return true;
}

/** Index of the first field called `lower`, or -1. The value stands at the index + 1. */
export function indexOfHeader(headers: RawHeaders, lower: string): number {
  for (let i = 0; i < headers.length; i += 2) {
    if (nameIs(headers[i] as string, lower)) return i;
  }
  return -1;
}

/** Value of the first field called `lower`. */
export function getHeader(headers: RawHeaders, lower: string): string | undefined {
  const i = indexOfHeader(headers, lower);
  return i < 0 ? undefined : headers[i + 1];
}

/** All values of `lower` joined as RFC 9110, section 5.3, allows; undefined where there is none. */
export function joinHeader(headers: RawHeaders, lower: string): string | undefined {
  let out: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    if (!nameIs(headers[i] as string, lower)) continue;
    const value = headers[i + 1] as string;
    out = out === undefined ? value : `${out}, ${value}`;
  }
  return out;
}

/** A copy without the fields that `drop` names (given the lower-case name). */
export function withoutHeaders(headers: RawHeaders, drop: (lower: string) => boolean): RawHeaders {
  const out: RawHeaders = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!drop(name.toLowerCase())) out.push(name, headers[i + 1] as string);
  }
  return out;
}
