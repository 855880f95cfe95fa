import { describe, expect, test } from "bun:test";
import { originsSchema, parseOriginUrl } from "#policy/origin.ts";

const issues = (value: unknown): string[] => {
  const result = originsSchema.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join("."));
};

describe("origin URL", () => {
  test("is read", () => {
    expect(parseOriginUrl("http://127.0.0.1:3000")).toEqual({
      kind: "tcp",
      host: "127.0.0.1",
      port: 3000,
      tls: false,
    });
    expect(parseOriginUrl("https://Example.org/")).toEqual({
      kind: "tcp",
      host: "example.org",
      port: 443,
      tls: true,
    });
    expect(parseOriginUrl("http://[::1]:81")).toMatchObject({ host: "::1", port: 81 });
    expect(parseOriginUrl("unix:/run/app.sock")).toEqual({
      kind: "unix",
      path: "/run/app.sock",
      tls: false,
    });
    expect(parseOriginUrl("unix+tls:///run/app.sock")).toMatchObject({ tls: true });
  });

  for (const url of [
    "",
    "example.org",
    "ftp://example.org",
    "http://",
    "http://a b",
    "http://example.org/path",
    "http://user:pw@example.org",
    "http://example.org:0",
    "http://example.org:65536",
    "http://example.org\r\nX: y",
    "unix:relative",
    `unix:/${"x".repeat(108)}`,
  ]) {
    test(`${JSON.stringify(url.slice(0, 40))} is refused`, () => {
      expect(parseOriginUrl(url)).toBeNull();
    });
  }
});

describe("origins of a zone", () => {
  test("need nothing but a URL", () => {
    const zone = originsSchema.parse({ origins: [{ url: "http://127.0.0.1:3000" }] });
    expect(zone.origins[0]?.weight).toBe(1);
    expect(zone.origins[0]?.tls.verify).toBe("full");
    expect(zone.retry.hedgeSeconds).toBeUndefined();
    expect(zone.health.active).toBeUndefined();
  });

  test("verification can't be switched off without a reason", () => {
    const origin = { url: "https://origin.example", tls: { verify: "none" } };
    expect(issues({ origins: [origin] })).toEqual(["origins.0.tls.reasonForNone"]);
    const reasoned = {
      ...origin,
      tls: { verify: "none", reasonForNone: "test rig until the new authority is in place" },
    };
    expect(issues({ origins: [reasoned] })).toEqual([]);
  });

  test("a client certificate needs its key", () => {
    const certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    expect(issues({ origins: [{ url: "https://a.example", tls: { certificate } }] })).toEqual([
      "origins.0.tls.key",
    ]);
  });

  test("names are unique, and protocols fit the URL", () => {
    const url = "http://127.0.0.1:1";
    expect(issues({ origins: [{ url }, { url }] })).toEqual(["origins.1.url"]);
    expect(issues({ origins: [{ url, protocol: "h2" }] })).toEqual(["origins.0.protocol"]);
    expect(issues({ origins: [{ url: "https://a.example", protocol: "h2c" }] })).toEqual([
      "origins.0.protocol",
    ]);
  });

  test("what is misspelt is not ignored", () => {
    expect(issues({ origins: [{ url: "http://127.0.0.1:1", wieght: 2 }] })).toEqual(["origins.0"]);
    expect(issues({ origins: [{ url: "http://a", hostHeader: "a\r\nX: y" }] })).toEqual([
      "origins.0.hostHeader",
    ]);
  });
});
