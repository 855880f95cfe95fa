import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { kindOf, kindsOf, makes, triggers } from "#transform/kinds.ts";
import { transforms } from "#transform/registry.ts";
import { urlDecodeUni } from "#transform/url-decode-uni.ts";

const table: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  base64decode: [
    ["aGVsbG8=", "hello"],
    ["aGVsbG8", "hello"],
    ["aGV*sbG8", "he"],
    ["", ""],
  ],
  base64decodeext: [["aG Vs-bG8=", "hello"]],
  base64encode: [["hello", "aGVsbG8="]],
  cmdline: [
    ["C^a\"T /e't'c\\/passwd", "cat/etc/passwd"],
    ["a,b;;c", "a b c"],
    ["foo (x)", "foo(x)"],
    ["plain", "plain"],
  ],
  compresswhitespace: [
    ["a \t\n b", "a b"],
    ["a\xa0b", "a b"],
    ["a b", "a b"],
  ],
  cssdecode: [
    ["\\6a avascript", "javascript"],
    ["\\00006aavascript", "javascript"],
    ["a\\\nb", "ab"],
    ["\\zx", "zx"],
    ["\\ff1c", "<"],
  ],
  escapeseqdecode: [
    ["\\x41\\101\\n\\?", "AA\n?"],
    ["\\q\\x4", "\\q\\x4"],
  ],
  hexdecode: [
    ["4142", "AB"],
    ["41zz", "A"],
  ],
  hexencode: [["A\xff", "41ff"]],
  htmlentitydecode: [["&lt;&#60;&#x3C;&#x3cx&amp&nbsp;&foo;&#;", "<<<<x&\xa0&foo;&#;"]],
  jsdecode: [
    ["\\u0041\\x42\\103\\uff1c\\n\\q", "ABC<\nq"],
    ["\\477", "'7"],
    ["\\", "\\"],
  ],
  length: [["abc", "3"]],
  lowercase: [["ABCÀ", "abcÀ"]],
  normalizepath: [
    ["/a/./b//../c", "/a/c"],
    ["../../x", "../../x"],
    ["/../etc/passwd", "/etc/passwd"],
    ["a/b/", "a/b/"],
  ],
  normalizepathwin: [
    ["..\\..\\x", "../../x"],
    ["\\a\\.\\b", "/a/b"],
  ],
  parityeven7bit: [
    ["\x01", "\x81"],
    ["\x03", "\x03"],
  ],
  parityodd7bit: [
    ["\x01", "\x01"],
    ["\x03", "\x83"],
  ],
  parityzero7bit: [["\xc1", "A"]],
  removecomments: [["a/*x*/b<!--y-->c--d", "abc"]],
  removecommentschar: [["a/*x*/-- #<!-- -->", "ax  "]],
  removenulls: [["a\0b", "ab"]],
  removewhitespace: [["a \t\xa0b", "ab"]],
  replacecomments: [
    ["a/*x*/b/*y", "a b "],
    ["a*/b", "a*/b"],
  ],
  replacenulls: [["a\0b", "a b"]],
  sqlhexdecode: [["x=0x414243", "x=ABC"]],
  trim: [[" \ta ", "a"]],
  trimleft: [[" a ", "a "]],
  trimright: [[" a ", " a"]],
  uppercase: [["abc\xe0", "ABC\xe0"]],
  urldecode: [
    ["%41+%zz%4", "A %zz%4"],
    ["%u0041", "%u0041"],
  ],
  urldecodeuni: [["%u0041%41+%uff1c%uzzzz%", "AA <%uzzzz%"]],
  urlencode: [["a b/*", "a+b%2f*"]],
  utf8tounicode: [
    ["a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "a%u00e9%u20ac%u1f600"],
    ["\xc0\xaf\xff", "\xc0\xaf\xff"],
  ],
};
const alias: Readonly<Record<string, string>> = {
  normalisepath: "normalizepath",
  normalisepathwin: "normalizepathwin",
};

describe("transformations", () => {
  for (const [name, cases] of Object.entries(table)) {
    test(name, () => {
      for (const [input, wanted] of cases) expect(transforms[name]?.(input)).toBe(wanted);
    });
  }

  test("each is in the table, is an alias, or is a hash", () => {
    const known = new Set([...Object.keys(table), ...Object.keys(alias), "md5", "sha1"]);
    expect(Object.keys(transforms).filter((name) => !known.has(name))).toEqual([]);
    for (const [name, of] of Object.entries(alias))
      expect(transforms[name]).toBe(transforms[of] as never);
  });

  test("hashes give raw bytes", () => {
    expect(transforms["hexencode"]?.(transforms["sha1"]?.("abc") as string)).toBe(
      "a9993e364706816aba3e25717850c26c9cd0d89d",
    );
    expect(transforms["hexencode"]?.(transforms["md5"]?.("") as string)).toBe(
      "d41d8cd98f00b204e9800998ecf8427e",
    );
  });

  test("a Unicode map decides before the low byte does", () => {
    expect(urlDecodeUni("%u2039", new Map([[0x2039, 0x3c]]))).toBe("<");
  });

  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  });
  const tricky = fc.string({
    unit: fc.constantFrom(..."%u\\x0fF&#;<+ /*.-\"'^,\0\xa0\xc3\xa9AaZz41".split("")),
    maxLength: 40,
  });

  test("none throws or leaves the bytes, and none acts without its trigger", () => {
    fc.assert(
      fc.property(fc.oneof(bytes, tricky), (value) => {
        let kinds = 0;
        for (let i = 0; i < value.length; i++) kinds |= kindOf[value.charCodeAt(i)] as number;
        for (const [name, transform] of Object.entries(transforms)) {
          const out = transform(value);
          for (let i = 0; i < out.length; i++) if (out.charCodeAt(i) > 255) return false;
          const trigger = triggers[name];
          if (trigger !== undefined && (kinds & trigger) === 0 && out !== value) return false;
        }
        return true;
      }),
      { numRuns: 600 },
    );
  });

  test("none makes bytes that it is not said to make", () => {
    const letters = /[A-Za-z]/g;
    fc.assert(
      fc.property(fc.oneof(bytes, tricky), (value) => {
        for (const [name, { bytes: made, unless }] of Object.entries(makes)) {
          if ((kindsOf(value) & unless) !== 0) continue;
          const known = new Set(value + made);
          const out = (transforms[name] as (value: string) => string)(value).replace(letters, "");
          for (const byte of out) if (!known.has(byte)) throw new Error(`${name} made ${byte}`);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test("encoding and decoding are inverse", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(transforms["hexdecode"]?.(transforms["hexencode"]?.(value) as string)).toBe(value);
        expect(transforms["base64decode"]?.(transforms["base64encode"]?.(value) as string)).toBe(
          value,
        );
        expect(transforms["urldecode"]?.(transforms["urlencode"]?.(value) as string)).toBe(value);
      }),
    );
  });
});
