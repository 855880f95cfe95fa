import { describe, expect, test } from "bun:test";
import { CidrSet, canonicalIp, parseCidr, parseIp } from "#ip.ts";

const hex = (bytes: Uint8Array | null) =>
  bytes === null ? null : Buffer.from(bytes).toString("hex");

describe("addresses", () => {
  const cases: [string, string | null][] = [
    ["192.0.2.1", "c0000201"],
    ["0.0.0.0", "00000000"],
    ["1.2.3", null],
    ["1.2.3.4.5", null],
    ["256.1.1.1", null],
    ["01.2.3.4", null],
    ["1.2.3.", null],
    ["2001:db8::1", "20010db8000000000000000000000001"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["::ffff:192.0.2.1", "c0000201"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["1:2:3:4:5:6:7", null],
    ["1::2::3", null],
    ["12345::", null],
    ["1:2:3:4:5:6:7::8", null],
    ["g::", null],
  ];
  for (const [text, bytes] of cases) test(text, () => expect(hex(parseIp(text))).toBe(bytes));

  test("have one spelling", () => {
    expect(canonicalIp("::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(canonicalIp("fe80::1%eth0")).toBe("fe80::1");
    expect(canonicalIp("2001:DB8::1")).toBe("2001:db8::1");
    expect(canonicalIp("x")).toBeNull();
  });
});

describe("blocks", () => {
  const cases: [string, string, boolean][] = [
    ["192.0.2.0/24", "192.0.2.255", true],
    ["192.0.2.0/24", "192.0.3.0", false],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.1", "192.0.2.1", true],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["::/0", "192.0.2.1", false],
    ["192.0.2.0/24", "::ffff:192.0.2.9", true],
  ];
  for (const [block, address, inside] of cases) {
    test(`${address} in ${block}: ${inside}`, () =>
      expect(new CidrSet([block]).has(address)).toBe(inside));
  }

  test("that are none are said", () => {
    for (const text of ["192.0.2.0/33", "x", "1.2.3.4/-1", "::/129", "1.2.3.4/"])
      expect(parseCidr(text)).toBeNull();
    expect(() => new CidrSet(["nope"])).toThrow("nope");
  });
});
