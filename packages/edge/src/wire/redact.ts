import { ALWAYS_REDACTED } from "@egide/contract/policy/log.ts";

/** Anything that can say whether a name, in lower case, belongs to it. */
type Names = Pick<ReadonlySet<string>, "has">;

/** Names of query parameters whose values are not written, lower case. */
export function redactedNames(more: readonly string[]): ReadonlySet<string> {
  return new Set([...ALWAYS_REDACTED, ...more.map((name) => name.toLowerCase())]);
}

/**
 * The query with the values of `names` replaced by `*`. A name counts however it is spelled:
 * percent-encoded, in capitals, or as a member (`user[password]`, `user.password`).
 */
export function redactQuery(query: string, names: Names): string {
  let out = "";
  let copied = 0;
  let start = 0;
  while (start < query.length) {
    let end = query.length;
    let equals = -1;
    for (let i = start; i < query.length; i++) {
      const c = query.charCodeAt(i);
      if (c === 0x3d && equals < 0) equals = i;
      // Some servers split at semicolons too: better one value too many hidden than one too few.
      else if (c === 0x26 || c === 0x3b) {
        end = i;
        break;
      }
    }
    if (equals >= 0 && equals + 1 < end && isNamed(query.slice(start, equals), names)) {
      out += `${query.slice(copied, equals + 1)}*`;
      copied = end;
    }
    start = end + 1;
  }
  return copied === 0 ? query : out + query.slice(copied);
}

function isNamed(raw: string, names: Names): boolean {
  const name = decode(raw).toLowerCase();
  if (names.has(name)) return true;
  if (!name.includes("[") && !name.includes(".")) return false;
  return name.split(/[[\].]/).some((part) => names.has(part));
}

function decode(raw: string): string {
  if (!raw.includes("%") && !raw.includes("+")) return raw;
  const spaced = raw.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced).trim();
  } catch {
    // Not UTF-8: byte by byte, so that one stray escape does not hide the others.
    return spaced
      .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
      .trim();
  }
}

/** Scheme and host of an absolute address, without user name and password; "" for anything else. */
export function originOf(url: string): string {
  const authority = url.indexOf("://") + 3;
  if (authority < 3) return "";
  const end = authorityEnd(url, authority);
  const at = url.lastIndexOf("@", end);
  const host = at >= authority ? at + 1 : authority;
  return url.slice(0, authority) + url.slice(host, end);
}

/** The whole of a referring address, without what it must not tell. */
export function redactUrl(url: string, names: Names): string {
  const authority = url.indexOf("://") + 3;
  const end = authority < 3 ? 0 : authorityEnd(url, authority);
  const query = url.indexOf("?", end);
  const clean =
    query < 0
      ? url.slice(end)
      : url.slice(end, query + 1) + redactQuery(url.slice(query + 1), names);
  return originOf(url) + clean;
}

/** Up to `/`, `?`, `#` or, as browsers read it, `\`. */
function authorityEnd(url: string, from: number): number {
  for (let i = from; i < url.length; i++) {
    const c = url.charCodeAt(i);
    if (c === 0x2f || c === 0x3f || c === 0x23 || c === 0x5c) return i;
  }
  return url.length;
}
