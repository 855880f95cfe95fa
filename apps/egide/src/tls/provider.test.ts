import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSchema } from "@egide/contract/config.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { createLogger } from "#log/logger.ts";
import { splitNames } from "#tls/names.ts";
import { CertificateProvider } from "#tls/provider.ts";

const state = mkdtempSync(join(tmpdir(), "egide-provider-"));
afterAll(() => rmSync(state, { recursive: true, force: true }));

function provider() {
  const lines: string[] = [];
  const certificates = new CertificateProvider({
    state,
    acme: configSchema.shape.acme.parse({}),
    clock: new FakeClock(),
    logger: createLogger({
      isTerminal: false,
      level: "info",
      write: (line) => lines.push(line),
      colour: false,
    }),
    onChange: () => {},
    onChallenges: () => {},
  });
  return { certificates, lines };
}

const zones = (...list: object[]) =>
  configSchema.parse({ zones: list.map((zone) => ({ origin: "http://127.0.0.1:1", ...zone })) })
    .zones;

describe("certificates of zones", () => {
  test("names that no authority vouches for are self-signed, and stay the same", async () => {
    const first = provider();
    await first.certificates.setZones(zones({ hosts: ["site.test", "127.0.0.1"] }));
    const [entry] = first.certificates.entries();
    expect(entry?.names).toEqual(["site.test", "127.0.0.1"]);
    expect(entry?.certificate.names).toContain("site.test");
    expect(first.lines.join("")).toContain("no authority vouches");
    const second = provider();
    await second.certificates.setZones(zones({ hosts: ["site.test", "127.0.0.1"] }));
    expect(second.certificates.entries()[0]?.certificate.fingerprint).toBe(
      entry?.certificate.fingerprint as string,
    );
  });

  test("other hosts mean another certificate", async () => {
    const { certificates } = provider();
    const tls = { certificate: "self-signed" };
    await certificates.setZones(zones({ id: "one", hosts: ["a.test"], tls }));
    const before = certificates.entries()[0]?.certificate.fingerprint;
    await certificates.setZones(zones({ id: "one", hosts: ["a.test", "b.test"], tls }));
    expect(certificates.entries()[0]?.certificate.fingerprint).not.toBe(before as string);
    expect(certificates.entries()[0]?.certificate.names).toEqual(["a.test", "b.test"]);
  });

  test("a file that is not there is named, and what was shown stays", async () => {
    const { certificates } = provider();
    await certificates.setZones(zones({ hosts: ["site.test"] }));
    const before = certificates.entries();
    const files = { cert: join(state, "none.crt"), key: join(state, "none.key") };
    const broken = zones({ hosts: ["other.test"], tls: { certificate: files } });
    expect(certificates.setZones(broken)).rejects.toThrow("none.crt");
    expect(certificates.entries()).toEqual(before);
  });
});

describe("names", () => {
  test("that can be proved are told from those that can't", () => {
    const hosts = ["egide.org", "a.b.egide.org", "*.egide.org", "*", "localhost", "x.test"];
    expect(splitNames([...hosts, "192.0.2.1", "[::1]", "example.org", "host"])).toEqual({
      provable: ["egide.org", "a.b.egide.org"],
      others: [
        "*.egide.org",
        "*",
        "localhost",
        "x.test",
        "192.0.2.1",
        "[::1]",
        "example.org",
        "host",
      ],
    });
  });
});
