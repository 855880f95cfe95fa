import { systemClock } from "@egide/std/clock.ts";
import { createCache } from "#cache/cache.ts";
import { FakeOrigin, settingsOf, visit } from "#cache/fake-origin.ts";
import { nodeFiles } from "./files.ts";
import { openDisk } from "./tier.ts";

/** What `/<i>` holds in a round: of very different sizes, and no two alike. */
export function bodyOf(i: number, round: number): string {
  const line = `${i}:${round};`;
  return line.repeat(1 + ((i * 7919 + round * 104_729) % 40_000));
}

/** Stores 64 URLs anew in each round, so that a test can kill whoever does it. */
export async function storeEndlessly(folder: string, rounds = Number.POSITIVE_INFINITY) {
  const disk = openDisk({
    clock: systemClock,
    files: nodeFiles,
    path: folder,
    bytes: 1 << 28,
    memoryObjectBytes: 65_536,
    pid: process.pid,
  });
  const cache = createCache({ clock: systemClock, memoryBytes: 1 << 24, disk });
  const origin = new FakeOrigin();
  const get = cache.wrap(settingsOf({ collapse: { enabled: false } }), "zone", origin.fetch);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 64; i++) {
      const asked = origin.asked.length;
      const result = visit(get, { target: `/${i}`, headers: ["Cache-Control", "no-cache"] });
      while (origin.asked.length === asked) await new Promise<void>((r) => setImmediate(r));
      const body = bodyOf(i, round);
      origin.last.answer(200, ["Cache-Control", "max-age=6000", "X-Round", String(round)], body);
      while (!result.ended) await new Promise<void>((r) => setImmediate(r));
      origin.asked.length = 0;
    }
    await Bun.write(Bun.stdout, ".");
    if (round % 2 === 1) await disk.idle();
  }
  await disk.idle();
  cache.close();
}

if (import.meta.main) await storeEndlessly(process.argv[2] as string);
