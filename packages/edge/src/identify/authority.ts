/** Host and port of a Host field or `:authority` (RFC 9110, section 7.2), in one spelling. */
export interface Authority {
  /** Lower case, no trailing dot; IPv6 in brackets. */
  readonly host: string;
  /** As it was named, or "" for the scheme's default. */
  readonly port: string;
}

/** Sites name themselves over and over: what was read once is looked up. */
const seen = new Map<string, Authority>();
const SEEN = 4096;

/** Null where it is no host with an optional port: user info, blanks, paths, percent signs. */
export function readAuthority(text: string): Authority | null {
  const known = seen.get(text);
  if (known !== undefined) return known;
  const read = parse(text);
  if (read !== null && text.length <= 255) {
    if (seen.size >= SEEN) seen.clear();
    seen.set(text, read);
  }
  return read;
}

function parse(text: string): Authority | null {
  const match = /^(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,255})(?::(\d{0,5}))?$/.exec(text);
  if (match === null) return null;
  let host = (match[1] as string).toLowerCase();
  if (host.endsWith(".")) host = host.slice(0, -1);
  if (host === "" || host.includes("..") || host.startsWith(".")) return null;
  const port = match[2] ?? "";
  return Number(port) > 65_535 ? null : { host, port };
}
