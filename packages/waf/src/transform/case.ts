/** ASCII letters to lower case; other bytes stay, as in the C locale. */
export function lowercase(value: string): string {
  if (!/[A-Z]/.test(value)) return value;
  return /[\x80-\xff]/.test(value)
    ? value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : value.toLowerCase();
}

/** ASCII letters to upper case; other bytes stay. */
export function uppercase(value: string): string {
  return value.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}
