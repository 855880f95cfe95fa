import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { type HelloResult, readClientHello } from "#accept/tls/client-hello.ts";
import { type HelloShape, helloBytes, inRecords } from "#accept/tls/hello-bytes.ts";
import { ja4 } from "#accept/tls/ja4.ts";

/** Cipher suites, extensions and signature algorithms of the example in FoxIO's JA4.md. */
const published: HelloShape = {
  version: 0x0303,
  ciphers: [
    0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
    0x009c, 0x009d, 0x002f, 0x0035,
  ],
  extensions: [
    0x2a2a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
    0x002b, 0xff01, 0x000b, 0x000a, 0x0015,
  ],
  serverName: "Example.ORG",
  alpn: ["h2", "http/1.1"],
  versions: [0x3a3a, 0x0304, 0x0303],
  algorithms: [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
};

function hello(shape: HelloShape) {
  const result = readClientHello(inRecords(helloBytes(shape)));
  if (result.kind !== "hello") throw new Error(JSON.stringify(result));
  return result.hello;
}

describe("ClientHello", () => {
  test("gives name, ALPN, versions and lists in order", () => {
    const read = hello(published);
    expect(read.serverName).toBe("example.org");
    expect(read.alpn).toEqual(["h2", "http/1.1"]);
    expect(read.ciphers).toEqual(published.ciphers);
    expect(read.extensions).toEqual(published.extensions);
    expect(read.supportedVersions).toEqual([0x3a3a, 0x0304, 0x0303]);
  });

  test("may stop before the extensions (RFC 5246, section 7.4.1.2)", () => {
    const read = hello({ version: 0x0303, ciphers: [0xc02f], extensions: [] });
    expect(read.serverName).toBe("");
    expect(read.extensions).toEqual([]);
  });

  test("is the same however it is cut into records and however much has come", () => {
    const body = helloBytes(published);
    const whole = readClientHello(inRecords(body));
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: body.length }), { maxLength: 6 }),
        fc.integer({ min: 0, max: body.length + 40 }),
        (cuts, seen) => {
          const bytes = inRecords(body, cuts);
          expect(readClientHello(bytes)).toEqual(whole);
          const part = readClientHello(bytes.subarray(0, Math.min(seen, bytes.length - 1)));
          expect(part.kind).toBe("incomplete");
        },
      ),
    );
  });

  test("does not read beyond itself", () => {
    const bytes = inRecords(helloBytes(published));
    const more = new Uint8Array([...bytes, 23, 3, 3, 0, 1, 0]);
    expect(readClientHello(more)).toEqual(readClientHello(bytes));
  });

  const faults: [string, Uint8Array, string][] = [
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "tls.not_tls"],
    ["SSL 2", Buffer.from([0x80, 0x2e, 1, 0, 2]), "tls.not_tls"],
    ["another major version", Buffer.from([22, 2, 0]), "tls.not_tls"],
    ["an empty record", Buffer.from([22, 3, 1, 0, 0]), "tls.hello_malformed"],
    ["a record beyond 2^14", Buffer.from([22, 3, 1, 0x40, 1]), "tls.hello_too_large"],
    ["another message", Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]), "tls.hello_malformed"],
    ["a hello beyond the limit", Buffer.from([22, 3, 1, 0, 4, 1, 1, 0, 0]), "tls.hello_too_large"],
    ["a change of record type", Buffer.from([22, 3, 1, 0, 1, 1, 23, 3]), "tls.hello_malformed"],
    [
      "a name with a NUL",
      inRecords(helloBytes({ ...published, serverName: "a\0b" })),
      "tls.bad_server_name",
    ],
    [
      "an empty name",
      inRecords(helloBytes({ ...published, serverName: "" })),
      "tls.bad_server_name",
    ],
    [
      "an extension twice",
      inRecords(helloBytes({ ...published, extensions: [0x17, 0x17] })),
      "tls.hello_malformed",
    ],
    ["a hello in crumbs", inRecords(helloBytes(published), upTo(99)), "tls.hello_malformed"],
    [
      "extensions without end",
      inRecords(helloBytes({ ...published, extensions: upTo(200).map((n) => n + 100) })),
      "tls.hello_malformed",
    ],
    [
      "no cipher suite",
      inRecords(helloBytes({ ...published, ciphers: [] })),
      "tls.hello_malformed",
    ],
    [
      "an empty protocol",
      inRecords(helloBytes({ ...published, alpn: [""] })),
      "tls.hello_malformed",
    ],
  ];
  for (const [what, bytes, code] of faults) {
    test(`refuses ${what}`, () => {
      const result = readClientHello(bytes);
      const outcome: string = result.kind === "fault" ? result.code : result.kind;
      expect(outcome).toBe(code);
    });
  }

  test("never throws, and cut messages are never taken for whole", () => {
    const bytes = inRecords(helloBytes(published));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (edits) => {
          const copy = Uint8Array.from(bytes);
          for (const [at, byte] of edits) copy[at] = byte;
          const result: HelloResult = readClientHello(copy);
          if (result.kind === "hello") ja4(result.hello);
        },
      ),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (any) => void readClientHello(any)),
      { numRuns: 2000 },
    );
  });
});

