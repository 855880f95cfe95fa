import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyFiles } from "#media/store/copy.ts";
import { DiskStore } from "#media/store/disk.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaFile, MediaStore } from "#media/store/store.ts";
import { type NamedFiles, type Swept, sweepOrphans } from "#media/store/sweep.ts";

const root = mkdtempSync(join(tmpdir(), "egide-store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

export function file(digit: string, thumb = false): MediaFile {
  return { sha256: digit.repeat(64), kind: "png", thumb };
}

export async function put(store: MediaStore, what: MediaFile, content: string): Promise<void> {
  const path = join(root, `up-${crypto.randomUUID()}`);
  await Bun.write(path, content);
  await store.put(what, path);
}

export async function hashes(store: MediaStore): Promise<readonly string[]> {
  const out: string[] = [];
  for await (const { sha256, sealed } of store.list()) {
    out.push(`${sha256[0]}${sealed ? " sealed" : ""}`);
  }
  return out.toSorted();
}

/** What every store does, wherever its files lie. `sealing` is the store's own. */
export function storeSuite(name: string, store: MediaStore, sealing: Sealing): void {
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

    test("keeps a picture and its thumbnail at once", async () => {
      const path = join(root, `up-${crypto.randomUUID()}`);
      await Bun.write(path, "picture");
      await Bun.write(`${path}.t`, "thumb");
      await store.put(file("f"), path, `${path}.t`);
      expect(await (await store.open(file("f")))?.text()).toBe("picture");
      expect(await (await store.open(file("f", true)))?.text()).toBe("thumb");
      expect(await hashes(store)).toEqual(["f", "f"]);
      await store.remove(file("f").sha256, "png");
    });

    test("files that no row names are swept once they are old, sealed ones too", async () => {
      for (const digit of ["b", "c", "d"]) await put(store, file(digit), digit);
      await put(store, file("c", true), "t");
      await store.seal(file("d").sha256, "png");
      const named: NamedFiles = async () => new Map([[file("b").sha256, "stored"]]);
      expect(await sweepOrphans(store, named, Date.now(), 3_600_000)).toHaveLength(0);
      expect(await sweepOrphans(store, named, Date.now() + 7_200_000, 3_600_000)).toHaveLength(2);
      expect(await hashes(store)).toEqual(["b"]);
      await store.remove(file("b").sha256, "png");
    });

    test("what is sealed and was sent again is sealed again, and nothing else is touched", async () => {
      for (const digit of ["b", "c", "d"]) await put(store, file(digit), digit);
      for (const digit of ["b", "c"]) await store.seal(file(digit).sha256, "png");
      await put(store, file("c"), "c");
      const named: NamedFiles = async () =>
        new Map([
          [file("b").sha256, "sealed"],
          [file("c").sha256, "sealed"],
          [file("d").sha256, "stored"],
        ]);
      expect(await sweepOrphans(store, named, Date.now() + 7_200_000, 3_600_000)).toHaveLength(0);
      expect(await hashes(store)).toEqual(["b sealed", "c sealed", "d"]);
      for (const digit of ["b", "c", "d"]) await store.remove(file(digit).sha256, "png");
    });

    test("a file that is posted while others are swept stays", async () => {
      for (const digit of ["b", "c"]) await put(store, file(digit), digit);
      const posted = new Map<string, "stored">();
      let asked = 0;
      const named: NamedFiles = async () => {
        const known = new Map(posted);
        // Right after the first answer, which knew nothing of it.
        if (asked++ === 0) posted.set(file("c").sha256, "stored");
        return known;
      };
      expect(await sweepOrphans(store, named, Date.now() + 7_200_000, 3_600_000)).toHaveLength(1);
      expect(await hashes(store)).toEqual(["c"]);
      await store.remove(file("c").sha256, "png");
    });

    test("a file that was sent again since it was listed stays, also before a row names it", async () => {
      await put(store, file("b"), "b");
      const listed: Swept = {
        async *list() {
          for await (const one of store.list()) yield { ...one, modified: 0 };
        },
        modified: (one) => store.modified(one),
        seal: (sha256, kind) => store.seal(sha256, kind),
        remove: (sha256, kind) => store.remove(sha256, kind),
      };
      const named: NamedFiles = async () => new Map();
      expect(await sweepOrphans(listed, named, Date.now(), 3_600_000)).toHaveLength(0);
      expect(await hashes(store)).toEqual(["b"]);
      expect(await sweepOrphans(listed, named, Date.now() + 7_200_000, 3_600_000)).toHaveLength(1);
      expect(await store.modified(file("b"))).toBeNull();
    });

    test("what was copied open and sealed since is sealed where it went, too", async () => {
      const disk = new DiskStore(join(root, `late-${name}`), sealing);
      const temp = join(root, `late-${name}`, "temp");
      for (const digit of ["a", "e"]) await put(disk, file(digit), digit);
      await put(disk, file("e", true), "small");
      await copyFiles(disk, store, temp);
      await disk.seal(file("e").sha256, "png");
      await copyFiles(disk, store, temp);
      expect(await hashes(store)).toEqual(["a", "e sealed", "e sealed"]);
      // Put back by a run that was broken off: its sealed copy is known already.
      await put(store, file("e"), "e");
      expect(await copyFiles(disk, store, temp)).toEqual({ copied: 0, known: 3 });
      expect(await store.open(file("e"))).toBeNull();
      const opened = (await store.openSealed(file("e"))) as Uint8Array;
      expect(Buffer.from(opened).toString()).toBe("e");
      for (const digit of ["a", "e"]) await store.remove(file(digit).sha256, "png");
    });

    test("files move from a disk to it and back, sealed ones sealed, and again costs nothing", async () => {
      const disk = new DiskStore(join(root, `from-${name}`), sealing);
      const temp = join(root, `from-${name}`, "temp");
      await put(disk, file("a"), "picture");
      await put(disk, file("a", true), "thumb");
      await put(disk, file("e"), "secret");
      await disk.seal(file("e").sha256, "png");
      expect(await copyFiles(disk, store, temp)).toEqual({ copied: 3, known: 0 });
      expect(await copyFiles(disk, store, temp)).toEqual({ copied: 0, known: 3 });
      expect(await hashes(store)).toEqual(["a", "a", "e sealed"]);
      expect(await store.open(file("e"))).toBeNull();
      const back = new DiskStore(join(root, `to-${name}`), sealing);
      expect(await copyFiles(store, back, join(root, `to-${name}`, "temp"))).toEqual({
        copied: 3,
        known: 0,
      });
      expect(await (await back.open(file("a", true)))?.text()).toBe("thumb");
      const opened = (await back.openSealed(file("e"))) as Uint8Array;
      expect(Buffer.from(opened).toString()).toBe("secret");
      for (const digit of ["a", "e"]) await store.remove(file(digit).sha256, "png");
      expect(await hashes(store)).toEqual([]);
    });
  });
}
