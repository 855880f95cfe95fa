import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "#board/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "egide-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): ReturnType<typeof readSettings> {
  writeFileSync(join(folder, "board.json"), text);
  return readSettings("board.json", folder);
}

test("what is left out stays out: the board has its own defaults", async () => {
  expect(await read(`{ "name": "Cats", "filters": { "linksMost": 3 } }`)).toEqual({
    name: "Cats",
    filters: { linksMost: 3 },
  } as never);
});

test.each([
  [`{ "boardCreation": "sometimes" }`, "boardCreation: "],
  [`{ "addressHours": -3, "language": "de" }`, "addressHours: "],
  [`{ "addressHours": -3, "language": "de" }`, "language: "],
  [`{ "nmae": "Cats" }`, "nmae"],
  [`{ "provider": { "onCal": {} } }`, "onCal"],
  [`[1]`, "board.json is not possible"],
  [`{ "name": `, "can't be read as JSON"],
])("%s is refused, naming %p", async (text, named) => {
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "cli.bad_settings" });
  expect((error as Error).message).toContain(named);
});

test("a file that is not there is refused with its name", async () => {
  const error = await readSettings("nothing.json", folder).catch((thrown: unknown) => thrown);
  expect((error as Error).message).toContain("nothing.json");
});
