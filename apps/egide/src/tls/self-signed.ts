import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import {
  bits,
  der,
  explicit,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  truth,
  utf8,
} from "#tls/der.ts";

export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

const DAY = 86_400_000;
const ECDSA_SHA256 = oid("1.2.840.10045.4.3.2");

/**
 * A certificate that vouches for itself (RFC 5280): P-256, a year, for `names` (host names, wildcards
 * or addresses). For a machine of one's own: browsers ask before they believe it.
 */
export function selfSigned(names: readonly string[], now: number): PemPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(ECDSA_SHA256);
  const name = sequence(set(sequence(oid("2.5.4.3"), utf8("Égide, self-signed"))));
  const serial = randomBytes(16);
  serial[0] = (serial[0] as number) & 0x7f;
  const body = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(serial),
    algorithm,
    name,
    // An hour back: clocks of visitors are not all right.
    sequence(time(now - DAY / 24), time(now + 365 * DAY)),
    name,
    new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    explicit(3, sequence(...extensions(names))),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, algorithm, bits(new Uint8Array(signature)));
  return {
    cert: pem("CERTIFICATE", certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
}

function extensions(names: readonly string[]): Uint8Array[] {
  const alternatives = names.map((name) => {
    const address = name.replace(/^\[|\]$/g, "");
    if (isIP(address) !== 0) return der(0x87, addressBytes(address));
    return der(0x82, new TextEncoder().encode(name));
  });
  const serverAuth = sequence(oid("1.3.6.1.5.5.7.3.1"));
  return [
    sequence(oid("2.5.29.17"), octets(sequence(...alternatives))),
    // digitalSignature alone, no authority: what an end entity may do.
    sequence(oid("2.5.29.15"), truth(), octets(bits(Uint8Array.of(0x80), 7))),
    sequence(oid("2.5.29.19"), truth(), octets(sequence())),
    sequence(oid("2.5.29.37"), octets(serverAuth)),
  ];
}

function addressBytes(address: string): Uint8Array {
  if (!address.includes(":")) return Uint8Array.from(address.split("."), Number);
  // The URL parser writes the one canonical spelling, without an IPv4 tail.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = Array.from({ length: 8 - left.length - right.length }, () => "0");
  const out = new Uint8Array(16);
  [...left, ...gap, ...right].forEach((group, i) => {
    const value = Number.parseInt(group, 16);
    out[i * 2] = value >> 8;
    out[i * 2 + 1] = value & 0xff;
  });
  return out;
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
