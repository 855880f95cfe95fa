import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { startBoard } from "#app.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";

const folder = mkdtempSync(join(tmpdir(), "egide-swept-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("files that are swept are forgotten by the edge, which would keep them for a year", async () => {
  const clock = new FakeClock(Date.now());
  const sha256 = "b".repeat(64);
  const told = new Set<string>();
  const app = await startBoard({
    database: `sqlite:${join(folder, "board.db")}`,
    media: join(folder, "media"),
    secret: new Uint8Array(32).fill(4),
    settings: instanceSettingsSchema.parse({ url: "https://board.test" }),
    origins: ["https://board.test"],
    trusted: new CidrSet([]),
    clock,
    edge: {
      async forget(tags) {
        for (const tag of tags) told.add(tag);
        return true;
      },
      purge: async () => clock.now(),
    },
    report: (error) => {
      throw error;
    },
  });
  const path = join(folder, "upload");
  writeFileSync(path, "x");
  await app.site.media.put({ sha256, kind: "png", thumb: false }, path);
  const heard = new Set<string>();
  app.site.threads.events.subscribe(null, null, ({ media = [] }) => {
    for (const one of media) heard.add(one);
  });
  while ((await app.site.media.open({ sha256, kind: "png", thumb: false })) !== null) {
    clock.advance(3_600_000);
    await new Promise(setImmediate);
  }
  // By an event that all processes on these records hear: each may have an edge of its own.
  while (!(told.has(`media-${sha256}`) && heard.has(sha256))) {
    clock.advance(200);
    await new Promise(setImmediate);
  }
  expect([...heard]).toEqual([sha256]);
  await app.stop();
}, 20_000);
