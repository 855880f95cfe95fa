import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { type Mover, openMover } from "#app/move.ts";
import type { ImportOrder } from "#move/run/context.ts";
import type { Refused, Source } from "#move/source/record.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";

/** An installation to bring boards into, with a clock that stands. */
export interface MoveRig extends Mover {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly refused: Refused[];
  order(source: Source, more?: Partial<ImportOrder>): ImportOrder;
  close(): Promise<void>;
}

export const NOW = 1_710_000_000_000;

export async function moveRig(database?: string): Promise<MoveRig> {
  const folder = await mkdtemp(join(tmpdir(), "egide-move-"));
  const clock = new FakeClock();
  clock.jump(NOW - clock.now());
  const mover = await openMover({
    database: database ?? `sqlite:${join(folder, "board.db")}`,
    media: join(folder, "media"),
    secret: new Uint8Array(32).fill(9),
    settings: instanceSettingsSchema.parse({}),
    clock,
  });
  const refused: Refused[] = [];
  return {
    ...mover,
    folder,
    clock,
    refused,
    order: (source, more = {}) => ({
      source,
      name: source.name,
      media: null,
      boards: null,
      rename: new Map(),
      addresses: "hash",
      dryRun: false,
      refuse: (entry) => refused.push(entry),
      progress: () => undefined,
      ...more,
    }),
    async close() {
      await mover.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What it throws, in words. */
export async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs `work` again and again, each time cut off at the next of its transactions; answers how often. */
export async function cutAtEach(
  { importing }: MoveRig,
  work: (context: MoveRig["importing"]) => Promise<unknown>,
): Promise<number> {
  const { store } = importing;
  for (let cuts = 0; cuts < 60; cuts++) {
    let writes = 0;
    const transaction = ((write) => {
      if (writes++ === cuts) throw new Error("cut off");
      return store.transaction(write);
    }) as typeof store.transaction;
    const fault = await faultOf(work({ ...importing, store: { ...store, transaction } }));
    if (fault === "none") return cuts;
    if (fault !== "cut off") throw new Error(fault);
  }
  throw new Error("it never came to its end");
}
