import { expect, test } from "bun:test";
import { migrate } from "@egide/sql/migrate.ts";
import { openDatabase } from "@egide/sql/open.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { sql } from "kysely";
import { boardSettingsSchema, DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { insertBoard } from "#store/boards.ts";
import { MIGRATIONS } from "#store/migrations.ts";
import { openStore } from "#store/open.ts";
import { insertPost } from "#store/posts.ts";
import type { Tables } from "#store/tables.ts";

const BOARD = { uri: "b", title: "b", subtitle: "", state: "open", ownerId: null } as const;
const POST = {
  createdAt: 0,
  name: "",
  trip: null,
  capcode: null,
  subject: "",
  sage: 0,
  text: "",
  html: "",

  posterId: null,
  country: null,
  sessionHash: null,
  addressHash: null,
  prefixHash: null,

  addressPeriod: null,
  deletion: null,
  state: "held" as const,
  editedAt: null,
  editedBy: null,

  files: "[]",
  backlinks: "[]",
  dice: "[]",
  version: 1,
} as const;

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

onEachEngine("what lists found before", (fresh) => {
  test("is kept with the files that were sealed for it, or stands for its post alone", async () => {
    const url = await fresh();
    const old = openDatabase<Tables>(url);
    const before = MIGRATIONS.filter(({ name }) => name !== "0065-found-files");
    await migrate(old, before);
    const db = old.kysely;
    const id = await insertBoard(db, { ...BOARD, settings: {}, listed: true }, 1);
    for (const no of [1, 2]) await insertPost(db, { ...POST, boardId: id, no, threadNo: 1 });
    const none = { pdq: null, width: 1, height: 1, durationMs: null, thumb: null };
    const file = { ...none, md5: "", kind: "png", bytes: 1, createdAt: 0 } as const;
    for (const [position, state] of (["sealed", "stored"] as const).entries()) {
      const sha256 = String(position).repeat(64);
      await db
        .insertInto("media")
        .values({ ...file, sha256, state })
        .execute();
      const link = { postId: 1, position, sha256, originalHash: sha256, filename: "a", spoiler: 0 };
      await db.insertInto("post_media").values(link).execute();
    }
    for (const [postId, at] of [
      [1, 5],
      [2, 6],
    ] as const) {
      await sql`insert into detection ("postId", at) values (${postId}, ${at})`.execute(db);
    }
    await old.close();
    const store = await openStore(url);
    const found = await store.kysely.selectFrom("detection").selectAll().orderBy("at").execute();
    await store.close();
    expect(found).toEqual([
      { postId: 1, sha256: "0".repeat(64), at: 5 },
      { postId: 2, sha256: "", at: 6 },
    ]);
  });
});

test("settings that are missing have defaults", () => {
  expect(boardSettingsSchema.parse({ bumpLimit: 5 })).toEqual({
    ...DEFAULT_BOARD_SETTINGS,
    bumpLimit: 5,
  });
  expect(instanceSettingsSchema.parse({}).boardCreation).toBe("approval");
});
