import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { crc32c } from "#accept/proxy-protocol/crc32c.ts";
import { readProxyHeader, V2_SIGNATURE } from "#accept/proxy-protocol/read.ts";

interface V2 {
  readonly command?: number;
  readonly family?: number;
  readonly addresses?: Uint8Array;
  readonly tlvs?: readonly (readonly [type: number, value: Uint8Array])[];
  readonly checksum?: boolean;
}

const tcp4 = Uint8Array.from([192, 0, 2, 7, 198, 51, 100, 1, 0x12, 0x67, 1, 187]);

function v2({ command = 0x21, family = 0x11, addresses = tcp4, tlvs = [], checksum }: V2): Buffer {
  const extensions = tlvs.flatMap(([type, value]) => [type, ...u16(value.length), ...value]);
  const sum = checksum ? [3, 0, 4, 0, 0, 0, 0] : [];
  const rest = [...addresses, ...extensions, ...sum];
  const out = Buffer.from([...V2_SIGNATURE, command, family, ...u16(rest.length), ...rest]);
  if (checksum) out.writeUInt32BE(crc32c(out), out.length - 4);
  return out;
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

const visitor = {
  source: { address: "192.0.2.7", port: 4711 },
  destination: { address: "198.51.100.1", port: 443 },
};

describe("PROXY protocol, version 1", () => {
  const good: [string, unknown][] = [
    ["PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n", visitor],
    [
      "PROXY TCP6 2001:DB8:0::7 2001:db8::1 0 65535\r\n",
      {
        source: { address: "2001:db8::7", port: 0 },
        destination: { address: "2001:db8::1", port: 65_535 },
      },
    ],
    ["PROXY UNKNOWN\r\n", { source: null, destination: null }],
    ["PROXY UNKNOWN whatever it says\r\n", { source: null, destination: null }],
  ];
  for (const [line, ends] of good) {
    test(`reads ${JSON.stringify(line)}, however it comes`, () => {
      const bytes = Buffer.from(`${line}GET /`);
      const whole = { kind: "header", version: 1, length: line.length, ...(ends as object) };
      expect(readProxyHeader(bytes)).toEqual(whole as never);
      for (let i = 0; i < line.length; i++) {
        expect(readProxyHeader(bytes.subarray(0, i)).kind).toBe("incomplete");
      }
    });
  }

  const bad = [
    "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 1\r\n",
    "PROXY TCP4  192.0.2.7 198.51.100.1 4711 443\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 04711 443\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 4711 65536\r\n",
    "PROXY TCP4 192.0.2.07 198.51.100.1 4711 443\r\n",
    "PROXY TCP4 ::1 ::1 4711 443\r\n",
    "PROXY TCP6 192.0.2.7 198.51.100.1 4711 443\r\n",
    "PROXY TCP6 fe80::1%eth0 ::1 4711 443\r\n",
    "PROXY UDP4 192.0.2.7 198.51.100.1 4711 443\r\n",
    "PROXY tcp4 192.0.2.7 198.51.100.1 4711 443\r\n",
    "PROXY \0\r\n",
    "PROXY UNKNOWN\rX",
    `PROXY UNKNOWN ${"x".repeat(93)}`,
  ];
  for (const line of bad) {
    test(`refuses ${JSON.stringify(line.slice(0, 60))}`, () => {
      expect(readProxyHeader(Buffer.from(line))).toEqual({
        kind: "fault",
        code: "proxy_protocol.malformed",
      });
    });
  }
});

describe("PROXY protocol, version 2", () => {
  test("reads addresses of both families", () => {
    const bytes = v2({});
    expect(readProxyHeader(Buffer.concat([bytes, tcp4]))).toEqual({
      kind: "header",
      version: 2,
      length: bytes.length,
      ...visitor,
    });
  });

  test("writes IPv6 as RFC 5952 does", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0, 1, 0xdb8, 0xffff), { minLength: 8, maxLength: 8 }),
        (groups) => {
          const address = groups.flatMap(u16);
          const addresses = Uint8Array.from([...address, ...address, 0, 1, 0, 2]);
          const result = readProxyHeader(v2({ family: 0x21, addresses }));
          const text = result.kind === "header" ? (result.source?.address ?? "") : "";
          // The URL parser's spelling is RFC 5952's as well.
          const long = groups.map((group) => group.toString(16)).join(":");
          expect(`[${text}]`).toBe(new URL(`http://[${long}]/`).hostname);
        },
      ),
    );
  });

  test("takes LOCAL, UNSPEC and unix sockets for no address", () => {
    const none = { source: null, destination: null };
    expect(readProxyHeader(v2({ command: 0x20 }))).toMatchObject(none);
    expect(
      readProxyHeader(v2({ command: 0x20, family: 0x99, addresses: new Uint8Array(5) })),
    ).toMatchObject(none);
    expect(readProxyHeader(v2({ family: 0, addresses: new Uint8Array(0) }))).toMatchObject(none);
    expect(readProxyHeader(v2({ family: 0x31, addresses: new Uint8Array(216) }))).toMatchObject(
      none,
    );
  });

  test("passes extensions over, however the header comes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom(1, 2, 4, 5, 0x20, 0xe0), fc.uint8Array({ maxLength: 40 })),
        ),
        fc.boolean(),
        (tlvs, checksum) => {
          const bytes = v2({ tlvs, checksum });
          expect(readProxyHeader(bytes)).toMatchObject({
            kind: "header",
            length: bytes.length,
            ...visitor,
          });
          for (let i = 0; i < bytes.length; i++) {
            expect(readProxyHeader(bytes.subarray(0, i)).kind).toBe("incomplete");
          }
        },
      ),
    );
  });

  test("checks a checksum that is there", () => {
    const bytes = v2({ checksum: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 27 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const copy = Buffer.from(bytes);
          copy[at] = (copy[at] as number) ^ flip;
          expect(readProxyHeader(copy)).toEqual({ kind: "fault", code: "proxy_protocol.checksum" });
        },
      ),
    );
  });

  test("knows CRC-32c's published value", () => {
    // RFC 3720, appendix B.4: 32 bytes of zeros; and the customary check string.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from("12345"), Buffer.from("6789"))).toBe(0xe3069283);
  });

  const bad: [string, Buffer, string][] = [
    ["another version", v2({ command: 0x11 }), "unsupported"],
    ["another command", v2({ command: 0x22 }), "unsupported"],
    ["datagrams", v2({ family: 0x12 }), "unsupported"],
    ["a family that does not exist", v2({ family: 0x41 }), "unsupported"],
    ["addresses that are too short", v2({ addresses: new Uint8Array(11) }), "malformed"],
    [
      "an extension that is cut off",
      v2({ addresses: Uint8Array.from([...tcp4, 1, 0, 2, 0]) }),
      "malformed",
    ],
    ["half an extension's head", v2({ addresses: Uint8Array.from([...tcp4, 1, 0]) }), "malformed"],
    ["a checksum of another size", v2({ tlvs: [[3, new Uint8Array(3)]] }), "malformed"],
    ["a header beyond the limit", v2({ tlvs: [[1, new Uint8Array(5000)]] }), "too_large"],
  ];
  for (const [what, bytes, code] of bad) {
    test(`refuses ${what}`, () => {
      expect(readProxyHeader(bytes)).toEqual({
        kind: "fault",
        code: `proxy_protocol.${code}`,
      } as never);
    });
  }
});

describe("PROXY protocol", () => {
  test("is missed in anything else", () => {
    for (const text of ["GET / HTTP/1.1\r\n", "\x16\x03\x01", "PROXX", "\r\n\r\nX", "P\r\n"]) {
      expect(readProxyHeader(Buffer.from(text))).toEqual({
        kind: "fault",
        code: "proxy_protocol.missing",
      });
    }
  });

  test("never throws, never takes more than there is, never changes its mind", () => {
    const seeds = [
      v2({ checksum: true, tlvs: [[2, Buffer.from("x")]] }),
      Buffer.from("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n"),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
        (seed, edits) => {
          const bytes = Buffer.from(seed);
          for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte;
          let settled: unknown = null;
          for (let i = 0; i <= bytes.length; i++) {
            const result = readProxyHeader(bytes.subarray(0, i));
            if (result.kind === "header") expect(result.length).toBeLessThanOrEqual(i);
            if (settled === null && result.kind !== "incomplete") settled = result;
            else if (settled !== null) expect(result).toEqual(settled as never);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
