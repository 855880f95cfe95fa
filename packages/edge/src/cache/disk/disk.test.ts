import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@egide/std/fake-clock.ts";
import type { Fetch } from "#stream.ts";
import { type Cache, createCache } from "#cache/cache.ts";
import { FakeOrigin, settingsOf, type Visit, visit } from "#cache/fake-origin.ts";
import { type Files, nodeFiles } from "./files.ts";
import { type OpenedDisk, openDisk } from "./tier.ts";

setDefaultTimeout(30_000);

const FRESH = ["Cache-Control", "max-age=6000"];
let folder: string;
let clock: FakeClock;
let origin: FakeOrigin;
let disk: OpenedDisk;
let cache: Cache;
let get: Fetch;

/** Opens the tier as a process does when it starts, with nothing in memory. */
function restart(files: Files = nodeFiles, bytes = 1 << 26): void {
  disk = openDisk({ clock, files, path: folder, bytes, memoryObjectBytes: 65_536, pid: 1 });
  cache = createCache({ clock, memoryBytes: 1 << 22, memoryObjectBytes: 65_536, disk });
  get = cache.wrap(settingsOf(), "zone", origin.fetch);
}

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "egide-cache-"));
  clock = new FakeClock();
  origin = new FakeOrigin();
  restart();
});

afterEach(() => {
  cache.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Lets the thread pool's answers come in until `done`. */
async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!done() && performance.now() < end) await new Promise<void>((r) => setImmediate(r));
  expect(done()).toBe(true);
}

/** A visit that ends from the store, or reaches the origin and is left there. */
async function look(target = "/", headers: string[] = []): Promise<Visit> {
  const asked = origin.asked.length;
  const result = visit(get, { target, headers });
  await until(() => result.ended || result.error !== null || origin.asked.length > asked);
  return result;
}

async function prime(headers: string[], body: string, target = "/", request: string[] = []) {
  const first = await look(target, request);
  expect(first.response_).toBeNull();
  origin.last.answer(200, headers, body);
  await until(() => first.ended);
  await disk.idle();
}

function filesIn(kind: string): string[] {
  return fs
    .readdirSync(join(folder, "v1", kind), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name));
}

function noise(length: number): string {
  let seed = 7;
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(33 + (seed % 90));
  }).join("");
}

describe("a restart finds", () => {
  for (const size of [0, 5, 16_384, 16_385, 65_000, 65_537, 1_000_000]) {
    test(`a body of ${size} bytes`, async () => {
      const body = noise(size);
      await prime([...FRESH, "X-A", "é"], body);
      restart();
      const hit = await look();
      expect(hit.text === body).toBe(true);
      expect(hit.header("x-a")).toBe("é");
      expect(hit.cacheStatus).toContain("hit");
      expect(origin.asked).toHaveLength(1);
    });
  }

  test("variants, and their ages", async () => {
    await prime([...FRESH, "Vary", "Foo"], "one", "/", ["Foo", "1"]);
    await prime([...FRESH, "Vary", "Foo"], "two", "/", ["Foo", "2"]);
    clock.advance(100_000);
    restart();
    const hit = await look("/", ["Foo", "2"]);
    expect(hit.text).toBe("two");
    expect(hit.header("age")).toBe("100");
    expect((await look("/", ["Foo", "1"])).text).toBe("one");
    expect((await look("/", ["Foo", "3"])).response_).toBeNull();
  });

  test("what a 304 freshened", async () => {
    await prime(["Cache-Control", "max-age=10", "ETag", '"v"'], noise(100_000));
    clock.advance(20_000);
    const second = await look();
    origin.last.answer(304, FRESH);
    await until(() => second.ended);
    await disk.idle();
    restart();
    expect((await look()).cacheStatus).toBe("Egide; hit; ttl=6000");
  });

  test("nothing that was purged", async () => {
    await prime([...FRESH, "Cache-Tag", "a"], "x", "/1");
    await prime(FRESH, "x", "/2");
    cache.purge("zone", { kind: "tag", tag: "a" });
    restart();
    expect((await look("/1")).response_).toBeNull();
    expect((await look("/2")).text).toBe("x");
  });

  test("ranges of large bodies", async () => {
    const body = noise(300_000);
    await prime(FRESH, body);
    restart();
    const part = await look("/", ["Range", "bytes=65530-140000"]);
    expect(part.text === body.slice(65_530, 140_001)).toBe(true);
  });
});

