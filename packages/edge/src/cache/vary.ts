import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";
import { listMembers } from "./directives.ts";

/** Names that Vary lists, in lower case, sorted, once each; null where it lists `*`. */
export function varyNames(headers: RawHeaders): readonly string[] | null {
  const names = listMembers(headers, "vary");
  if (names.length === 0) return NO_NAMES;
  if (names.includes("*")) return null;
  return [...new Set(names)].sort();
}

const NO_NAMES: readonly string[] = [];

/**
 * Values of the selecting fields, normalised as RFC 9111, section 4.1, allows: fields of one name
 * are combined, white space around commas goes, and preference lists are put in one order.
 */
export function varyKey(names: readonly string[], headers: RawHeaders): string {
  let out = "";
  for (const name of names) out += `\x01${normalise(name, headers)}`;
  return out;
}

function normalise(name: string, headers: RawHeaders): string {
  const members: string[] = [];
  let present = false;
  for (let i = 0; i < headers.length; i += 2) {
    if (!nameIs(headers[i] as string, name)) continue;
    present = true;
    for (const member of (headers[i + 1] as string).split(",")) members.push(member.trim());
  }
  // An absent field matches an absent field alone, not an empty one.
  if (!present) return "\x02";
  if (name === "accept-encoding" || name === "accept-language") return preferences(members);
  return members.join(",");
}

/** `gzip;q=1.0, BR , identity;q=0` → `br,gzip,identity;q=0`. Weights stay: servers choose by them. */
function preferences(members: readonly string[]): string {
  const out: string[] = [];
  for (const member of members) {
    if (member === "") continue;
    const { name, weight } = weigh(member);
    out.push(weight === 1 ? name : `${name};q=${weight}`);
  }
  return [...new Set(out)].sort().join(",");
}

function weigh(member: string): { name: string; weight: number } {
  const [first = "", ...rest] = member.toLowerCase().split(";");
  let weight = 1;
  let parameters = "";
  for (const parameter of rest) {
    const text = parameter.trim();
    if (text.startsWith("q=") && text.length <= 7) {
      const number = Number(text.slice(2));
      weight = number >= 0 && number <= 1 ? number : 1;
    } else parameters += `;${text}`;
  }
  return { name: first.trim() + parameters, weight };
}

/** The language a request prefers over all others it names, or "" where several come first. */
export function preferredLanguage(headers: RawHeaders): string {
  let best = "";
  let top = 0;
  for (const member of listMembers(headers, "accept-language")) {
    const { name, weight } = weigh(member);
    if (weight === top) best = "";
    if (weight <= top) continue;
    top = weight;
    best = name;
  }
  return best;
}
