/** The number of bytes, in decimal. */
export function length(value: string): string {
  return String(value.length);
}