test("a large body is read while it is written, by readers of any pace", async () => {
  const body = noise(500_000);
  const fast = await look();
  const stream = origin.last.stream(200, FRESH, body.length);
  const slow = visit(get, { stalled: true });
  for (let at = 0; at < body.length; at += 10_000) {
    stream.data(body.slice(at, at + 10_000));
    if (at === 100_000) await until(() => fast.chunks.length > 0);
  }
  stream.end();
  await until(() => fast.ended);
  await disk.idle();
  slow.response_?.body?.resume();
  await until(() => slow.ended);
  expect(fast.text === body).toBe(true);
  expect(slow.text === body).toBe(true);
  expect((await look()).text === body).toBe(true);
  expect(origin.asked).toHaveLength(1);
});

test("a body that turns out large moves to disk on the way", async () => {
  const body = noise(400_000);
  const first = await look();
  const stream = origin.last.stream(200, FRESH);
  for (let at = 0; at < body.length; at += 30_000) stream.data(body.slice(at, at + 30_000));
  stream.end();
  await until(() => first.ended);
  await disk.idle();
  restart();
  expect((await look()).text === body).toBe(true);
});

test("equal bodies share a file", async () => {
  const body = noise(50_000);
  await prime(FRESH, body, "/1");
  await prime(FRESH, body, "/2");
  expect(filesIn("b")).toHaveLength(1);
  expect(filesIn("m")).toHaveLength(2);
});

describe("damage is found, never served:", () => {
  for (const kind of ["m", "b"]) {
    test(`any byte of a file in ${kind} flipped, or the file cut`, async () => {
      const body = noise(200_000);
      await prime(FRESH, body);
      const path = filesIn(kind)[0] as string;
      const intact = fs.readFileSync(path);
      const step = Math.max(1, Math.floor(intact.length / 40));
      for (let at = 0; at < intact.length; at += step) {
        for (const cut of [false, true]) {
          const bad = cut ? intact.subarray(0, at) : Buffer.from(intact);
          if (!cut) bad[at] = (bad[at] as number) ^ 0x41;
          // In b, other attempts may have removed the file and the record with it.
          fs.writeFileSync(path, bad);
          restart();
          const result = await look();
          if (result.ended) expect(result.text === body).toBe(true);
          result.call?.cancel();
          cache.close();
        }
      }
    });
  }

  test("files that changed places", async () => {
    await prime(FRESH, "one", "/1");
    await prime(FRESH, "two", "/2");
    const [a = "", b = ""] = filesIn("m");
    fs.renameSync(a, `${folder}/x`);
    fs.renameSync(b, a);
    fs.renameSync(`${folder}/x`, b);
    restart();
    expect((await look("/1")).response_).toBeNull();
  });
});

test("stays within its bound, and removes what it evicts", async () => {
  restart(nodeFiles, 400_000);
  for (let i = 0; i < 30; i++) await prime(FRESH, noise(30_000) + i, `/${i}`);
  await disk.idle();
  expect(disk.bytes).toBeLessThanOrEqual(400_000);
  await until(() => filesIn("b").length === disk.files);
  expect(disk.files).toBeGreaterThan(5);
});

