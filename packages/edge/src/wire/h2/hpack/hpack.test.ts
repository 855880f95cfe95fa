import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { FAULT_NAME, FAULT_VALUE, HpackDecoder } from "#wire/h2/hpack/decoder.ts";
import { HpackEncoder } from "#wire/h2/hpack/encoder.ts";
import { huffmanDecode, huffmanEncode, huffmanLength } from "#wire/h2/hpack/huffman.ts";
import { type NameInfo, nameInfo } from "#wire/h2/hpack/names.ts";
import { EXAMPLES } from "#wire/h2/hpack/rfc7541-examples.ts";
import { STATIC_NAMES, STATIC_SIZE } from "#wire/h2/hpack/static-table.ts";

class Collect {
  readonly fields: string[] = [];
  readonly faults: number[] = [];
  field(name: NameInfo, value: string, fault: number): void {
    this.fields.push(`${name.lower}: ${value}`);
    this.faults.push(fault);
  }
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ""), "hex");
}

function decode(decoder: HpackDecoder, bytes: Buffer, budget = 65_536): Collect | null {
  const sink = new Collect();
  return decoder.decode(bytes, 0, bytes.length, sink, budget) ? sink : null;
}

describe("RFC 7541, appendix C", () => {
  let decoder = new HpackDecoder(0);
  let series = "";
  let ran = 0;
  for (const example of EXAMPLES) {
    test(example.section, () => {
      if (example.series !== series) decoder = new HpackDecoder(example.table);
      series = example.series;
      expect(decode(decoder, hex(example.hex))?.fields).toEqual([...example.fields]);
      expect(decoder.table.size).toBe(example.size);
      ran++;
    });
  }
  test("all sixteen ran", () => expect(ran).toBe(16));

  test("the static table ends at www-authenticate", () => {
    expect(STATIC_NAMES.length).toBe(STATIC_SIZE + 1);
    expect(STATIC_NAMES[61]?.lower).toBe("www-authenticate");
    expect(STATIC_NAMES[38]?.lower).toBe("host");
  });

  test("integers (C.1) as table sizes", () => {
    const small = new HpackDecoder(4096);
    expect(decode(small, hex("2a"))).not.toBeNull();
    expect(decode(small, hex("3f9a0a"))).not.toBeNull();
    expect(decode(new HpackDecoder(1336), hex("3f9a0a"))).toBeNull();
    expect(decode(new HpackDecoder(1337), hex("3f9a0a"))).not.toBeNull();
  });
});

describe("blocks that can't be decoded", () => {
  const broken: [string, string][] = [
    ["index 0", "80"],
    ["an index behind both tables", "be"],
    ["a size update behind a field", "8220"],
    ["a size update above the limit", "3fe21f"],
    ["an integer that never ends", "ffffffffffffffff"],
    ["an integer cut off", "ff"],
    ["a literal without a value", "00"],
    ["a literal longer than the block", "000561"],
    ["Huffman padding longer than 7 bits", "008285f2b24a84ff8449 50ff".replace(" ", "")],
    ["Huffman padding of zeros", "008285f2b24a84ff834950 90".replace(" ", "")],
    ["EOS in a Huffman string", "008285f2b24a87fffffffd25427f"],
  ];
  for (const [what, text] of broken) {
    test(what, () => expect(decode(new HpackDecoder(4096), hex(text))).toBeNull());
  }
});

describe("faults stay with fields in the table", () => {
  const block = (name: string, value: string): Buffer =>
    Buffer.concat([
      Buffer.from([0x40, name.length]),
      Buffer.from(name, "latin1"),
      Buffer.from([value.length]),
      Buffer.from(value, "latin1"),
    ]);
  const cases: [string, string, number][] = [
    ["x-a", "fine \t here\x80", 0],
    ["x-a", "", 0],
    ["X-A", "v", FAULT_NAME],
    ["x a", "v", FAULT_NAME],
    ["", "v", FAULT_NAME],
    ["x-a", "a\0b", FAULT_VALUE],
    ["x-a", "a\rb", FAULT_VALUE],
    ["x-a", "a\nb", FAULT_VALUE],
    ["x-a", "a\x7f", FAULT_VALUE],
    ["x-a", " a", FAULT_VALUE],
    ["x-a", "a\t", FAULT_VALUE],
  ];
  for (const [name, value, fault] of cases) {
    test(JSON.stringify([name, value]), () => {
      const decoder = new HpackDecoder(4096);
      expect(decode(decoder, block(name, value))?.faults).toEqual([fault]);
      expect(decode(decoder, hex("be"))?.faults).toEqual([fault]);
      // The same literal again comes out of the cache of literals.
      expect(decode(decoder, block(name, value))?.faults).toEqual([fault]);
    });
  }
});

