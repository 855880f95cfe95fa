import { expect, setDefaultTimeout, test } from "bun:test";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { createCache } from "#cache/cache.ts";
import { FakeOrigin, settingsOf, visit } from "#cache/fake-origin.ts";
import { nodeFiles } from "./files.ts";
import { bodyOf, storeEndlessly } from "./store-endlessly.ts";
import { openDisk } from "./tier.ts";

setDefaultTimeout(60_000);

/** Kills a process that stores without pause, then looks at everything it may have left. */
async function killAndLook(folder: string, bytes: number): Promise<number> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "store-endlessly.ts"), folder], {
    stdout: "pipe",
    stderr: "inherit",
  });
  // It reports each round once all of it is handed to the tier; killed while it is writing.
  const reader = child.stdout.getReader();
  for (let seen = 0; seen < bytes; ) seen += (await reader.read()).value?.length ?? bytes;
  child.kill("SIGKILL");
  await child.exited;
  const disk = openDisk({
    clock: systemClock,
    files: nodeFiles,
    path: folder,
    bytes: 1 << 28,
    memoryObjectBytes: 65_536,
    pid: 2,
  });
  await disk.ready;
  const cache = createCache({ clock: systemClock, memoryBytes: 1 << 24, disk });
  const origin = new FakeOrigin();
  const get = cache.wrap(settingsOf(), "zone", origin.fetch);
  let found = 0;
  for (let i = 0; i < 64; i++) {
    const asked = origin.asked.length;
    const result = visit(get, { target: `/${i}` });
    while (!result.ended && result.error === null && origin.asked.length === asked) {
      await new Promise<void>((r) => setImmediate(r));
    }
    if (!result.ended) continue;
    found++;
    const round = Number(result.header("x-round"));
    expect(result.text === bodyOf(i, round)).toBe(true);
  }
  cache.close();
  return found;
}

test("kill -9 while writing: what is found is whole and belongs together", async () => {
  const folder = fs.mkdtempSync(join(tmpdir(), "egide-kill-"));
  let found = 0;
  for (const bytes of [1, 4, 9]) found += await killAndLook(folder, bytes);
  expect(found).toBeGreaterThan(0);
  fs.rmSync(folder, { recursive: true, force: true });
});

test("a file system of 1 MB runs full: what is found is whole", async () => {
  const folder = fs.mkdtempSync(join(tmpdir(), "egide-tmpfs-"));
  const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder]);
  // Without root, the failing file layer of disk.test.ts has to do.
  if (mounted.exitCode === 0) {
    try {
      await storeEndlessly(folder, 3);
      expect(await killAndLook(folder, 2)).toBeGreaterThanOrEqual(0);
    } finally {
      Bun.spawnSync(["umount", folder]);
    }
  }
  fs.rmSync(folder, { recursive: true, force: true });
});
