import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "bun";
import { DiskStore } from "#media/store/disk.ts";
import { fileName, filePath, parseFileName } from "#media/store/name.ts";
import { S3Store } from "#media/store/s3.ts";
import { Sealing } from "#media/store/sealing.ts";
import type { MediaStore } from "#media/store/store.ts";
import { sweepTemp } from "#media/store/sweep.ts";
import { fakeS3 } from "#media/testing/fake-s3.ts";
import { file, hashes, put, storeSuite } from "#media/testing/store-suite.ts";

const root = mkdtempSync(join(tmpdir(), "egide-store-"));
const s3 = fakeS3();
afterAll(() => {
  void s3.server.stop(true);
  rmSync(root, { recursive: true, force: true });
});

const sealing = new Sealing(new Uint8Array(32).fill(1));
const client = new S3Client({
  endpoint: s3.server.url.href,
  bucket: "media",
  accessKeyId: "a",
  secretAccessKey: "b",
});
const STORES: Readonly<Record<string, MediaStore>> = {
  disk: new DiskStore(join(root, "disk"), sealing),
  S3: new S3Store(client, sealing),
};

for (const [name, store] of Object.entries(STORES)) storeSuite(name, store, sealing);

test("what is sealed can't be read without the secret, nor under another name, nor changed", () => {
  const closed = sealing.close("a.png", Buffer.from("picture"));
  expect(closed.includes("picture")).toBe(false);
  expect(sealing.open("a.png", closed).toString()).toBe("picture");
  expect(() => sealing.open("b.png", closed)).toThrow();
  expect(() => new Sealing(new Uint8Array(32)).open("a.png", closed)).toThrow();
  closed[20] = (closed[20] as number) ^ 1;
  expect(() => sealing.open("a.png", closed)).toThrow();
});

test("a bucket of more files than one page lists is listed whole", async () => {
  const store = STORES["S3"] as MediaStore;
  for (const digit of "0123456789") await put(store, file(digit), digit);
  expect(await hashes(store)).toEqual(Array.from("0123456789"));
});

test("what uploads left behind goes", async () => {
  const folder = join(root, "disk", "temp");
  await Bun.write(join(folder, "old", "input"), "x");
  await Bun.write(join(folder, "new"), "x");
  utimesSync(join(folder, "old"), 0, 0);
  expect(await sweepTemp(folder, Date.now(), 3_600_000)).toBe(1);
  expect(readdirSync(folder)).toEqual(["new"]);
  expect(await sweepTemp(join(root, "nowhere"), Date.now(), 0)).toBe(0);
});

test("names", () => {
  for (const thumb of [false, true]) {
    expect(parseFileName(fileName(file("e", thumb)))).toEqual(file("e", thumb));
  }
  expect(filePath(file("e"))).toBe(`ee/ee/${"e".repeat(64)}.png`);
  for (const name of ["../x.png", `${"e".repeat(64)}.svg`, `${"E".repeat(64)}.png`, "e.png", ""]) {
    expect(parseFileName(name)).toBeNull();
  }
});