describe("JA4", () => {
  test("is what FoxIO published", () => {
    expect(ja4(hello(published))).toBe("t13d1516h2_8daaf6152771_e5627efa2ab1");
    expect(ja4(hello(published), "q")).toBe("q13d1516h2_8daaf6152771_e5627efa2ab1");
  });

  test("hashes extensions alone where no algorithms were sent", () => {
    const { algorithms: _, ...rest } = published;
    const extensions = published.extensions.filter((type) => type !== 0x0d);
    const without = hello({ ...rest, extensions: [...extensions, 0x9999] });
    expect(
      ja4(without).endsWith(
        sha("0005,000a,000b,0012,0015,0017,001b,0023,002b,002d,0033,4469,9999,ff01"),
      ),
    ).toBe(true);
  });

  test("keeps lists apart that look alike side by side", () => {
    const shape = (extensions: number[], algorithms: number[]) =>
      ja4(hello({ ...published, extensions: [...extensions, 0x000d], algorithms }));
    const one = shape([0x0101, 0x0403], [0x0804]);
    const other = shape([0x0101], [0x0403, 0x0804]);
    expect(one.slice(-12)).not.toBe(other.slice(-12));
    expect(other.slice(-12)).toBe(sha("000d,0101_0403,0804"));
  });

  test("does not change with the order of suites and extensions, nor with GREASE", () => {
    const shuffled = (list: readonly number[]) =>
      fc.shuffledSubarray([...list], { minLength: list.length });
    fc.assert(
      fc.property(
        shuffled(published.ciphers),
        shuffled(published.extensions),
        (ciphers, extensions) => {
          expect(ja4(hello({ ...published, ciphers, extensions }))).toBe(
            "t13d1516h2_8daaf6152771_e5627efa2ab1",
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  const alpn: [string, string][] = [
    ["\xab", "ab"],
    ["\xab\xcd", "ad"],
    ["0\xab", "3b"],
    ["01\xab\xcd", "3d"],
    ["0\xab\xcd1", "01"],
    ["h", "hh"],
    ["http/1.1", "h1"],
  ];
  for (const [protocol, chars] of alpn) {
    test(`writes the protocol ${JSON.stringify(protocol)} as ${chars}`, () => {
      expect(ja4(hello({ ...published, alpn: [protocol] })).slice(8, 10)).toBe(chars);
    });
  }

  test("writes zeros where there is nothing", () => {
    const bare = hello({ version: 0x0301, ciphers: [0x0a0a], extensions: [] });
    expect(ja4(bare)).toBe("t10i000000_000000000000_000000000000");
  });
});

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

function sha(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
}
