/** Encodes as a form does: letters and digits and `*` stay, a space becomes `+`. */
export function urlEncode(value: string): string {
  return value.replace(/[^0-9A-Za-z*]/g, (char) =>
    char === " " ? "+" : `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
