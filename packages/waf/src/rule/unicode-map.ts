import type { UnicodeMap } from "#transform/url-decode-uni.ts";

/**
 * Reads a `unicode.mapping` file: a line `20127 (US-ASCII)` starts a code page, the next line holds
 * its pairs `hhhh:hh` (code point, byte).
 */
export function parseUnicodeMap(
  text: string,
  codePage: string,
  fail: (problem: string) => never,
): UnicodeMap {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim().split(/\s/)[0] === codePage);
  if (start < 0) return fail(`the map has no code page ${codePage}`);
  const map = new Map<number, number>();
  for (const line of lines.slice(start + 1)) {
    const pairs = [...line.matchAll(/([0-9A-Fa-f]{4}):([0-9A-Fa-f]{2})/g)];
    if (pairs.length === 0 && line.trim() !== "") break;
    for (const pair of pairs)
      map.set(Number.parseInt(pair[1] as string, 16), Number.parseInt(pair[2] as string, 16));
  }
  return map;
}
