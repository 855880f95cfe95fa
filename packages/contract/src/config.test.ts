import { describe, expect, test } from "bun:test";
import { configJsonSchema, configSchema } from "#config.ts";
import { type Zone, zoneSchema } from "#policy/zone.ts";
import { normaliseHostPattern } from "#policy/host.ts";
import { parseListenAddress } from "#policy/address.ts";
import { compileSnapshot, snapshotSchema } from "#snapshot.ts";

const SMALL = { zones: [{ hosts: ["example.org"], origin: "http://127.0.0.1:3000" }] };

const messages = (input: unknown): string[] =>
  (configSchema.safeParse(input).error?.issues ?? []).map(
    (i) => `${i.path.join(".")}: ${i.message}`,
  );

describe("configuration", () => {
  test("three lines are enough", () => {
    const config = configSchema.parse(SMALL);
    expect(config.zones[0]?.id).toBe("example.org");
    expect(config.listen.https).toEqual(["[::]:443"]);
    expect(config.limits.headerBytes).toBe(65_536);
  });

  test("an origin is an address, a list of addresses, or settings, and reads the same again", () => {
    const url = "http://127.0.0.1:3000";
    for (const origin of [url, [url], { origins: [{ url }] }]) {
      const zone = configSchema.parse({ zones: [{ hosts: ["example.org"], origin }] }).zones[0];
      expect(zone?.origin.origins).toMatchObject([{ url, weight: 1 }]);
      expect(zoneSchema.parse(zone)).toEqual(zone as Zone);
    }
    expect(
      messages({ zones: [{ hosts: ["example.org"], origin: "127.0.0.1:3000" }] }),
    ).toHaveLength(1);
  });

  test("an unknown key is an error", () => {
    expect(messages({ ...SMALL, zonez: [] })).toEqual([': Unrecognized key: "zonez"']);
  });

  test("a host belongs to one zone, an id to one zone", () => {
    const other = { ...SMALL.zones[0], hosts: ["a.example", "EXAMPLE.org."] };
    expect(messages({ zones: [...SMALL.zones, other] })).toEqual([
      'zones.1.hosts.1: "example.org" is already in zones[0]',
    ]);
    const same = { ...SMALL.zones[0], hosts: ["b.example"], id: "example.org" };
    expect(messages({ zones: [...SMALL.zones, same] })).toEqual([
      'zones.1.id: "example.org" is already in zones[0]',
    ]);
  });

  test("has a JSON Schema in which only zones must be given", () => {
    expect(configJsonSchema()).toMatchObject({ required: ["zones"], additionalProperties: false });
  });
});

describe("snapshot", () => {
  const snapshot = compileSnapshot(configSchema.parse(SMALL), [], { version: 7, created: 0 });

  test("validates as it was compiled, also after a journey as JSON", () => {
    expect(snapshotSchema.parse(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
  });

  test("carries nothing of the machine", () => {
    expect(Object.keys(snapshot)).not.toContain("listen");
    expect(Object.keys(snapshot)).not.toContain("state");
  });
});

describe("hosts", () => {
  test.each([
    ["Example.ORG", "example.org"],
    ["example.org.", "example.org"],
    ["*.example.org", "*.example.org"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["127.0.0.1", "127.0.0.1"],
    ["[::1]", "[::1]"],
    ["*", "*"],
    ["example.org:80", null],
    ["http://example.org", null],
    ["a.*.org", null],
    ["*.127.0.0.1", null],
    ["exa mple.org", null],
    ["", null],
    ["user@example.org", null],
  ])("%s is %p", (text, expected) => {
    expect(normaliseHostPattern(text)).toBe(expected);
  });
});

describe("addresses to listen on", () => {
  test.each([
    ["8080", { host: "::", port: 8080 }],
    [":8080", { host: "::", port: 8080 }],
    ["*:8080", { host: "::", port: 8080 }],
    ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
    ["[::1]:443", { host: "::1", port: 443 }],
    ["::1:443", null],
    ["70000", null],
    ["example.org:80", null],
  ])("%s is %p", (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });
});
