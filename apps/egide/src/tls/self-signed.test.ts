import { describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { readCertificate } from "@egide/edge/accept/tls/certificate.ts";
import { integer, oid, time } from "#tls/der.ts";
import { selfSigned } from "#tls/self-signed.ts";

const NOW = Date.UTC(2026, 5, 1);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("a self-signed certificate", () => {
  const names = ["example.org", "*.example.org", "127.0.0.1", "[::1]", "2001:db8::7"];
  const pair = selfSigned(names, NOW);
  const x509 = new X509Certificate(pair.cert);

  test("is sound in the eyes of the edge", () => {
    const read = readCertificate(pair.cert, pair.key, NOW);
    expect(read.names).toEqual(["example.org", "*.example.org"]);
    expect(read.notAfter).toBe(NOW + 365 * 86_400_000);
  });

  test("is signed by its own key, and is no authority", () => {
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(x509.ca).toBe(false);
  });

  test("fits the names that it was made for", () => {
    expect(x509.checkHost("example.org")).toBe("example.org");
    expect(x509.checkHost("www.example.org")).toBeDefined();
    expect(x509.checkHost("example.com")).toBeUndefined();
    for (const address of ["127.0.0.1", "::1", "2001:db8::7"]) {
      expect(x509.checkIP(address)).toBeDefined();
    }
    expect(x509.checkIP("127.0.0.2")).toBeUndefined();
  });

  test("no two are the same", () => {
    expect(new X509Certificate(selfSigned(names, NOW).cert).serialNumber).not.toBe(
      x509.serialNumber,
    );
  });
});

describe("DER", () => {
  test("integers stay positive and short", () => {
    expect(hex(integer(Uint8Array.of(0)))).toBe("020100");
    expect(hex(integer(Uint8Array.of(0, 0, 0x7f)))).toBe("02017f");
    expect(hex(integer(Uint8Array.of(0x80)))).toBe("02020080");
  });

  test("object identifiers and times", () => {
    expect(hex(oid("1.2.840.10045.4.3.2"))).toBe("06082a8648ce3d040302");
    expect(Buffer.from(time(NOW)).toString("latin1").slice(2)).toBe("260601000000Z");
    expect(
      Buffer.from(time(Date.UTC(2050, 0, 1)))
        .toString("latin1")
        .slice(2),
    ).toBe("20500101000000Z");
  });
});
