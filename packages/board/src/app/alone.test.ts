import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Presence } from "#app/alone.ts";

test("only the first is alone, and again whoever comes when all have left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "egide-alone-"));
  const found: boolean[] = [];
  const enter = () => Presence.enter(folder, async (alone) => void found.push(alone));
  const first = await enter();
  const second = await enter();
  first.leave();
  const third = await enter();
  second.leave();
  third.leave();
  const fourth = await enter();
  fourth.leave();
  expect(found).toEqual([true, false, false, true]);
  rmSync(folder, { recursive: true });
});

test("nobody comes in while the first puts things in order", async () => {
  const folder = mkdtempSync(join(tmpdir(), "egide-alone-"));
  const order: string[] = [];
  const tidy = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const first = Presence.enter(folder, async () => {
    began.resolve();
    await tidy.promise;
    order.push("tidied");
  });
  await began.promise;
  const second = Presence.enter(folder, async (alone) => void order.push(`second ${alone}`));
  tidy.resolve();
  for (const one of await Promise.all([first, second])) one.leave();
  expect(order).toEqual(["tidied", "second false"]);
  rmSync(folder, { recursive: true });
});