test("counts what it finds at a start, and clears away what is no use", async () => {
  await prime(FRESH, noise(30_000), "/1");
  await prime(FRESH, "x", "/2");
  const { bytes } = disk;
  const broken = join(folder, "v1", "m", "ab", "c".repeat(38));
  fs.writeFileSync(broken, "garbage");
  const orphan = join(folder, "v1", "b", "ab", "c".repeat(62));
  fs.writeFileSync(orphan, "garbage");
  fs.utimesSync(orphan, 0, 0);
  const unfinished = join(folder, "v1", "t", "9-0-1");
  fs.writeFileSync(unfinished, "garbage");
  fs.utimesSync(unfinished, 0, 0);
  restart();
  await disk.ready;
  expect(disk.bytes).toBe(bytes);
  expect(disk.files).toBe(2);
  await until(() => !fs.existsSync(broken));
  expect(fs.existsSync(orphan)).toBe(false);
  expect(fs.existsSync(unfinished)).toBe(false);
});

/** A disk on which every operation after the first `budget` bytes written fails. */
function fullAfter(budget: number): Files {
  let left = budget;
  const full = (): Error => Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  return {
    ...nodeFiles,
    write(fd, bytes, position, done) {
      const fits = bytes.length <= left;
      nodeFiles.write(fd, bytes.subarray(0, Math.min(left, bytes.length)), position, (error) => {
        done(error ?? (fits ? null : full()));
      });
      left = Math.max(0, left - bytes.length);
    },
    append(path, text) {
      if (left <= 0) throw full();
      nodeFiles.append(path, text);
    },
  };
}

describe("a full disk", () => {
  for (const budget of [0, 50, 70_000, 150_000, 310_000]) {
    test(`after ${budget} bytes harms no visitor and leaves nothing wrong`, async () => {
      restart(fullAfter(budget));
      const body = noise(300_000);
      const first = await look("/big");
      const stream = origin.last.stream(200, FRESH);
      const second = visit(get, { target: "/big" });
      for (let at = 0; at < body.length; at += 20_000) {
        stream.data(body.slice(at, at + 20_000));
        await new Promise<void>((r) => setImmediate(r));
      }
      stream.end();
      await until(() => first.ended && second.ended);
      expect(first.text === body).toBe(true);
      expect(second.text === body).toBe(true);
      const small = await look("/small");
      if (!small.ended) origin.last.answer(200, FRESH, "small");
      expect((await look("/small")).text).toBe("small");
      await disk.idle();
      restart();
      const later = await look("/big");
      if (later.ended) expect(later.text === body).toBe(true);
    });
  }

  test("that can't remember a purge forgets everything", async () => {
    await prime(FRESH, "x");
    restart(fullAfter(0));
    cache.purge("zone", { kind: "url", url: "https://example.org/none" });
    restart();
    expect((await look()).response_).toBeNull();
  });
});

test("two workers share what they store, and purges reach both", async () => {
  await prime(FRESH, "shared", "/s");
  const other = openDisk({
    clock,
    files: nodeFiles,
    path: folder,
    bytes: 1 << 26,
    memoryObjectBytes: 65_536,
    pid: 1,
    worker: 1,
    workers: 2,
  });
  const there = createCache({ clock, memoryBytes: 1 << 22, disk: other });
  const elsewhere = new FakeOrigin();
  const fetch = there.wrap(settingsOf(), "zone", elsewhere.fetch);
  const hit = visit(fetch, { target: "/s" });
  await until(() => hit.ended);
  expect(hit.text).toBe("shared");
  there.applyPurge(cache.purge("zone", { kind: "all" }));
  const missed = visit(fetch, { target: "/s" });
  await until(() => elsewhere.asked.length === 1);
  expect(missed.response_).toBeNull();
  there.close();
});

test("a successful POST removes what is on disk, without a log that visitors could grow", async () => {
  await prime(FRESH, "x");
  visit(get, { method: "POST" });
  await until(() => origin.asked.length === 2);
  origin.last.answer(200, []);
  await until(() => filesIn("m").length === 0);
  expect(fs.readdirSync(join(folder, "v1")).filter((name) => name.endsWith(".log"))).toEqual([]);
  restart();
  expect((await look()).response_).toBeNull();
});
