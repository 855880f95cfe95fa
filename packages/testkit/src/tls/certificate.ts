import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  bitString,
  boolean,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  tagged,
  utcTime,
  utf8,
} from "#tls/der.ts";

const ECDSA_WITH_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
const COMMON_NAME = "2.5.4.3";
const SUBJECT_ALT_NAME = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const DAY_MS = 86_400_000;

/** A certificate with its key, both PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A certification authority that lives as long as the test does. */
export interface TestAuthority {
  /** What clients of the test have to trust. */
  readonly cert: string;
  /** A leaf for the given DNS names or IPv4 addresses. */
  issue(names: readonly string[], validDays?: number): TestCertificate;
}

interface Subject {
  readonly name: string;
  readonly key: KeyObject;
}

export function createAuthority(name = "Test authority"): TestAuthority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer: Subject = { name, key: privateKey };
  const constraints = extension(BASIC_CONSTRAINTS, sequence(boolean(true)), true);
  const cert = certificate(issuer, { name, key: publicKey }, [constraints], 3650);
  return {
    cert,
    issue(names, validDays = 30) {
      const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const alt = extension(SUBJECT_ALT_NAME, sequence(...names.map(generalName)), false);
      const subject = { name: names[0] ?? "unnamed", key: leaf.publicKey };
      return {
        cert: certificate(issuer, subject, [alt], validDays),
        key: leaf.privateKey.export({ type: "pkcs8", format: "pem" }),
      };
    },
  };
}

/** RFC 5280, section 4.1. */
function certificate(
  issuer: Subject,
  subject: Subject,
  extensions: Buffer[],
  days: number,
): string {
  // A day of grace towards the past: clocks of containers are not always right. Test certificates
  // that are already over (days < 0) keep a sensible order of dates.
  const start = Date.now() - DAY_MS * (days < 0 ? 1 - days : 1);
  const serial = randomBytes(16);
  // Positive, and no leading zero that DER would have to drop.
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40;
  const body = sequence(
    tagged(0, integer(Buffer.from([2])), true),
    integer(serial),
    ECDSA_WITH_SHA256,
    distinguishedName(issuer.name),
    sequence(utcTime(new Date(start)), utcTime(new Date(Date.now() + DAY_MS * days))),
    distinguishedName(subject.name),
    subject.key.export({ type: "spki", format: "der" }),
    tagged(3, sequence(...extensions), true),
  );
  const der = sequence(body, ECDSA_WITH_SHA256, bitString(sign("sha256", body, issuer.key)));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectId(COMMON_NAME), utf8(commonName))));
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function generalName(name: string): Buffer {
  const octets = name.split(".").map(Number);
  const isAddress = octets.length === 4 && octets.every((octet) => octet >= 0 && octet < 256);
  return isAddress ? tagged(7, Buffer.from(octets), false) : tagged(2, Buffer.from(name), false);
}
