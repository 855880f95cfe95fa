import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { AppError } from "@egide/std/error.ts";
import { downloadRelease } from "#rules/install/download.ts";
import { readPublicKey, verifySignature } from "#rules/install/openpgp.ts";
import { filesOfRelease, placeRelease } from "#rules/install/place.ts";
import { readTarGz } from "#rules/install/tar.ts";
import { fingerprint, publicKey, signature, signed } from "#rules/install/testing/signed.ts";
import { type Entry, release, tarGz } from "#rules/install/testing/tar.ts";
import { sha256, SIGNING_KEY, verifyRelease } from "#rules/install/verify.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

describe("archives", () => {
  test("files come out as they went in; folders and links don't", () => {
    const long = `${"d/".repeat(60)}file`;
    const record = `path=${long}\n`;
    const size = record.length + 4;
    const files = readTarGz(
      tarGz([
        { name: "a/", type: "5" },
        { name: "a/x.conf", text: "x".repeat(700) },
        { name: "a/link", type: "2" },
        { name: "pax", type: "x", text: `${size} ${record}` },
        { name: "cut", text: "long" },
        { name: "./b", text: "" },
      ]),
    );
    expect(files.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ["a/x.conf", 700],
      [long, 4],
      ["b", 0],
    ]);
  });

  test.each([["../x"], ["a/../../x"], ["/etc/x"], ["a\\..\\x"], ["C:/x"], ["a/./x"], ["a/.."]])(
    "the name %j refuses the archive",
    (name) => {
      expect(() => readTarGz(tarGz([{ name: "good" }, { name, text: "x" }]))).toThrow("leads out");
    },
  );

  test("an extended header can't smuggle such a name in", () => {
    const record = "17 path=../../x\n";
    const entries: Entry[] = [
      { name: "p", type: "x", text: record.replace("17", String(record.length)) },
      { name: "good" },
    ];
    expect(() => readTarGz(tarGz(entries))).toThrow("leads out");
  });

  test("bombs, damage and what is no archive are refused in words", () => {
    expect(() => readTarGz(gzipSync(Buffer.alloc(140_000_000)))).toThrow("unpacks to more");
    expect(() => readTarGz(bytes("hello"))).toThrow("not a gzip file");
    expect(() => readTarGz(gzipSync(Buffer.alloc(2048, 120)))).toThrow("can't be read");
    expect(() => readTarGz(gzipSync(Buffer.alloc(0)))).toThrow("without its end mark");
  });

  test("whatever the bytes, the answer is files or an AppError", () => {
    const good = Buffer.from(Bun.gunzipSync(Buffer.from(tarGz([{ name: "a", text: "b" }]))));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(good.length),
        (changes, cut) => {
          const damaged = Buffer.from(good.subarray(0, cut));
          for (const [at, byte] of changes) if (at < cut) damaged[at] = byte;
          try {
            for (const { name } of readTarGz(gzipSync(damaged)))
              expect(name.split("/")).not.toContain("..");
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("signatures", () => {
  test("GnuPG's signature is known, and nothing else", () => {
    const key = readPublicKey(publicKey);
    expect(key.fingerprint).toBe(fingerprint);
    expect(verifySignature(bytes(signed), signature, key)).toBe(true);
    expect(verifySignature(bytes(`${signed} `), signature, key)).toBe(false);
    const other = { ...key, modulus: key.modulus.map((byte, i) => (i === 9 ? byte ^ 1 : byte)) };
    expect(verifySignature(bytes(signed), signature, other)).toBe(false);
  });

  test("every flipped bit of it is seen", () => {
    const key = readPublicKey(publicKey);
    const [head, , ...rest] = signature.trim().split("\n");
    const raw = Buffer.from(rest.slice(0, -2).join(""), "base64");
    const write = (body: Buffer): string =>
      `${head}\n\n${body.toString("base64")}\n-----END PGP SIGNATURE-----\n`;
    expect(verifySignature(bytes(signed), write(raw), key)).toBe(true);
    // What is not hashed (after the hashed subpackets, before the number) may change.
    const hashed = 3 + 6 + raw.readUInt16BE(3 + 4);
    for (const at of [...Array(hashed).keys()].concat([raw.length - 1, raw.length - 100])) {
      const flipped = Buffer.from(raw);
      flipped[at] = (flipped[at] as number) ^ 1;
      let isGood = false;
      try {
        isGood = verifySignature(bytes(signed), write(flipped), key);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
      expect([at, isGood]).toEqual([at, false]);
    }
  });

  test("what is no key or no signature is said to be none", () => {
    expect(() => readPublicKey("x")).toThrow("no PGP public key block");
    expect(() => readPublicKey(signature)).toThrow("no PGP public key block");
    expect(() => verifySignature(bytes(""), publicKey, readPublicKey(publicKey))).toThrow(
      "no PGP signature",
    );
  });
});

describe("what a release is held against", () => {
  const data = bytes(signed);

  test("a checksum that is given decides", () => {
    expect(verifyRelease(data, { sha256: sha256(data).toUpperCase() })).toContain("--sha256");
    expect(() => verifyRelease(data, { sha256: "0".repeat(64) })).toThrow(
      "not the one that --sha256 names",
    );
    expect(() => verifyRelease(data, { sha256: "abc" })).toThrow("64 hexadecimal digits");
  });

  test("a signature of the project's key is enough, of another it is not", () => {
    const proof = { signature, key: publicKey };
    expect(verifyRelease(data, proof, fingerprint)).toContain(fingerprint);
    expect(() => verifyRelease(data, proof)).toThrow(`the project signs with ${SIGNING_KEY}`);
    expect(() => verifyRelease(bytes("other"), proof, fingerprint)).toThrow("not the project's");
  });

  test("without any of it nothing is installed", () => {
    expect(() => verifyRelease(data, {})).toThrow("nothing says that it is genuine");
    expect(() => verifyRelease(data, { signature })).toThrow("nothing says that it is genuine");
    expect(() => verifyRelease(data, { version: "4.29.0" })).toThrow(
      "coreruleset-4.29.0-minimal.tar.gz is 1aa1c5c8",
    );
  });
});

describe("downloads", () => {
  const answer = (body: string, url: string, status = 200): Response =>
    Object.defineProperty(new Response(body, { status }), "url", { value: url });

  test("the release, its signature and the key are fetched over HTTPS", async () => {
    const asked: string[] = [];
    const got = await downloadRelease("4.29.0", async (address) => {
      asked.push(address);
      return answer(`of ${address.split("/").at(-1)}`, address);
    });
    expect(asked).toEqual([
      "https://github.com/coreruleset/coreruleset/releases/download/v4.29.0/coreruleset-4.29.0-minimal.tar.gz",
      "https://github.com/coreruleset/coreruleset/releases/download/v4.29.0/coreruleset-4.29.0-minimal.tar.gz.asc",
      "https://coreruleset.org/security.asc",
    ]);
    expect(Buffer.from(got.bytes).toString()).toBe("of coreruleset-4.29.0-minimal.tar.gz");
    expect(got.signature).toBe("of coreruleset-4.29.0-minimal.tar.gz.asc");
    expect(got.key).toBe("of security.asc");
  });

  test.each([
    ["4.29", async () => answer("", "")],
    ["../../x", async () => answer("", "")],
    ["4.0.99", async () => answer("", "https://x", 404)],
    ["4.29.0", async () => answer("", "http://plain.example/")],
    ["4.29.0", async () => Promise.reject(new Error("no network"))],
    ["4.29.0", async () => answer("x".repeat(40_000_000), "https://x")],
  ] as const)("%s: what goes wrong is said", async (version, get) => {
    const error = await downloadRelease(version, get).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).publicMessage).toMatch(
      /not a version|not there|not HTTPS|no network|larger than any/,
    );
  });
});

describe("places", () => {
  let state = "";
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "egide-rules-"));
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));
  const link = (): string => join(state, "rules", "crs");
  const install = (packed: Uint8Array, check: (folder: string) => void = () => {}): string => {
    const { version, files } = filesOfRelease(readTarGz(packed));
    return placeRelease(link(), version, files, check);
  };
  const list = (): string[] => readdirSync(join(state, "rules")).sort();

  test("a new version takes the place of the old in one step, and what was added goes along", () => {
    install(
      release("4.1.0", [
        { name: "TOP/plugins/empty-after.conf" },
        { name: "TOP/LICENSE", text: "L" },
      ]),
    );
    expect(list()).toEqual(["crs", "crs-4.1.0"]);
    expect(readdirSync(link()).sort()).toEqual([
      "LICENSE",
      "crs-setup.conf.example",
      "plugins",
      "rules",
    ]);
    writeFileSync(join(link(), "crs-setup.conf"), "# mine");
    writeFileSync(join(link(), "plugins", "my-before.conf"), "# mine too");
    install(release("4.2.0"));
    expect(list()).toEqual(["crs", "crs-4.1.0", "crs-4.2.0"]);
    expect(readlinkSync(link())).toBe("crs-4.2.0");
    expect(readFileSync(join(link(), "crs-setup.conf"), "utf8")).toBe("# mine");
    expect(readdirSync(join(link(), "plugins")).sort()).toEqual([
      "empty-after.conf",
      "my-before.conf",
    ]);
    install(release("4.2.0"));
    expect(list()).toEqual(["crs", "crs-4.1.0", "crs-4.2.0"]);
    expect(existsSync(join(link(), "crs-setup.conf"))).toBe(true);
  });

  test("a set that does not load leaves all as it was", () => {
    install(release("4.1.0"));
    expect(() =>
      install(release("4.2.0"), (folder) => {
        expect(existsSync(join(folder, "rules", "a.data"))).toBe(true);
        throw new Error("it does not load");
      }),
    ).toThrow("it does not load");
    expect(list()).toEqual(["crs", "crs-4.1.0"]);
    expect(readlinkSync(link())).toBe("crs-4.1.0");
  });

  test("what is no release is refused, and what a person put there is left alone", () => {
    expect(() => install(tarGz([{ name: "x/rules/a.conf" }]))).toThrow(
      "no release of the Core Rule Set",
    );
    mkdirSync(link(), { recursive: true });
    expect(() => install(release("4.1.0"))).toThrow("move it away first");
    expect(list()).toEqual(["crs"]);
  });
});
