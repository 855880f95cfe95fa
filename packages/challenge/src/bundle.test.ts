import { expect, test } from "bun:test";
import { bundle, generatedPath, SCRIPTS } from "#bundle.ts";

test.each([...SCRIPTS])(
  "the committed %s script is that of its sources, and small",
  async (name) => {
    const committed = await Bun.file(generatedPath(name)).text();
    expect(committed).toBe(await bundle(name));
    expect(committed.length).toBeLessThan(12_000);
  },
);
