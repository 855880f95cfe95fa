/** Takes every NUL out. */
export function removeNulls(value: string): string {
  return value.includes("\0") ? value.replaceAll("\0", "") : value;
}

/** Turns every NUL into a space. */
export function replaceNulls(value: string): string {
  return value.includes("\0") ? value.replaceAll("\0", " ") : value;
}
