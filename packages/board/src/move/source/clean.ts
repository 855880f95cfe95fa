const NUMBER_MOST = 999_999_999_999;

/** Text that both engines keep: no NUL, no half of a character, line ends as LF. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed();
}

/** One line of text, no longer than `most`. */
export function cleanLine(text: string, most: number): string {
  const line = cleanText(text)
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  return line.length <= most ? line : line.slice(0, most).toWellFormed();
}

/** A number of a post, or null. */
export function postNumber(value: unknown): number | null {
  return typeof value === "number" &&
    Number.isSafeInteger(value) &&
    value > 0 &&
    value <= NUMBER_MOST
    ? value
    : null;
}

/** Milliseconds since the epoch between 1990 and the year 3000, or null. */
export function moment(ms: unknown): number | null {
  return typeof ms === "number" && ms >= 631_152_000_000 && ms <= 32_503_680_000_000
    ? Math.floor(ms)
    : null;
}

/** A board's address as ours are, or null. */
export function boardUri(text: string): string | null {
  const uri = text.toLowerCase();
  return /^[a-z0-9]{1,24}$/.test(uri) ? uri : null;
}

/** Last part of a path: what names a file, whatever stands before it. Null: it names none. */
export function baseName(path: string): string | null {
  const name = path.split(/[\\/]/).pop() ?? "";
  return name === "" || name === "." || name === ".." || name.includes("\0") ? null : name;
}

/** `!abc` or `!!abc`, as tripcodes are shown; null where there is none. */
export function tripcode(text: string): string | null {
  const trip = cleanLine(text, 40);
  if (trip === "") return null;
  return trip.startsWith("!") ? trip : `!${trip}`;
}

/** ISO 3166 code, or null. */
export function countryCode(text: string): string | null {
  return /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : null;
}
