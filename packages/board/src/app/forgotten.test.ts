import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { type BoardApp, startBoard } from "#app.ts";
import { DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { insertBoard } from "#store/boards.ts";
import { post } from "#thread/posting/post.ts";
import { draftOf, fileOf } from "#thread/testing/rig.ts";

/* A board before an edge that keeps files for a year: what it is told when a post leaves sight. */
const state = mkdtempSync(join(tmpdir(), "egide-forgotten-"));
const FILE = `media-${"a".repeat(64)}`;
const atOnce = Promise.withResolvers<void>();
const surely = Promise.withResolvers<void>();
let app: BoardApp;

beforeAll(async () => {
  app = await startBoard({
    database: `sqlite:${join(state, "board.db")}`,
    media: join(state, "media"),
    secret: new Uint8Array(32).fill(4),
    settings: instanceSettingsSchema.parse({ url: "https://board.test" }),
    origins: ["https://board.test"],
    trusted: new CidrSet([]),
    clock: systemClock,
    edge: {
      async forget(tags) {
        if (tags.includes(FILE)) atOnce.resolve();
        return true;
      },
      async purge({ tags }) {
        if (tags.includes(FILE)) surely.resolve();
        return Date.now();
      },
    },
    report: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await app.stop();
  rmSync(state, { recursive: true, force: true });
});

test("what staff hide is told to the edge at once, and again until it has heard", async () => {
  const { threads } = app.site;
  const { store, clock } = threads;
  const row = { uri: "b", title: "b", subtitle: "", ownerId: null, listed: true } as const;
  const board = { ...row, state: "open", settings: DEFAULT_BOARD_SETTINGS } as const;
  await insertBoard(store.kysely, board, clock.now());
  const files = { count: 1, take: async () => [fileOf("a")] };
  const { postId } = await post({ ...threads, guards: [] }, draftOf("b"), files);
  const { posts, kick } = app.moderation;
  await store.transaction((trx) => posts.setState(trx, postId, "hidden", clock.now()));
  kick();
  // Each comes on its own way: an event, and a message that waits until it was delivered.
  expect(await Promise.all([atOnce.promise, surely.promise])).toHaveLength(2);
}, 10_000);
