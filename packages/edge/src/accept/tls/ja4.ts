import type { ClientHello } from "#accept/tls/client-hello.ts";

/**
 * JA4, the TLS client fingerprint of FoxIO's specification (technical_details/JA4.md; JA4 itself is
 * BSD-licensed, unlike the rest of JA4+): version, server name, counts and ALPN in the open, then
 * hashes of the sorted cipher suites and of the sorted extensions with the signature algorithms.
 */
export function ja4(hello: ClientHello, transport: "t" | "q" = "t"): string {
  const ciphers = hello.ciphers.filter(notGrease);
  const extensions = hello.extensions.filter(notGrease);
  const algorithms = hello.signatureAlgorithms.filter(notGrease);
  const shown = extensions.filter((type) => type !== SERVER_NAME && type !== ALPN);
  return (
    transport +
    version(hello) +
    (extensions.includes(SERVER_NAME) ? "d" : "i") +
    count(ciphers.length) +
    count(extensions.length) +
    alpnChars(hello.alpn[0] ?? "") +
    `_${ciphers.length === 0 ? NOTHING : digest(ciphers.sort(ascending), [])}` +
    `_${shown.length === 0 ? NOTHING : digest(shown.sort(ascending), algorithms)}`
  );
}

const SERVER_NAME = 0x0000;
const ALPN = 0x0010;
const NOTHING = "000000000000";

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0304, "13"],
  [0x0303, "12"],
  [0x0302, "11"],
  [0x0301, "10"],
  [0x0300, "s3"],
  [0x0002, "s2"],
]);

function version(hello: ClientHello): string {
  const offered = hello.supportedVersions.filter(notGrease);
  const highest = offered.length > 0 ? Math.max(...offered) : hello.version;
  return VERSIONS.get(highest) ?? "00";
}

/** RFC 8701: 0x0a0a, 0x1a1a … 0xfafa. */
function notGrease(value: number): boolean {
  return (value & 0x0f0f) !== 0x0a0a || value >> 8 !== (value & 0xff);
}

function ascending(a: number, b: number): number {
  return a - b;
}

function count(n: number): string {
  return String(Math.min(n, 99)).padStart(2, "0");
}

function alpnChars(protocol: string): string {
  if (protocol === "") return "00";
  const first = protocol.charAt(0);
  const last = protocol.charAt(protocol.length - 1);
  if (isAlphanumeric(first) && isAlphanumeric(last)) return first + last;
  return hexByte(first).charAt(0) + hexByte(last).charAt(1);
}

function isAlphanumeric(char: string): boolean {
  return /^[0-9A-Za-z]$/.test(char);
}

function hexByte(char: string): string {
  return char.charCodeAt(0).toString(16).padStart(2, "0");
}

function hexList(values: readonly number[]): string {
  return values.map((value) => value.toString(16).padStart(4, "0")).join(",");
}

/** Clients are many, kinds of clients few: their lists repeat, so hashes are kept for a while. */
const KEPT = 2048;
let young = new Map<string, string>();
let old = new Map<string, string>();

/** Of `sorted`, and of `rest` behind an underscore where there is any; all in hex with commas. */
function digest(sorted: readonly number[], rest: readonly number[]): string {
  // The numbers as characters: a key that costs less than the text that is hashed. The length in
  // front tells where the one list ends, whatever numbers a client sends.
  const key = String.fromCharCode(sorted.length, ...sorted, ...rest);
  const known = young.get(key) ?? old.get(key);
  if (known !== undefined) return known;
  const text = hexList(sorted) + (rest.length === 0 ? "" : `_${hexList(rest)}`);
  const hash = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
  if (young.size >= KEPT) {
    old = young;
    young = new Map();
  }
  young.set(key, hash);
  return hash;
}
