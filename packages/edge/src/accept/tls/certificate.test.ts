import { afterAll, describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import * as fc from "fast-check";
import { readCertificate } from "#accept/tls/certificate.ts";
import { NameIndex } from "#accept/tls/name-index.ts";
import { TestCertificates } from "#accept/tls/test-certificates.ts";

const made = new TestCertificates();
afterAll(() => made.dispose());
const root = made.selfSigned(["root.test"]);
const leaf = made.signed(["Site.test", "*.site.test"], root);
const other = made.selfSigned(["other.test"]);
const DAY = 86_400_000;

function code(cert: string, key: string, now = Date.now()): string {
  try {
    readCertificate(cert, key, now);
    return "fine";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.source).toBe("operator");
    return error.code;
  }
}

describe("certificate", () => {
  test("tells names, validity and issuer", () => {
    const read = readCertificate(leaf.cert + root.cert, leaf.key, Date.now());
    expect(read.names).toEqual(["site.test", "*.site.test"]);
    expect(read.issuer).toBe("CN=root.test");
    expect(read.notAfter - read.notBefore).toBe(30 * DAY);
    expect(read.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is refused with the reason", () => {
    expect(code(leaf.cert, other.key)).toBe("tls.key_mismatch");
    expect(code(root.cert + leaf.cert, root.key)).toBe("tls.chain_order");
    expect(code(leaf.cert + other.cert, leaf.key)).toBe("tls.chain_order");
    expect(code(leaf.cert, leaf.key, Date.now() + 31 * DAY)).toBe("tls.expired");
    expect(code(leaf.cert, leaf.key, Date.now() - 2 * DAY)).toBe("tls.not_yet_valid");
    expect(code(leaf.key, leaf.key)).toBe("tls.no_certificate");
    expect(code(leaf.cert, leaf.cert)).toBe("tls.bad_key");
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect(code(broken, leaf.key)).toBe("tls.bad_certificate");
  });

  test("never repeats the key in what it says", () => {
    try {
      readCertificate(leaf.cert, `${leaf.key.slice(0, 80)}!`, Date.now());
    } catch (error) {
      expect(String(error)).not.toContain(leaf.key.slice(40, 70));
    }
  });
});

describe("name index", () => {
  const index = new NameIndex<string>();
  for (const pattern of ["a.test", "*.a.test", "*.b.a.test", "*.c.test"])
    index.add(pattern, pattern);

  test("finds the exact name, else the longest pattern above it", () => {
    const expected: [string, string | null][] = [
      ["a.test", "a.test"],
      ["x.a.test", "*.a.test"],
      ["y.x.a.test", "*.a.test"],
      ["b.a.test", "*.a.test"],
      ["x.b.a.test", "*.b.a.test"],
      ["c.test", null],
      ["xa.test", null],
      ["", null],
    ];
    for (const [name, pattern] of expected) expect(index.find(name)).toBe(pattern);
  });

  test("keeps the first owner of a pattern", () => {
    expect(index.add("a.test", "late")).toBe(false);
    expect(index.find("a.test")).toBe("a.test");
  });

  test("agrees with asking every pattern", () => {
    const label = fc.constantFrom("a", "b", "c");
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const pattern = fc.oneof(
      name,
      name.map((text) => `*.${text}`),
      fc.constant("*"),
    );
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { maxLength: 8 }), name, (patterns, asked) => {
        const index = new NameIndex<string>();
        for (const pattern of patterns) index.add(pattern, pattern);
        const fits = patterns.filter(
          (p) => p === asked || p === "*" || (p.startsWith("*.") && asked.endsWith(p.slice(1))),
        );
        const best = fits.includes(asked)
          ? asked
          : (fits.toSorted((x, y) => y.length - x.length)[0] ?? null);
        expect(index.find(asked)).toBe(best);
      }),
    );
  });
});
