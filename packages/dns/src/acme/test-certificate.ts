import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { PemPair } from "#acme/pair.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Certificates for tests, with a lifetime at any time. */
export async function selfSigned(
  names: readonly string[],
  notBefore: number,
  lifetimeMs: number,
): Promise<PemPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString("hex"),
      // RFC 5280, upper bound of a common name: 64 characters. Clients read the names below.
      name: [{ CN: [(names[0] ?? "egide").slice(0, 64)] }],
      notBefore: new Date(notBefore),
      notAfter: new Date(notBefore + lifetimeMs),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(names.map(generalName)),
      ],
    },
    webcrypto as Crypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const body = (
    Buffer.from(pkcs8)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  ).join("\n");
  return {
    cert: `${certificate.toString("pem")}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
  };
}

function generalName(name: string): { type: "dns" | "ip"; value: string } {
  const bare = name.startsWith("[") ? name.slice(1, -1) : name;
  const isAddress = /^[\d.]+$/.test(bare) || bare.includes(":");
  return { type: isAddress ? "ip" : "dns", value: bare };
}
