import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { REFERENCE, referenceFiles } from "#reference/files.ts";

for (const [name, text] of referenceFiles()) {
  test(`docs/reference/${name} is current (else: npm run reference)`, () => {
    expect(readFileSync(new URL(name, REFERENCE), "utf8") === text).toBe(true);
  });
}
