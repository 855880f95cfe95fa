import { putLatin1 } from "#wire/latin1.ts";

let second = Number.NaN;
let prefix = "";

/** Bytes of a time. */
export const ISO_LENGTH = 24;

/** Writes ISO 8601 in UTC with milliseconds; all but the milliseconds is made once a second. */
export function putIsoTime(into: Buffer, ms: number, from: number): number {
  const whole = Math.floor(ms / 1000);
  if (whole !== second) {
    second = whole;
    prefix = new Date(whole * 1000).toISOString().slice(0, 20);
  }
  const at = putLatin1(into, prefix, from);
  const rest = Math.floor(ms - whole * 1000);
  into[at] = 0x30 + Math.floor(rest / 100);
  into[at + 1] = 0x30 + (Math.floor(rest / 10) % 10);
  into[at + 2] = 0x30 + (rest % 10);
  into[at + 3] = 0x5a;
  return at + 4;
}
