import { describe, expect, test } from "bun:test";
import { Geo } from "#geo.ts";
import { database } from "#testing/mmdb.ts";

const country = database({
  "192.0.2.0/24": { country: { iso_code: "FR" } },
  "198.51.100.0/25": { country_code: "BE" },
  "203.0.113.7/32": { country_code: "nowhere" },
});
const asn = database({ "192.0.0.0/16": { autonomous_system_number: 64_496 } });

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
    expect(() => new Geo(Buffer.from("hello"), null)).toThrow();
  });
});
