import type { SeenHead } from "#exchange.ts";
import { readLatin1 } from "#wire/latin1.ts";

/** More than any limit lets a sound head have: who sends this many is refused for it anyway. */
const MOST_FIELDS = 1000;

/**
 * What a careless server would make of a head that breaks the rules: rules put a name to the attack
 * that it often is. Nothing of it is ever forwarded.
 */
export function seenHead(bytes: Uint8Array, start: number, end: number): SeenHead {
  const [line = "", ...lines] = readLatin1(bytes, start, end).split(/\r?\n/, MOST_FIELDS);
  const words = line.trimStart();
  const first = words.indexOf(" ");
  const last = words.lastIndexOf(" ");
  const headers: string[] = [];
  for (const text of lines) {
    if (text === "") break;
    const colon = text.indexOf(":");
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).trim();
    // RFC 9112, section 2.2: a CR alone becomes a space before anything else reads it.
    headers.push(name, value.replaceAll("\r", " "));
  }
  return {
    line,
    method: first < 0 ? words : words.slice(0, first),
    target: first < 0 ? "" : words.slice(first + 1, last > first ? last : words.length),
    protocol: last > first ? words.slice(last + 1) : "",
    headers,
  };
}
