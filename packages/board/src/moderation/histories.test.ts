import { test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import fc from "fast-check";
import { Model } from "#moderation/testing/history/model.ts";
import type { History } from "#moderation/testing/history/history.ts";
import { play, type Step, WEIGHTED } from "#moderation/testing/history/steps.ts";
import { checkAll, checkRecords } from "#moderation/testing/history/truths.ts";
import { openWorld, type World } from "#moderation/testing/history/world.ts";

/** Histories of each engine: the same few each time; `EGIDE_HISTORIES=2000` looks at others. */
const RUNS = Number(process.env["EGIDE_HISTORIES"] ?? 0);
const STEPS = 60;

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom(...WEIGHTED),
  a: fc.nat(999),
  b: fc.nat(999),
  c: fc.nat(999),
});

/** Long ones as likely as short ones; a failing one is cut down to what it takes. */
const steps = fc.noBias(fc.array(step, { minLength: 1, maxLength: STEPS, size: "max" }));

async function waiting({ store }: World): Promise<ReadonlySet<number>> {
  const rows = await store.kysely
    .selectFrom("queue_item")
    .select("postId")
    .where("waiting", "=", 1)
    .execute();
  return new Set(rows.map(({ postId }) => postId));
}

async function live(url: string, steps: readonly Step[]): Promise<void> {
  const world = await openWorld(url);
  const history: History = { world, model: new Model(), receipts: [], written: 0 };
  const said: string[] = [];
  try {
    for (const one of steps) {
      const before = await waiting(world);
      const outcome = await play(history, one);
      if (outcome === null) continue;
      said.push(`${one.op}: ${outcome.said}`);
      await world.settle();
      await checkAll(history, before, outcome);
    }
    await checkRecords(history);
  } catch (error) {
    throw new Error(`after\n  ${said.join("\n  ")}\n${String(error)}`, { cause: error });
  } finally {
    await world.close();
  }
}

onEachEngine("any history of a board", (fresh, engine) => {
  const few = engine === "sqlite" ? 12 : 3;
  test(
    "leaves what is out of sight out of sight, what is decided told, and what is held kept",
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (steps) => live(await fresh(), steps)),
        RUNS === 0 ? { numRuns: few, seed: 1 } : { numRuns: RUNS },
      );
    },
    RUNS === 0 ? 120_000 : 86_400_000,
  );
});
