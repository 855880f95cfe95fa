import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Outbox } from "@egide/sql/outbox/outbox.ts";
import { act } from "#moderation/service/act.ts";
import { fakeClock, moderationRig, type Rig } from "#moderation/testing/rig.ts";
import { deliveries } from "#provider/deliver.ts";
import type { EdgePurge } from "#provider/deps.ts";
import { letFilesGo } from "#provider/purge.ts";

const MINUTE = 60_000;
const SHA = "a".repeat(64);
const edge = {
  heard: [] as string[],
  isAway: false,
  async purge({ urls, tags }: Parameters<EdgePurge["purge"]>[0]) {
    if (edge.isAway) throw new Error("away");
    edge.heard.push(...urls, ...tags);
    return rig.clock.now();
  },
};

let folder = "";
let rig: Rig;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "egide-purge-"));
  rig = await moderationRig(`sqlite:${join(folder, "a.db")}`, { clock: fakeClock(), edge });
});
afterEach(async () => {
  edge.heard.splice(0);
  edge.isAway = false;
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a process delivers that has this edge, or none. */
function outboxOf(own: EdgePurge | null) {
  const handlers = deliveries({ ...rig.provider, edge: own });
  return new Outbox(rig.store, { clock: rig.clock, random: () => 0.5, handlers });
}

test("a removal names its files by their tag, and only who has an edge says that it is done", async () => {
  const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
  const postId = await rig.addPost();
  const { kysely } = rig.store;
  const none = { pdq: null, width: 1, height: 1, durationMs: null, thumb: null };
  const kept = { md5: "", kind: "png", bytes: 1, state: "stored", createdAt: 0 } as const;
  await kysely
    .insertInto("media")
    .values({ sha256: SHA, ...kept, ...none })
    .execute();
  const link = { postId, position: 0, originalHash: SHA, filename: "a", spoiler: 0 };
  await kysely
    .insertInto("post_media")
    .values({ sha256: SHA, ...link })
    .execute();
  await act(rig.deps, admin, {
    postId,
    measures: [{ kind: "remove" }],
    rule: "0:law",
    reason: "Unlawful.",
    endsAt: null,
  });
  await outboxOf(null).runDue("urgent");
  const edgeAt = async () =>
    (await kysely.selectFrom("tombstone").select("edgeAt").executeTakeFirst())?.edgeAt;
  expect([edge.heard, await edgeAt()]).toEqual([[], null]);
  // It was left as it is: nobody waits for a lease or for the next attempt.
  await outboxOf(edge).runDue("urgent");
  expect(edge.heard).toContain(`media-${SHA}`);
  expect(await edgeAt()).toBe(rig.clock.now());
});

test("files that went out of sight are named until the edge has heard of them", async () => {
  await rig.store.transaction((trx) => letFilesGo(trx, rig.provider, [SHA], rig.clock.now()));
  edge.isAway = true;
  await outboxOf(edge).runDue("urgent");
  edge.isAway = false;
  rig.clock.advance(MINUTE);
  await outboxOf(edge).runDue("urgent");
  expect(edge.heard).toEqual([`media-${SHA}`]);
});