test("a list over its budget is not told, but the table keeps step", () => {
  const decoder = new HpackDecoder(4096);
  const first = hex("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");
  const seen = decode(decoder, Buffer.concat([hex("82"), first, hex("82be82")]), 60);
  expect(seen?.fields).toEqual([":method: GET"]);
  expect(decoder.overflow).toBe(true);
  expect(decode(decoder, hex("be"))?.fields).toEqual(["custom-key: custom-header"]);
  expect(decoder.overflow).toBe(false);
});

test("a bomb of references costs no more than its budget", () => {
  const decoder = new HpackDecoder(4096);
  const value = "v".repeat(3000);
  const literal = Buffer.concat([
    hex("4003"),
    Buffer.from("x-a"),
    hex("7fb916"),
    Buffer.from(value),
  ]);
  expect(literal[5]).toBe(0x7f);
  const seen = decode(decoder, Buffer.concat([literal, Buffer.alloc(100_000, 0xbe)]), 65_536);
  expect(decoder.overflow).toBe(true);
  expect(seen?.fields.length).toBeLessThan(23);
});

const latin1 = fc
  .uint8Array({ maxLength: 200 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));

test("property: Huffman codes come back", () => {
  fc.assert(
    fc.property(latin1, (text) => {
      const coded = Buffer.alloc(huffmanLength(text) + 1);
      const end = huffmanEncode(text, coded, 0);
      expect(end).toBe(huffmanLength(text));
      const out = Buffer.alloc(text.length + 16);
      expect(huffmanDecode(coded, 0, end, out)).toBe(text.length);
      expect(out.toString("latin1", 0, text.length)).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test("property: lists come back, whatever sizes the peer's table takes in between", () => {
  const name = fc.constantFrom(
    ":path",
    "content-type",
    "X-Thing",
    "set-cookie",
    "etag",
    "date",
    "x-b",
    "vary",
    ":status",
  );
  const value = fc.oneof(fc.constantFrom("200", "GET", "", "text/html", "a, b"), latin1);
  const list = fc.array(fc.tuple(name, value), { maxLength: 20 });
  const step = fc.record({ size: fc.option(fc.nat(5000)), list });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(5000);
      for (const { size, list } of steps) {
        if (size !== null) encoder.peerTableSize(size);
        const out = Buffer.alloc(16_384);
        encoder.begin(out, 0);
        for (const [name, value] of list) encoder.field(nameInfo(name), value);
        const seen = decode(decoder, out.subarray(0, encoder.at));
        expect(seen?.fields).toEqual(list.map(([n, v]) => `${n.toLowerCase()}: ${v}`));
        if (size !== null) expect(decoder.table.size).toBeLessThanOrEqual(Math.min(size, 4096));
      }
    }),
    { numRuns: 300 },
  );
});

test("repeated fields cost one octet, secrets never enter the table", () => {
  const encoder = new HpackEncoder();
  const out = Buffer.alloc(1024);
  const encode = (name: string, value: string): number => {
    encoder.begin(out, 0);
    encoder.field(nameInfo(name), value);
    return encoder.at;
  };
  expect(encode("Content-Type", "text/html; charset=utf-8")).toBeGreaterThan(10);
  expect(encode("content-type", "text/html; charset=utf-8")).toBe(1);
  expect(encode("set-cookie", "id=secret")).toBeGreaterThan(9);
  expect((out[0] as number) & 0xf0).toBe(0x10);
  expect(encode("set-cookie", "id=secret")).toBeGreaterThan(9);
  expect(encode("x-once", "a")).toBeGreaterThan(3);
  expect(encode("x-once", "a")).toBeGreaterThan(3);
  expect(encode("x-once", "a")).toBe(1);
});

test("property: random octets never throw", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (blocks) => {
      const decoder = new HpackDecoder(4096);
      for (const block of blocks) {
        if (decode(decoder, Buffer.from(block)) === null) break;
        expect(decoder.table.size).toBeLessThanOrEqual(4096);
      }
    }),
    { numRuns: 2000 },
  );
});
