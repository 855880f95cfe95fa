import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "bun";
import { DiskStore } from "#media/store/disk.ts";
import { fileName, filePath, parseFileName } from "#media/store/name.ts";
import { S3Store } from "#media/store/s3.ts";
import { Sealing } from "#media/store/sealing.ts";
import type { MediaFile, MediaStore } from "#media/store/store.ts";
import { sweepOrphans, sweepTemp } from "#media/store/sweep.ts";
import { fakeS3 } from "#media/testing/fake-s3.ts";

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

function file(digit: string, thumb = false): MediaFile {
  return { sha256: digit.repeat(64), kind: "png", thumb };
}

async function put(store: MediaStore, what: MediaFile, content: string): Promise<void> {
  const path = join(root, `up-${crypto.randomUUID()}`);
  await Bun.write(path, content);
  await store.put(what, path);
}

async function hashes(store: MediaStore): Promise<readonly string[]> {
  const out: string[] = [];
  for await (const { sha256, sealed } of store.list()) {
    out.push(`${sha256[0]}${sealed ? " sealed" : ""}`);
  }
  return out.toSorted();
}

for (const [name, store] of Object.entries(STORES)) {
  describe(`a store on ${name}`, () => {
    test("keeps, seals, gives back and removes", async () => {
      expect(await store.open(file("a"))).toBeNull();
      await put(store, file("a"), "picture");
      await put(store, file("a"), "picture");
      await put(store, file("a", true), "thumb");
      expect(await (await store.open(file("a")))?.text()).toBe("picture");
      expect(await (await store.open(file("a", true)))?.text()).toBe("thumb");

      await store.seal(file("a").sha256, "png");
      await store.seal(file("a").sha256, "png");
      expect(await store.open(file("a"))).toBeNull();
      expect(await store.open(file("a", true))).toBeNull();
      expect(Buffer.from((await store.openSealed(file("a"))) as Uint8Array).toString()).toBe(
        "picture",
      );
      expect(await hashes(store)).toEqual(["a sealed", "a sealed"]);

      await store.unseal(file("a").sha256, "png");
      expect(await (await store.open(file("a", true)))?.text()).toBe("thumb");
      expect(await store.openSealed(file("a"))).toBeNull();

      await store.remove(file("a").sha256, "png");
      await store.remove(file("a").sha256, "png");
      expect(await store.open(file("a"))).toBeNull();
      expect(await hashes(store)).toEqual([]);
    });

    test("files that no row names are swept once they are old, sealed ones too", async () => {
      for (const digit of ["b", "c", "d"]) await put(store, file(digit), digit);
      await put(store, file("c", true), "t");
      await store.seal(file("d").sha256, "png");
      const named = async (): Promise<ReadonlySet<string>> => new Set([file("b").sha256]);
      expect(await sweepOrphans(store, named, Date.now(), 3_600_000)).toBe(0);
      expect(await sweepOrphans(store, named, Date.now() + 7_200_000, 3_600_000)).toBe(2);
      expect(await hashes(store)).toEqual(["b"]);
      await store.remove(file("b").sha256, "png");
    });
  });
}

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
