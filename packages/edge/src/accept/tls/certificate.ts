import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { AppError } from "@egide/std/error.ts";

/** A certificate with its key, checked: ready to be shown to clients. */
export interface Certificate {
  /** PEM: the certificate, then its intermediates. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** DNS names of the subject alternative name, lower case; a wildcard stands for one label. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuer: string;
  readonly serial: string;
  /** SHA-256 of the certificate in hex: tells whether two are the same. */
  readonly fingerprint: string;
}

const PEM = /-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----/g;

/**
 * Checks that a chain and a key can serve: both readable, the key belongs to the first certificate,
 * each certificate is issued by the next, and `now` lies within the validity. Throws an AppError
 * with an operator's fault; its message names the problem, never a path or the key.
 */
export function readCertificate(cert: string, key: string, now: number): Certificate {
  const chain = readChain(cert);
  const leaf = chain[0] as X509Certificate;
  if (!leaf.checkPrivateKey(readKey(key))) {
    throw problem("tls.key_mismatch", "the private key does not belong to the certificate");
  }
  for (let i = 0; i + 1 < chain.length; i++) {
    const issuer = chain[i + 1] as X509Certificate;
    if (!(chain[i] as X509Certificate).checkIssued(issuer)) {
      throw problem(
        "tls.chain_order",
        `certificate ${i + 2} of the chain (${oneLine(issuer.subject)}) did not issue certificate ${i + 1}: the chain must start with the site's own certificate, each followed by its issuer`,
      );
    }
  }
  const notBefore = Date.parse(leaf.validFrom);
  const notAfter = Date.parse(leaf.validTo);
  if (now >= notAfter) throw problem("tls.expired", `the certificate expired on ${leaf.validTo}`);
  if (now < notBefore) {
    throw problem("tls.not_yet_valid", `the certificate is valid only from ${leaf.validFrom}`);
  }
  return {
    cert,
    key,
    names: dnsNames(leaf),
    notBefore,
    notAfter,
    issuer: oneLine(leaf.issuer),
    serial: leaf.serialNumber,
    fingerprint: leaf.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

function readChain(pem: string): X509Certificate[] {
  const blocks = pem.match(PEM);
  if (blocks === null) {
    throw problem("tls.no_certificate", "no PEM block of type CERTIFICATE was found");
  }
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw problem("tls.bad_certificate", `certificate ${i + 1} cannot be read`, cause);
    }
  });
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const hint = pem.includes("ENCRYPTED") ? " (it is encrypted: store it without passphrase)" : "";
    throw problem("tls.bad_key", `the private key cannot be read${hint}`, cause);
  }
}

/** Names that browsers look at: the alternative names alone (RFC 9525, section 2). */
function dnsNames(leaf: X509Certificate): string[] {
  return (leaf.subjectAltName ?? "")
    .split(", ")
    .filter((entry) => entry.startsWith("DNS:"))
    .map((entry) => entry.slice(4).toLowerCase());
}

function oneLine(name: string): string {
  return name.replaceAll("\n", ", ");
}

function problem(code: string, publicMessage: string, cause?: unknown): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage, cause });
}
