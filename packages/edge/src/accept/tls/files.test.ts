import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { expiryStage } from "#accept/tls/expiry.ts";
import { CertificateFiles, type FilePair } from "#accept/tls/files.ts";
import { TestCertificates, type TestPair } from "#accept/tls/test-certificates.ts";

const made = new TestCertificates();
afterAll(() => made.dispose());
const first = made.selfSigned(["one.test"]);
const second = made.selfSigned(["two.test"]);
const pair: FilePair = {
  id: "zone",
  cert: join(made.dir, "live.crt"),
  key: join(made.dir, "live.key"),
};
const DAY = 86_400_000;

function put(path: string, text: string): void {
  // As certbot and ACME clients do: the whole file at once, under a new inode.
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function write({ cert, key }: TestPair): void {
  put(pair.cert, cert);
  put(pair.key, key);
}

let clock: FakeClock;
let said: string[];
let files: CertificateFiles;

beforeEach(() => {
  write(first);
  clock = new FakeClock(Date.now());
  said = [];
  files = new CertificateFiles({
    clock,
    pollMs: 1000,
    onChange: (_, certificate) => said.push(`changed ${certificate.names.join()}`),
    onProblem: ({ error }) => said.push(error.code),
    onExpiry: (_, __, stage) => said.push(stage),
  });
});

describe("certificate files", () => {
  test("are read anew when they change, and not otherwise", () => {
    expect(files.add(pair).names).toEqual(["one.test"]);
    clock.advance(5000);
    expect(said).toEqual([]);
    write(second);
    clock.advance(1000);
    clock.advance(5000);
    expect(said).toEqual(["changed two.test"]);
    files.stop();
    expect(clock.pending).toBe(0);
  });

  test("may change one after the other", () => {
    files.add(pair);
    put(pair.cert, second.cert);
    clock.advance(1000);
    put(pair.key, second.key);
    clock.advance(1000);
    expect(said).toEqual(["changed two.test"]);
  });

  test("that are no longer sound are reported once, and mended later", () => {
    files.add(pair);
    put(pair.cert, second.cert);
    clock.advance(5000);
    expect(said).toEqual(["tls.key_mismatch"]);
    rmSync(pair.key);
    clock.advance(5000);
    expect(said).toEqual(["tls.key_mismatch", "tls.file_unreadable"]);
    write(second);
    clock.advance(1000);
    expect(said.at(-1)).toBe("changed two.test");
  });

  test("that are not sound at first are refused", () => {
    put(pair.key, second.key);
    expect(() => files.add(pair)).toThrow(AppError);
    expect(clock.pending).toBe(0);
    expect(() => files.add({ ...pair, key: join(made.dir, "none") })).toThrow("ENOENT");
  });

  test("are reported as their end comes near, each stage once", () => {
    files.add(pair);
    for (let day = 0; day < 31; day++) {
      clock.jump(DAY);
      clock.advance(1000);
    }
    expect(said).toEqual(["soon", "urgent", "expired"]);
  });

  test("count their stages in fractions of the lifetime", () => {
    const life = { notBefore: 0, notAfter: 90 * DAY };
    expect(expiryStage(life, 71 * DAY)).toBe("fine");
    expect(expiryStage(life, 73 * DAY)).toBe("soon");
    expect(expiryStage(life, 85 * DAY)).toBe("urgent");
    expect(expiryStage(life, 90 * DAY)).toBe("expired");
  });
});
