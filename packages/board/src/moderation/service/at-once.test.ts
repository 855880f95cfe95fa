import { afterEach, expect, test } from "bun:test";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { dismiss } from "#moderation/service/queue.ts";
import { takeReport } from "#moderation/service/report.ts";
import { fakeClock, moderationRig, type Rig } from "#moderation/testing/rig.ts";

onEachEngine("what happens to one post at the same moment", (fresh) => {
  const rigs: Rig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });
  const make = async () => {
    const rig = await moderationRig(await fresh(), { clock: fakeClock() });
    rigs.push(rig);
    return rig;
  };
  const report = (rig: Rig, postId: number, category: "rule" | "threat-to-life" = "rule") =>
    takeReport(rig.deps, { postId, category, text: "", source: "visitor", sessionHash: null });

  test("every report of a post that nobody reported before is taken, and it rings once", async () => {
    const rig = await make();
    const postId = await rig.addPost();
    const sent = Array.from({ length: 12 }, () => report(rig, postId, "threat-to-life"));
    expect(new Set(await Promise.all(sent)).size).toBe(12);
    const db = rig.store.kysely;
    const items = await db.selectFrom("queue_item").select("reports").execute();
    expect(items).toEqual([{ reports: 12 }]);
    expect((await db.selectFrom("alert").select("id").execute()).length).toBe(1);
    expect((await db.selectFrom("escalation").select("id").execute()).length).toBeLessThan(2);
  }, 30_000);

  test("a decision stands, and a report that crosses it is not lost", async () => {
    const rig = await make();
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    for (let round = 0; round < 5; round++) {
      const postId = await rig.addPost();
      await report(rig, postId);
      const db = rig.store.kysely;
      const { id } = await db
        .selectFrom("queue_item")
        .select("id")
        .where("postId", "=", postId)
        .executeTakeFirstOrThrow();
      const crossing = [report(rig, postId), report(rig, postId)];
      await Promise.all([...crossing, dismiss(rig.deps, admin, id, "Nothing is wrong.")]);
      const row = await db
        .selectFrom("queue_item")
        .select(["reports", "decidedBy", "outcome"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ reports: 3, decidedBy: "admin", outcome: "dismissed" });
    }
  }, 30_000);
});
