import { describe, expect, test } from "bun:test";
import { encodeLiterals, HpackDecoder } from "#h2/hpack.ts";
import { huffmanDecode } from "#h2/huffman.ts";
import type { Field } from "#reference/message.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ""), "hex");

describe("HPACK, by the examples of RFC 7541, appendix C", () => {
  test("C.4: three requests with Huffman strings on one connection", () => {
    const decoder = new HpackDecoder();
    const first: Field[] = [
      [":method", "GET"],
      [":scheme", "http"],
      [":path", "/"],
      [":authority", "www.example.com"],
    ];
    expect(decoder.decode(bytes("828684418cf1e3c2e5f23a6ba0ab90f4ff"))).toEqual(first);
    expect(decoder.decode(bytes("828684be5886a8eb10649cbf"))).toEqual([
      ...first,
      ["cache-control", "no-cache"],
    ]);
    expect(decoder.decode(bytes("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))).toEqual([
      [":method", "GET"],
      [":scheme", "https"],
      [":path", "/index.html"],
      [":authority", "www.example.com"],
      ["custom-key", "custom-value"],
    ]);
  });

  test("the last entry of the static table is where it belongs", () => {
    expect(new HpackDecoder().decode(bytes("bd"))).toEqual([["www-authenticate", ""]]);
  });

  test("literals are read back, whatever their bytes", () => {
    const fields: Field[] = [
      ["x", "a\r\nb: c\x00"],
      ["", "\xff".repeat(300)],
    ];
    expect(new HpackDecoder().decode(encodeLiterals(fields))).toEqual(fields);
  });

  test("padding that is not ones is refused", () => {
    expect(() => huffmanDecode(bytes("00"))).toThrow("padding");
    expect(() => huffmanDecode(bytes("ffff"))).toThrow("padding");
  });
});
