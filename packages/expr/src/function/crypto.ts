import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { hexValue } from "#match/bytes.ts";
import { BOOL, STRING } from "#type.ts";
import { type FunctionDefinition, literalInt, literalText } from "#function/define.ts";

export const CRYPTO: readonly FunctionDefinition[] = [
  {
    name: "sha256",
    about: "The 32 bytes of the SHA-256 digest.",
    params: [{ name: "input", types: ["string"] }],
    result: () => STRING,
    make: () => (input: string) => createHash("sha256").update(input, "latin1").digest("latin1"),
  },
  {
    name: "encode_base64",
    about: "Base64 without padding; flag `u` for URLs, `p` with padding.",
    params: [
      { name: "input", types: ["string"] },
      { name: "flags", types: ["string"], form: "literal", optional: true },
    ],
    result: () => STRING,
    make: (given, refuse) => {
      const flags = literalText(given, 1) ?? "";
      if (!/^(?:u?p?|pu)$/.test(flags)) refuse(1, "the flags are `u`, `p` or both");
      const alphabet = flags.includes("u") ? "base64url" : "base64";
      const pads = flags.includes("p");
      return (input: string) => {
        const bare = Buffer.from(input, "latin1").toString(alphabet).replace(/=+$/, "");
        return pads ? bare.padEnd(Math.ceil(bare.length / 4) * 4, "=") : bare;
      };
    },
  },
  {
    name: "decode_base64",
    about: "What was encoded in Base64; missing where it is not.",
    params: [{ name: "source", types: ["string"], form: "computed" }],
    result: () => STRING,
    make: () => (source: string) =>
      /^[A-Za-z0-9+/]*={0,2}$/.test(source)
        ? Buffer.from(source, "base64").toString("latin1")
        : undefined,
  },
  {
    name: "uuidv4",
    about: "A random UUID of version 4 from the random bytes of `cf.random_seed`.",
    params: [{ name: "source", types: ["string"] }],
    result: () => STRING,
    make: () => (source: string) => uuid(Buffer.from(source, "latin1")),
  },
  {
    name: "is_timed_hmac_valid_v0",
    about: "True if message, timestamp and MAC belong together and the time has not run out.",
    params: [
      { name: "key", types: ["string"], form: "literal" },
      { name: "message_mac", types: ["string"] },
      { name: "ttl", types: ["int"], form: "literal" },
      { name: "current_timestamp", types: ["int"] },
      { name: "separator_length", types: ["int"], form: "literal", optional: true },
      { name: "flags", types: ["string"], form: "literal", optional: true },
    ],
    result: () => BOOL,
    make: (given, refuse) => {
      const key = Buffer.from(literalText(given, 0) ?? "", "latin1");
      const ttl = literalInt(given, 2) ?? 0;
      const separator = literalInt(given, 4) ?? 0;
      const flags = literalText(given, 5) ?? "";
      if (separator < 0 || separator > 1024) refuse(4, "the length lies between 0 and 1024");
      if (flags !== "" && flags !== "s") refuse(5, "the only flag is `s`");
      return (_key: string, text: string, _ttl: number, now: number) =>
        isValid(key, text, ttl, now, separator, flags === "s");
    },
  },
];

/** `message separator timestamp "-" mac`, from the right: the message may hold anything. */
function isValid(
  key: Uint8Array,
  text: string,
  ttl: number,
  now: number,
  separator: number,
  urlSafe: boolean,
): boolean {
  const parts = /^(\d{10})-([^]{43,256})$/.exec(text.slice(stampAt(text)));
  if (parts === null) return false;
  const end = text.length - parts[0].length - separator;
  if (end < 1) return false;
  const stamp = parts[1] as string;
  const mac = decodeMac(parts[2] as string, urlSafe);
  if (mac === null || now > Number(stamp) + ttl) return false;
  const hmac = createHmac("sha256", key);
  const wanted = hmac.update(text.slice(0, end), "latin1").update(stamp).digest();
  return timingSafeEqual(mac, wanted);
}

/** Where the last run of ten digits and a dash stands that leaves room for a MAC; -1 where none does. */
function stampAt(text: string): number {
  for (let dash = text.length - 44; dash >= 10; dash--) {
    if (text[dash] === "-" && /^\d{10}$/.test(text.slice(dash - 10, dash))) return dash - 10;
    // A MAC that is written in percent-encoding is at most three times as long.
    if (dash < text.length - 256) break;
  }
  return text.length;
}

function decodeMac(text: string, urlSafe: boolean): Buffer | null {
  if (urlSafe) return /^[A-Za-z0-9_-]{43}$/.test(text) ? Buffer.from(text, "base64url") : null;
  let plain = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "%") {
      plain += text[i] as string;
      continue;
    }
    const high = hexValue(text.charCodeAt(i + 1));
    const low = hexValue(text.charCodeAt(i + 2));
    if (high < 0 || low < 0) return null;
    plain += String.fromCharCode(high * 16 + low);
    i += 2;
  }
  return /^[A-Za-z0-9+/]{43}=$/.test(plain) ? Buffer.from(plain, "base64") : null;
}

function uuid(source: Uint8Array): string {
  const bytes = source.length >= 16 ? Buffer.from(source.slice(0, 16)) : randomBytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}
