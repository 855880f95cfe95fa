import { expect, test } from "bun:test";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { FakeOrigin, settingsOf, visit } from "./fake-origin.ts";
import { openCache } from "./open.ts";

function open(worker: number, path: string | null, failures: unknown[] = []) {
  return openCache({
    clock: systemClock,
    memoryBytes: 1 << 22,
    disk: path === null ? null : { path, bytes: 1 << 24 },
    worker,
    workers: 2,
    onDiskFailure: (error) => failures.push(error),
  });
}

test("a purge in one worker reaches the others of its process", async () => {
  const caches = [open(0, null), open(1, null)] as const;
  const origin = new FakeOrigin();
  const there = caches[1].wrap(settingsOf(), "zone", origin.fetch);
  visit(there);
  origin.last.answer(200, ["Cache-Control", "max-age=60"], "x");
  expect(visit(there).text).toBe("x");
  caches[0].purge("zone", { kind: "all" });
  const end = performance.now() + 5000;
  while (visit(there).ended && performance.now() < end) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  expect(visit(there).response_).toBeNull();
  for (const cache of caches) cache.close();
});

test("a disk that can't be used is told of, and done without", () => {
  const file = join(fs.mkdtempSync(join(tmpdir(), "egide-open-")), "file");
  fs.writeFileSync(file, "");
  const failures: unknown[] = [];
  const cache = open(0, join(file, "below"), failures);
  expect(failures).toHaveLength(1);
  const origin = new FakeOrigin();
  const get = cache.wrap(settingsOf(), "zone", origin.fetch);
  visit(get);
  origin.last.answer(200, ["Cache-Control", "max-age=60"], "x");
  expect(visit(get).text).toBe("x");
  cache.close();
});
