import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCidr } from "@egide/std/ip.ts";
import { Geo } from "#identify/geo.ts";

const directory = mkdtempSync(join(tmpdir(), "egide-geo-"));
afterAll(() => rmSync(directory, { recursive: true }));

type Data = string | number | { readonly [key: string]: Data };

/** A value as the format's specification 2.0 writes it. */
function encode(data: Data): Buffer {
  if (typeof data === "string") {
    return Buffer.concat([Buffer.from([(2 << 5) | data.length]), Buffer.from(data)]);
  }
  if (typeof data === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(data);
    return Buffer.concat([Buffer.from([(6 << 5) | 4]), bytes]);
  }
  const pairs = Object.entries(data).flatMap(([key, value]) => [encode(key), encode(value)]);
  return Buffer.concat([Buffer.from([(7 << 5) | Object.keys(data).length]), ...pairs]);
}

/** A database of version 4 addresses with records of 32 bits. */
function database(name: string, entries: Readonly<Record<string, Data>>): string {
  const nodes: [number, number][] = [[-1, -1]];
  const data: Buffer[] = [];
  let length = 0;
  for (const [block, value] of Object.entries(entries)) {
    const { bytes, bits } = parseCidr(block) as { bytes: Uint8Array; bits: number };
    let node = 0;
    for (let bit = 0; bit < bits; bit++) {
      const side = (((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1) as 0 | 1;
      const record = nodes[node] as [number, number];
      if (bit === bits - 1) record[side] = -2 - length;
      else {
        if (record[side] < 0) record[side] = nodes.push([-1, -1]) - 1;
        node = record[side];
      }
    }
    const encoded = encode(value);
    data.push(encoded);
    length += encoded.length;
  }
  const tree = Buffer.alloc(nodes.length * 8);
  nodes.flat().forEach((record, i) => {
    // The count of nodes itself: nothing here. Beyond: data, 16 bytes of zeros further on.
    const at =
      record >= 0 ? record : record === -1 ? nodes.length : nodes.length + 16 + (-2 - record);
    tree.writeUInt32BE(at, i * 4);
  });
  const metadata = encode({
    node_count: nodes.length,
    record_size: 32,
    ip_version: 4,
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    database_type: "Test",
    build_epoch: 1_767_225_600,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  const path = join(directory, name);
  writeFileSync(path, Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]));
  return path;
}

const country = database("country.mmdb", {
  "192.0.2.0/24": { country: { iso_code: "FR" } },
  "198.51.100.0/25": { country_code: "BE" },
  "203.0.113.7/32": { country_code: "nowhere" },
});
const asn = database("asn.mmdb", { "192.0.0.0/16": { autonomous_system_number: 64_496 } });

describe("places of addresses", () => {
  const geo = new Geo(country, asn);

  test.each([
    ["192.0.2.1", "FR", 64_496],
    ["192.0.3.1", "", 64_496],
    ["198.51.100.127", "BE", 0],
    ["198.51.100.128", "", 0],
    ["203.0.113.7", "", 0],
    ["2001:db8::1", "", 0],
    ["not an address", "", 0],
  ])("%s", (address, code, asnum) => {
    expect(geo.place(address)).toEqual({ country: code, asnum });
    expect(geo.place(address)).toBe(geo.place(address));
  });

  test("either file does alone", () => {
    expect(new Geo(country, null).place("192.0.2.1")).toEqual({ country: "FR", asnum: 0 });
    expect(new Geo(null, asn).place("192.0.2.1")).toEqual({ country: "", asnum: 64_496 });
  });

  test("what is no database is refused", () => {
    const path = join(directory, "text.mmdb");
    writeFileSync(path, "hello");
    expect(() => new Geo(path, null)).toThrow();
    expect(() => new Geo(join(directory, "gone.mmdb"), null)).toThrow("ENOENT");
  });
});
