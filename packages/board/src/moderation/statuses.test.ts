import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { MODERATION_STATUSES } from "#moderation/statuses.ts";

test("the page of error codes tells these statuses", () => {
  const page = new URL("../../../../docs/reference/errors.md", import.meta.url);
  const rows = readFileSync(page, "utf8").matchAll(/^\| `(\w+\.\w+)` +\| (\d{3}) +\|/gm);
  const told = new Map([...rows].map(([, code, status]) => [code, Number(status)]));
  for (const [code, status] of Object.entries(MODERATION_STATUSES)) {
    expect([code, told.get(code)]).toEqual([code, status]);
  }
});
