import { describe, expect, test } from "bun:test";
import { judgeMutual } from "#decide/mutual.ts";

const tls = { version: "TLSv1.3", cipher: "", serverName: "a.test", alpn: "h2", ja4: "" };
const shown = { subject: "CN=alice", fingerprint: "", serial: "" };

describe("a zone that demands client certificates", () => {
  test("is open to who proved one to it", () => {
    const clientCertificate = { ...shown, verified: true };
    expect(judgeMutual({ ...tls, clientCertificate }, true)).toBeNull();
    expect(judgeMutual({ ...tls, clientCertificate }, false)).toMatchObject({ status: 421 });
  });

  test("is closed to all others", () => {
    const clientCertificate = { ...shown, verified: false };
    for (const facts of [
      null,
      tls,
      { ...tls, clientCertificate },
      { ...tls, clientCertificate: null },
    ]) {
      expect(judgeMutual(facts, true)).toMatchObject({ kind: "deny", status: 421 });
    }
  });
});
