import { expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { boardSettingsSchema, DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { openStore } from "#store/open.ts";

onEachEngine("the board's tables", (fresh) => {
  test("are made on a fresh database and left alone on a used one", async () => {
    const url = await fresh();
    const board = {
      uri: "b",
      title: "Random",
      subtitle: "",
      state: "open" as const,
      ownerId: null,
      createdAt: 1,
      settings: "{}",
      lastNo: 0,
      rulesVersion: 1,
      version: 1,
      lastPostAt: null,
      listed: 1,
    };
    const first = await openStore(url);
    await first.kysely.insertInto("board").values(board).execute();
    await first.close();
    const second = await openStore(url);
    const rows = await second.kysely.selectFrom("board").selectAll().execute();
    await second.close();
    expect(rows).toEqual([{ id: 1, ...board }]);
  });
});

test("settings that are missing have defaults", () => {
  expect(boardSettingsSchema.parse({ bumpLimit: 5 })).toEqual({
    ...DEFAULT_BOARD_SETTINGS,
    bumpLimit: 5,
  });
  expect(instanceSettingsSchema.parse({}).boardCreation).toBe("approval");
});
