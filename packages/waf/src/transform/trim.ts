import { isSpace } from "#transform/bytes.ts";

/** Takes white space off the start. */
export function trimLeft(value: string): string {
  let from = 0;
  while (from < value.length && isSpace(value.charCodeAt(from))) from++;
  return from === 0 ? value : value.slice(from);
}

/** Takes white space off the end. */
export function trimRight(value: string): string {
  let to = value.length;
  while (to > 0 && isSpace(value.charCodeAt(to - 1))) to--;
  return to === value.length ? value : value.slice(0, to);
}

/** Takes white space off both ends. */
export function trim(value: string): string {
  return trimRight(trimLeft(value));
}
