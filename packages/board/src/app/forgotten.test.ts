import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { type BoardApp, startBoard } from "#app.ts";
import { DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import type { MarkData } from "#filter/guards.ts";
import { configure } from "#moderation/service/board.ts";
import { insertBoard } from "#store/boards.ts";
import type { Guard } from "#thread/posting/guard.ts";
import { post } from "#thread/posting/post.ts";
import { draftOf, fileOf } from "#thread/testing/rig.ts";

/* A board before an edge that keeps files for a year: what it is told when a post leaves sight. */
const state = mkdtempSync(join(tmpdir(), "egide-forgotten-"));
/** Whoever waits for a tag, as it is told at once, and as it is told until it was heard. */
const waiting = new Map<string, () => void>();
let app: BoardApp;

/** Resolves once the edge heard of all these tags on both ways. */
async function told(tags: readonly string[]): Promise<void> {
  const heard = tags.flatMap((tag) =>
    ["forget", "purge"].map(
      (way) => new Promise<void>((resolve) => waiting.set(`${way} ${tag}`, resolve)),
    ),
  );
  await Promise.all(heard);
}

function hear(way: "forget" | "purge", tags: readonly string[]): void {
  for (const tag of tags) waiting.get(`${way} ${tag}`)?.();
}

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
        hear("forget", tags);
        return true;
      },
      async purge({ tags }) {
        hear("purge", tags);
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

async function boardWith(uri: string, letter: string) {
  const { threads, media } = app.site;
  const { store, clock } = threads;
  const row = { uri, title: uri, subtitle: "", ownerId: null, listed: true } as const;
  const board = { ...row, state: "open", settings: DEFAULT_BOARD_SETTINGS } as const;
  const id = await insertBoard(store.kysely, board, clock.now());
  const file = fileOf(letter);
  const name = { sha256: file.sha256, kind: file.kind, thumb: false } as const;
  const write = async (guards = threads.guards) => {
    const path = join(state, crypto.randomUUID());
    await Bun.write(path, letter);
    await media.put(name, path);
    const files = { count: 1, take: async () => [file] };
    return post({ ...threads, guards }, draftOf(uri), files);
  };
  return { id, write, tag: `media-${file.sha256}`, path: `/media/${file.sha256}.png` };
}

async function statusOf(path: string): Promise<number> {
  const answer = await app.fetch(new Request(`https://board.test${path}`), "192.0.2.1");
  return answer.status;
}

test("what staff hide is told to the edge at once, and again until it has heard", async () => {
  const { write, tag } = await boardWith("b", "a");
  const { postId } = await write([]);
  const { store, clock, posts, kick } = app.moderation;
  const heard = told([tag]);
  await store.transaction((trx) => posts.setState(trx, postId, "hidden", clock.now()));
  kick();
  // Each comes on its own way: an event, and a message that waits until it was delivered.
  await heard;
}, 10_000);

test("a file that a list finds is told to the edge, which has it from an older post", async () => {
  const { write, tag, path } = await boardWith("c", "c");
  await write([]);
  expect(await statusOf(path)).toBe(200);
  const heard = told([tag]);
  const found: Guard = {
    stage: "files",
    judge: ({ files }) =>
      files.map(({ sha256 }) => ({ kind: "hold", reason: "match", data: markOf(sha256) })),
  };
  await write([found]);
  app.moderation.kick();
  await heard;
  expect(await statusOf(path)).toBe(404);
}, 10_000);

test("a board that is closed takes its pages and files out of the edge, and brings them back", async () => {
  const { id, write, tag, path } = await boardWith("d", "d");
  const { no } = await write([]);
  const paths = [path, "/d/", `/d/thread/${no}`];
  const statuses = () => Promise.all(paths.map(statusOf));
  expect(await statuses()).toEqual([200, 200, 200]);
  const grants = [{ role: "admin", boardId: null }] as const;
  const admin = { id: "ada", name: "Ada", grants };
  const closed = told([tag, "board-d", "boards"]);
  await configure(app.moderation, admin, id, { state: "closed" });
  await closed;
  expect(await statuses()).toEqual([404, 404, 404]);
  // What was answered meanwhile is kept by nobody.
  const answer = await app.fetch(new Request(`https://board.test${path}`), "192.0.2.1");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const opened = told(["board-d", "boards"]);
  await configure(app.moderation, admin, id, { state: "open" });
  await opened;
  expect(await statuses()).toEqual([200, 200, 200]);
}, 10_000);

function markOf(sha256: string): MarkData {
  const known = { id: 1, list: 1, signal: "sha256", value: sha256 } as const;
  return { mark: { kind: "known-file", sha256, match: { known, distance: 0 } }, category: "spam" };
}
