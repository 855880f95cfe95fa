import { afterEach, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { Limits } from "#filter/limits.ts";
import { openFilters } from "#filter/open.ts";
import { testParts } from "#media/testing/parts.ts";
import { filterSettingsSchema } from "#settings/filter.ts";
import type { DraftFile } from "#thread/posting/draft.ts";
import { draftOf, fileOf, type Rig, threadRig } from "#thread/testing/rig.ts";

/*
 * Several processes, each with guards of its own, on the same records: nobody gains by going from one
 * door to the next, nor by knocking at all of them at once.
 */
const LONG =
  "The old gardener carried the green lantern over the narrow bridge before the bells rang.";

onEachEngine("guards of several processes", (fresh) => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function doors(count: number, more: Parameters<typeof filterSettingsSchema.parse>[0] = {}) {
    const url = await fresh();
    const files = testParts({ ffmpeg: false });
    closing.push(() => files.stop());
    const rigs: (Rig & { ticket(): string })[] = [];
    for (let i = 0; i < count; i++) {
      const guards: Rig["guards"][number][] = [];
      const afterWrite: Rig["afterWrite"][number][] = [];
      const rig = await threadRig(url, { guards, afterWrite });
      closing.push(() => rig.close());
      const { store, clock } = rig;
      const secret = new Uint8Array(32).fill(3);
      const filters = await openFilters({
        store,
        clock,
        media: files.store,
        secret,
        limits: new Limits(store, clock, secret),
        settings: filterSettingsSchema.parse(more),
      });
      guards.push(...filters.guards);
      afterWrite.push(filters.afterWrite);
      rigs.push({ ...rig, ticket: () => filters.proof.wait(null, "").ticket });
    }
    await (rigs[0] as Rig).board("b");
    return rigs;
  }

  let people = 0;
  const poster = (more: Partial<ReturnType<typeof draftOf>["poster"]> = {}) => {
    people += 1;
    const own = { sessionHash: `session ${people}`, prefixHash: `prefix ${people}` };
    return { ...draftOf("b").poster, ...own, ...more };
  };
  const said = async (
    rig: Rig,
    draft: Parameters<Rig["write"]>[0],
    files: readonly DraftFile[] = [],
  ): Promise<string> =>
    rig.write({ poster: poster(), ...draft }, files).then(
      () => "taken",
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const tally = (answers: readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
    return counts;
  };

  test("a session posts no more for using all of them", async () => {
    const rigs = await doors(3);
    const one = poster();
    const answers = await Promise.all(
      [...rigs, ...rigs].map((rig, i) => said(rig, { poster: one, text: `word ${i}` })),
    );
    expect(tally(answers)).toEqual({ taken: 2, "filter.flood": 4 });
    // What was refused left nothing behind.
    const [first] = rigs as readonly Rig[] as [Rig];
    const rows = await first.store.kysely.selectFrom("post").select("no").orderBy("no").execute();
    expect(rows.map(({ no }) => no)).toEqual([1, 2]);
  }, 30_000);

  test("a neighbourhood posts no more for using all of them", async () => {
    const rigs = await doors(2, { prefix: { seconds: 60, burst: 5 } });
    const answers: string[] = [];
    for (let i = 0; i < 10; i++) {
      const one = poster({ prefixHash: "street" });
      answers.push(await said(rigs[i % 2] as Rig, { poster: one, text: `word ${i}` }));
    }
    expect(tally(answers)).toEqual({ taken: 5, "filter.flood": 5 });
  }, 30_000);

  test("the same text is known behind the other door, also when it comes to both at once", async () => {
    const [one, two] = (await doors(2)) as readonly Rig[] as [Rig, Rig];
    expect(await said(one, { text: LONG })).toBe("taken");
    expect(await said(two, { text: LONG.toUpperCase() })).toBe("filter.duplicate_text");
    const again = `${LONG} And once more.`;
    const answers = await Promise.all(
      [one, two, one, two].map((rig) => said(rig, { text: again })),
    );
    expect(tally(answers)).toEqual({ taken: 1, "filter.duplicate_text": 3 });
  }, 30_000);

  test("the same file is, too, where a board minds", async () => {
    const [one, two] = (await doors(2, { duplicateFilesRefused: true })) as readonly Rig[] as [
      Rig,
      Rig,
    ];
    expect(await said(one, { text: "a" }, [fileOf("a"), fileOf("a")].slice(0, 1))).toBe("taken");
    expect(await said(two, { text: "b" }, [fileOf("a")])).toBe("filter.duplicate_file");
    expect(await said(two, { text: "c" }, [fileOf("b")])).toBe("taken");
  }, 30_000);

  test("a ticket is spent once, at whichever door, and kept where the post was refused", async () => {
    const rigs = await doors(2, { proofOfNewcomers: true });
    const [one, two] = rigs as [(typeof rigs)[number], (typeof rigs)[number]];
    const proof = { ticket: one.ticket(), answer: "" };
    for (const rig of rigs) rig.clock.advance(20_000);
    // Refused for another reason: it is good still.
    expect(await said(two, { text: "", proof })).toBe("board.empty");
    const answers = await Promise.all(
      [one, two, one, two].map((rig, i) => said(rig, { text: `word ${i}`, proof })),
    );
    expect(tally(answers)).toEqual({ taken: 1, "filter.proof_failed": 3 });
    expect(await said(two, { text: "later", proof })).toBe("filter.proof_failed");
  }, 30_000);
});
