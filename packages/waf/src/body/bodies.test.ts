import { describe, expect, test } from "bun:test";
import { type BodyContent, type BodyLimits, bodyProcessors } from "#body/processor.ts";

const limits: BodyLimits = {
  argumentSeparator: "&",
  argumentsLimit: 6,
  jsonDepthLimit: 5,
  xmlDepthLimit: 4,
  uploadFileLimit: 2,
  partLimit: 4,
};

function read(name: string, body: string, type = ""): BodyContent {
  const processor = bodyProcessors[name];
  if (processor === undefined) throw new Error(`no processor ${name}`);
  return processor(body, type, limits);
}
const args = (content: BodyContent): string[] =>
  content.args.map(({ name, value }) => `${name}=${value}`);

describe("URLENCODED", () => {
  test("pairs are decoded, empty ones passed over", () => {
    expect(args(read("URLENCODED", "a=1&b=%41+x&&c&=d"))).toEqual(["a=1", "b=A x", "c=", "=d"]);
  });
  test("bad escapes raise a flag and stay", () => {
    const content = read("URLENCODED", "a=%zz");
    expect(args(content)).toEqual(["a=%zz"]);
    expect(content.encodingError).toBe(true);
  });
  test("the limit ends it with an error", () => {
    const content = read("URLENCODED", "a&a&a&a&a&a&a&a");
    expect(content.args).toHaveLength(6);
    expect(content.error).toContain("6 arguments");
  });
});

describe("JSON", () => {
  test("members become arguments, twice the same key too", () => {
    expect(args(read("JSON", ' {"a":{"b":[1,"x"]},"a":true} '))).toEqual([
      "json.a.b.0=1",
      "json.a.b.1=x",
      "json.a.b=2",
      "json.a=true",
    ]);
  });
  test("escapes become UTF-8, pairs of surrogates one sequence", () => {
    expect(args(read("JSON", '"\\u00e9\\ud83d\\ude00\\n\\/\\ud800"'))).toEqual([
      "json=\xc3\xa9\xf0\x9f\x98\x80\n/\xed\xa0\x80",
    ]);
  });
  test("depth and faults are errors; what came before is kept", () => {
    expect(read("JSON", "[[[[[[1]]]]]]").error).toContain("deeper than 5");
    for (const bad of [
      "{",
      '{"a":}',
      '{"a" 1}',
      "[1,]",
      "[1 2]",
      "01",
      '"\n"',
      '"\\x"',
      '"\\u12"',
      "tru",
      '{"a":1} x',
      "{1:2}",
    ]) {
      expect(read("JSON", bad).error).toStartWith("JSON: ");
    }
    expect(args(read("JSON", '{"a":"evil","b":'))).toEqual(["json.a=evil"]);
    expect(read("JSON", "").error).toBeUndefined();
  });
});

describe("XML", () => {
  test("text and attributes, entities, CDATA, comments", () => {
    const content = read(
      "XML",
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y>">]><a b="1&lt;" xmlns="u">t&#65;&amp;<c d=\'2\'/><![CDATA[<z>]]><!-- no --></a>',
    );
    expect(content.error).toBeUndefined();
    expect(content.xml).toEqual({ text: "tA&<z>", attributes: ["1<", "2"] });
  });
  test("no declared entity is expanded", () => {
    expect(
      read("XML", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>').xml?.text,
    ).toBe("");
  });
  test("faults are errors; what came before is kept", () => {
    for (const bad of [
      "",
      "x",
      "<a>",
      "<a></b>",
      "<a/><b/>",
      "<a b>",
      "<a b=c/>",
      '<a b="<"/>',
      "<a><!-- </a>",
      "<!DOCTYPE a",
      "<a b='1'c='2'/>",
    ]) {
      expect(read("XML", bad).error).toStartWith("XML: ");
    }
    expect(read("XML", "<a>evil<b>").xml?.text).toBe("evil");
    expect(read("XML", "<a><a><a><a><a>").error).toContain("deeper than 4");
  });
});

describe("MULTIPART", () => {
  const type = "multipart/form-data; boundary=b";
  const part = (head: string, content: string): string => `--b\r\n${head}\r\n\r\n${content}\r\n`;
  const field = 'Content-Disposition: form-data; name="f"';

  test("fields and files, with their headers", () => {
    const content = read(
      "MULTIPART",
      `${part(field, "one\r\ntwo")}${part(`${field}; filename="a;\\"b.txt"\r\nContent-Type: text/plain`, "file")}--b--\r\n`,
      type,
    );
    expect(args(content)).toEqual(["f=one\r\ntwo"]);
    expect(content.files).toEqual([{ field: "f", filename: 'a;"b.txt', content: "file" }]);
    expect(content.partHeaders?.map(({ value }) => value)).toContain("Content-Type: text/plain");
    expect(content.error).toBeUndefined();
    expect(Object.values(content.multipart ?? {})).not.toContain(true);
  });

  const flagged: Readonly<Record<string, readonly [string, string?]>> = {
    boundaryQuoted: [`${part(field, "x")}--b--`, 'multipart/form-data; boundary="b"'],
    boundaryWhitespace: [`${part(field, "x")}--b--`, "multipart/form-data; boundary =b"],
    crlfLfLines: [`--b\r\n${field}\n\nx\r\n--b--`],
    dataAfter: [`${part(field, "x")}--b--\r\nmore`],
    dataBefore: [`junk\r\n${part(field, "x")}--b--`],
    fileLimitExceeded: [`${part(`${field}; filename="a"`, "x").repeat(3)}--b--`],
    headerFolding: [`${part(`${field};\r\n filename="a"`, "x")}--b--`],
    invalidPart: [`${part("X: y", "x")}--b--`],
    invalidQuoting: [`${part("Content-Disposition: form-data; name='f'", "x")}--b--`],
    lfLine: [`--b\n${field}\n\nx\n--b--`],
    missingSemicolon: [`${part('Content-Disposition: form-data name="f"', "x")}--b--`],
    unmatchedBoundary: [`${part(field, "x\r\n--other")}--b--`],
  };
  for (const [name, [body, ownType]] of Object.entries(flagged)) {
    test(`${name} is seen`, () => {
      const flags = read("MULTIPART", body, ownType ?? type).multipart as unknown as Record<
        string,
        boolean
      >;
      expect(flags[name]).toBe(true);
    });
  }
  test("a fold of white space alone is invalid", () => {
    expect(
      read("MULTIPART", `${part(`${field}\r\n `, "x")}--b--`, type).multipart?.invalidHeaderFolding,
    ).toBe(true);
  });

  test("faults are errors", () => {
    expect(read("MULTIPART", "x", "multipart/form-data").error).toContain("boundary");
    expect(read("MULTIPART", "x", `${type}; boundary=c`).error).toContain("boundary");
    expect(read("MULTIPART", "", type).error).toContain("no boundary");
    expect(read("MULTIPART", part(field, "x"), type).error).toContain("final boundary");
    expect(read("MULTIPART", `${part("Bad\x0e: y", "x")}--b--`, type).error).toContain(
      "invalid character",
    );
    expect(read("MULTIPART", `${part("no colon", "x")}--b--`, type).error).toContain("no colon");
    expect(read("MULTIPART", `${part(field, "x").repeat(9)}--b--`, type).error).toContain(
      "4 parts",
    );
  });
});
