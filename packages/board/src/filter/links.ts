import { domainToASCII } from "node:url";

const SCHEMES = /^(?:[a-z][a-z0-9+.-]{1,10}:\/\/|mailto:|www\.)/i;
/** Dots as people write them who do not want to be found. */
const DRESSED_DOT = /\s{0,3}(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|\[punkt\])\s{0,3}/gi;
const ZERO_WIDTH = /[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]/g;
const MOST_LINKS = 500;
const LONGEST_HOST = 253;

/**
 * The hosts that a text links to, in ASCII and lower case: links with a scheme, and bare names that
 * end like a domain. Linear in the length of the text.
 */
export function hostsIn(text: string): readonly string[] {
  const plain = text.normalize("NFKC").replace(ZERO_WIDTH, "").replace(DRESSED_DOT, ".");
  const hosts: string[] = [];
  for (const token of plain.split(/[\s<>"'()[\]{}|,;]+/)) {
    if (hosts.length >= MOST_LINKS) break;
    const host = hostOf(token);
    if (host !== null) hosts.push(host);
  }
  return hosts;
}

/** How many links a text holds, the same one counted again each time. */
export function countLinks(text: string): number {
  return hostsIn(text).length;
}

function hostOf(token: string): string | null {
  if (!token.includes(".")) return null;
  const explicit = SCHEMES.test(token);
  const rest = token.replace(/^[a-z][a-z0-9+.-]{1,10}:\/{2,}/i, "").replace(/^mailto:/i, "");
  const end = rest.search(/[/?#\\]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const behindUser = authority.slice(authority.lastIndexOf("@") + 1);
  const name = behindUser.replace(/:\d{0,5}$/, "").replace(/\.+$/, "");
  if (name.length === 0 || name.length > LONGEST_HOST) return null;
  const host = domainToASCII(name.toLowerCase());
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 || labels.some((label) => label === "")) return null;
  // «e.g.», «3.14» and «file.txt…» are none; a top-level name has letters, two at least.
  if (explicit) return /^[a-z0-9-]+$/.test(last) ? host : null;
  return /^(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})$/.test(last) && LIKELY.has(last) ? host : null;
}

/** Ends of bare names that are taken for links; with a scheme any end will do. */
const LIKELY = new Set(
  "com net org info biz io co me tv gg xyz top site online shop club live app dev ai to cc ws us uk de fr es it nl be ch at pl ru ua su cn jp kr br ca au eu in ly gl onion link click store vip pro fun icu buzz cam".split(
    " ",
  ),
);

/** True where `host` is the domain or lies below it. */
export function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
