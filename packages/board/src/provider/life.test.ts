import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signingKeyOf } from "@egide/contract/signing.ts";
import { Outbox } from "@egide/sql/outbox/outbox.ts";
import { systemClock } from "@egide/std/clock.ts";
import { queueOf } from "#moderation/service/queue.ts";
import { takeReport } from "#moderation/service/report.ts";
import { moderationRig } from "#moderation/testing/rig.ts";
import { deliveries } from "#provider/deliver.ts";
import { Intake, MailServer, Webhook } from "#provider/testing/peer.ts";
import type { ProviderSettings } from "#settings/provider.ts";
import type { Tables } from "#store/tables.ts";

const folder = mkdtempSync(join(tmpdir(), "egide-life-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MOST_MS = 5000;
const ORDINARY = 10_000;

/** A board's key is made from its seed: see the rig. */
const BOARD_KEY = signingKeyOf(new Uint8Array(32).fill(1)).publicText;

async function stand(name: string, more: Partial<ProviderSettings> = {}) {
  const intake = new Intake(BOARD_KEY);
  const webhook = new Webhook();
  const mail = new MailServer();
  const port = await mail.listen();
  let outbox: Outbox<Tables> | null = null;
  const rig = await moderationRig(`sqlite:${join(folder, name)}.db`, {
    clock: systemClock,
    kick: () => outbox?.kick(),
    settings: {
      delivery: {
        kind: "egide",
        url: intake.url,
        party: "provider.test",
        keys: [intake.key.publicText],
      },
      onCall: { levels: [{ webhook: webhook.url, mail: "oncall@board.test" }], minutes: 5 },
      smtp: { host: "127.0.0.1", port, secure: false, from: "board@board.test" },
      ...more,
    },
  });
  outbox = new Outbox(rig.store, {
    clock: systemClock,
    handlers: deliveries(rig.provider),
  });
  outbox.start();
  const close = async () => {
    await outbox.stop();
    await Promise.all([intake.close(), webhook.close(), mail.close()]);
    await rig.close();
  };
  return { intake, webhook, mail, rig, outbox, close };
}

async function flagThreat({ rig, intake, webhook, mail }: Awaited<ReturnType<typeof stand>>) {
  const postId = await rig.addPost({ text: "Invented words that threaten nobody." });
  const began = performance.now();
  await takeReport(rig.deps, {
    postId,
    category: "threat-to-life",
    text: "He says where and when.",
    source: "visitor",
    sessionHash: "reporter",
  });
  const [report, call, letter] = await Promise.all([
    intake.next("report"),
    webhook.first(),
    mail.first("oncall@board.test"),
  ]);
  const times = { intake: report.at, webhook: call.at, mail: letter.at };
  const ms = Object.entries(times).map(([name, at]) => [name, Math.round(at - began)] as const);
  return { postId, report, call, ms: Object.fromEntries(ms) };
}

describe("a threat to life", () => {
  test("reaches on-call and the provider within five seconds", async () => {
    const all = await stand("quiet");
    const { postId, report, call, ms } = await flagThreat(all);
    for (const at of Object.values(ms)) expect(at).toBeLessThan(MOST_MS);
    if (report.message.kind !== "report") throw new Error("not a report");
    expect(report.message.body.type).toBe("x_threat_to_life");
    expect(call.body).toMatchObject({ lane: "life", category: "threat-to-life", level: 0 });
    // Said again by others, it rings no second time and makes no second report.
    for (const session of ["x", "y"]) {
      const again = { postId, category: "threat-to-life", text: "", source: "visitor" } as const;
      await takeReport(all.rig.deps, { ...again, sessionHash: session });
    }
    await all.outbox.runDue("urgent");
    expect(all.intake.received.length).toBe(1);
    expect(all.webhook.calls.length).toBe(1);
    await all.close();
  }, 30_000);

  test(`also while ${ORDINARY} ordinary reports are in the queue, and stands first`, async () => {
    const all = await stand("busy");
    const { rig } = all;
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    const ids: number[] = [];
    for (let i = 0; i < ORDINARY; i += 100) {
      const group = Array.from({ length: 100 }, () => rig.addPost());
      ids.push(...(await Promise.all(group)));
    }
    for (let i = 0; i < ids.length; i += 100) {
      await Promise.all(
        ids.slice(i, i + 100).map((postId) =>
          takeReport(rig.deps, {
            postId,
            category: "spam",
            text: "",
            source: "visitor",
            sessionHash: null,
          }),
        ),
      );
    }
    // Each of them escalated as well: the ordinary lane is full of mail that waits to leave.
    await rig.store.transaction(async (trx) => {
      const rows = await trx.selectFrom("queue_item").select("id").limit(500).execute();
      for (const { id } of rows) await rig.deps.provider.escalate(trx, id, "admin", Date.now());
    });
    rig.deps.kick();
    const { postId, ms } = await flagThreat(all);
    for (const at of Object.values(ms)) expect(at).toBeLessThan(MOST_MS);
    const began = performance.now();
    const [first] = await queueOf(rig.deps, admin, { limit: 50 });
    expect(first?.postId).toBe(postId);
    expect(performance.now() - began).toBeLessThan(200);
    const waiting = await rig.store.kysely
      .selectFrom("queue_item")
      .select((row) => row.fn.countAll<number>().as("count"))
      .where("waiting", "=", 1)
      .executeTakeFirstOrThrow();
    expect(waiting.count).toBe(ORDINARY + 1);
    if (process.env["SHOW_TIMES"] === "1") process.stdout.write(`${JSON.stringify(ms)}\n`);
    await all.close();
  }, 120_000);
});
