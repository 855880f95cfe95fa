import { afterEach, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notice } from "@egide/contract/abuse/notice.ts";
import { openProof } from "@egide/contract/abuse/proof.ts";
import { openMessage } from "@egide/contract/abuse/sealed.ts";
import type { StatusState } from "@egide/contract/abuse/status.ts";
import { xarfSchema } from "@egide/contract/abuse/xarf.ts";
import { publicKeyOf, signingKeyOf } from "@egide/contract/signing.ts";
import { Outbox } from "@egide/sql/outbox/outbox.ts";
import { AppError } from "@egide/std/error.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import fc from "fast-check";
import { type Category, CATEGORY_NAMES } from "#moderation/category.ts";
import { act } from "#moderation/service/act.ts";
import { lookAt, queueOf } from "#moderation/service/queue.ts";
import { takeReport } from "#moderation/service/report.ts";
import { moderationRig } from "#moderation/testing/rig.ts";
import { acknowledge, callsOf } from "#provider/alert.ts";
import { deliveries } from "#provider/deliver.ts";
import { proofPublisher, pushFigures } from "#provider/figures.ts";
import { takeMessage } from "#provider/intake.ts";
import { Intake, MailServer, Webhook } from "#provider/testing/peer.ts";
import type { ProviderSettings } from "#settings/provider.ts";

const BOARD = signingKeyOf(new Uint8Array(32).fill(1));
const MINUTE = 60_000;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Everything real but the clock, which starts now: messages are dated by it. */
async function stand(settings: (intake: Intake) => Partial<ProviderSettings> = () => ({})) {
  const folder = mkdtempSync(join(tmpdir(), "egide-provider-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const intake = new Intake(BOARD.publicText);
  closing.push(() => intake.close());
  const keys = [intake.key.publicText];
  const egide = { kind: "egide", url: intake.url, party: "provider.test", keys } as const;
  const purged: string[] = [];
  const clock = new FakeClock(Date.now());
  const rig = await moderationRig(`sqlite:${join(folder, "a.db")}`, {
    clock,
    settings: { delivery: egide, ...settings(intake) },
    edge: {
      purge: async ({ urls, tags }) => {
        purged.push(...urls, ...tags);
        return clock.now();
      },
    },
  });
  closing.push(() => rig.close());
  const outbox = new Outbox(rig.store, {
    clock: rig.clock,
    random: () => 0.5,
    handlers: deliveries(rig.provider),
  });
  const report = async (category: Category) => {
    const postId = await rig.addPost();
    const words = { text: "Words", source: "visitor", sessionHash: null } as const;
    await takeReport(rig.deps, { postId, category, ...words });
    return postId;
  };
  const escalated = () => rig.store.kysely.selectFrom("escalation").selectAll().execute();
  return { intake, rig, outbox, purged, report, escalated };
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "done";
}

describe("reports to the provider", () => {
  test("of every category are valid XARF, and arrive", async () => {
    const { intake, rig, outbox, report } = await stand();
    for (const category of CATEGORY_NAMES) await report(category);
    await rig.store.transaction(async (trx) => {
      const items = await trx.selectFrom("queue_item").select(["id", "category"]).execute();
      for (const { id, category } of items) {
        if (category !== "threat-to-life") {
          await rig.deps.provider.escalate(trx, id, "admin", rig.clock.now());
        }
      }
    });
    await outbox.runDue("urgent");
    await outbox.runDue("ordinary");
    expect(intake.received.length).toBe(CATEGORY_NAMES.length);
  });

  test("are sent again until they are answered, and are the same message", async () => {
    const { intake, rig, outbox, report, escalated } = await stand();
    intake.down = 3;
    await report("threat-to-life");
    for (let minute = 0; minute < 5 && intake.received.length === 0; minute++) {
      await outbox.runDue("urgent");
      rig.clock.advance(10_000);
    }
    expect(intake.down).toBe(0);
    expect(intake.received.length).toBe(1);
    const [row] = await escalated();
    expect(row).toMatchObject({ reference: "C-1" });
    expect(row?.deliveredAt).not.toBeNull();
  });

  test("are not taken as arrived where the answer is no signed receipt", async () => {
    const other = new Webhook();
    closing.push(() => other.close());
    const { outbox, rig, report, escalated } = await stand((intake) => ({
      delivery: {
        kind: "egide",
        url: other.url,
        party: "provider.test",
        keys: [intake.key.publicText],
      },
    }));
    await report("threat-to-life");
    await outbox.runDue("urgent");
    expect((await escalated())[0]?.deliveredAt).toBeNull();
    const rows = await rig.store.kysely
      .selectFrom("outbox")
      .select(["state", "lastError"])
      .execute();
    expect(rows).toMatchObject([{ state: "waiting" }]);
    expect(rows[0]?.lastError).toContain("board.no_receipt");
  });

  test("go as plain XARF to who takes that", async () => {
    const webhook = new Webhook();
    closing.push(() => webhook.close());
    const delivery = { kind: "xarf", url: webhook.url, headers: { "x-key": "1" } } as const;
    const { outbox, report } = await stand(() => ({ delivery }));
    await report("threat-to-life");
    await outbox.runDue("urgent");
    expect(xarfSchema.parse(webhook.calls[0]?.body).type).toBe("x_threat_to_life");
  });

  test("go by mail, with the report attached", async () => {
    const server = new MailServer();
    closing.push(() => server.close());
    const smtp = { host: "127.0.0.1", port: await server.listen(), secure: false };
    const { outbox, report } = await stand(() => ({
      delivery: { kind: "mail", to: "abuse@provider.test" },
      smtp: { ...smtp, from: "board@board.test" },
    }));
    await report("threat-to-life");
    await outbox.runDue("urgent");
    const { text } = await server.first("abuse@provider.test");
    expect(text).toContain("Subject: [THREAT TO LIFE] Abuse report");
    const [, encoded = ""] = text.match(/xarf\.json[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/) ?? [];
    const json = Buffer.from(encoded, "base64").toString("utf8");
    expect(xarfSchema.parse(JSON.parse(json)).type).toBe("x_threat_to_life");
  });
});

describe("the provider's word", () => {
  async function withReport() {
    const all = await stand();
    await all.report("threat-to-life");
    const [{ id } = { id: "" }] = await all.escalated();
    const status = (sequence: number, state: StatusState) =>
      all.intake.say({
        kind: "status",
        body: { report: id, sequence, state, at: new Date().toISOString(), text: `${sequence}` },
      });
    return { ...all, id, status };
  }

  test("on a report counts by its number, in whatever order it comes, and is answered", async () => {
    const { rig, status, escalated, intake } = await withReport();
    const words = [status(1, "queued"), status(2, "in-review"), status(3, "acted")];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(words, { minLength: 3 }), async (order) => {
        await rig.store.kysely
          .updateTable("escalation")
          .set({ sequence: 0, state: null })
          .execute();
        await rig.store.kysely.deleteFrom("abuse_seen").execute();
        for (const word of order) await takeMessage(rig.provider, word);
        expect((await escalated())[0]).toMatchObject({ sequence: 3, state: "acted", text: "3" });
      }),
      { numRuns: 12 },
    );
    const answer = await takeMessage(rig.provider, words[2]);
    const half = publicKeyOf(BOARD.publicText);
    if (half === null) throw new Error("not a key");
    const trusted = new Map([["board.test", half]]);
    const opened = openMessage(answer, { trusted, self: "provider.test", now: Date.now() });
    expect(opened.kind).toBe("received");
    expect(intake.received).toEqual([]);
  });

  test("is taken once, and not from anybody else", async () => {
    const { rig, intake, status } = await withReport();
    const notice: Notice = {
      type: "order",
      reference: "C-7",
      urls: ["https://board.test/b/thread/1"],
      text: { en: "Remove it.", fr: "Retirez-le." },
      authority: "A court",
      legalBasis: "Regulation (EU) 2021/784, Article 3",
      territory: ["FR"],
      redress: { en: "Appeal.", fr: "Recours." },
      demands: "removal",
    };
    const word = intake.say({ kind: "notice", body: notice }, { id: randomUUID() });
    for (let i = 0; i < 3; i++) await takeMessage(rig.provider, word);
    const inbox = await rig.store.kysely.selectFrom("inbox_notice").selectAll().execute();
    expect(inbox).toMatchObject([{ type: "order", reference: "C-7", state: "new" }]);
    const forged = { ...status(9, "acted"), payload: word.payload };
    expect(await codeOf(takeMessage(rig.provider, forged))).toBe("abuse.bad_signature");
    const report = { kind: "report", body: {} } as never;
    expect(() => intake.say(report)).toThrow();
    rig.clock.advance(8 * 86_400_000);
    expect(await codeOf(takeMessage(rig.provider, word))).toBe("abuse.stale");
    // What is taken much later drives out the ids that can't come again.
    const late = { id: randomUUID(), now: rig.clock.now() };
    await takeMessage(rig.provider, intake.say({ kind: "notice", body: notice }, late));
    const seen = await rig.store.kysely.selectFrom("abuse_seen").select("id").execute();
    expect(seen).toEqual([{ id: late.id }]);
  });
});

test("a removal purges the edge, is told to the provider, and is confirmed by both", async () => {
  const { rig, outbox, purged, intake } = await stand();
  const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
  const postId = await rig.addPost();
  const [actId = ""] = await act(rig.deps, admin, {
    postId,
    measures: [{ kind: "remove" }],
    rule: "0:law",
    reason: "Unlawful.",
    endsAt: null,
  });
  await outbox.runDue("urgent");
  expect(purged).toContain("https://board.test/b/thread/1");
  expect(purged).toContain("thread-b-1");
  const { message } = await intake.next("tombstone");
  expect(message).toMatchObject({ kind: "tombstone", body: { act: actId } });
  expect(JSON.stringify(message)).not.toContain("Words of post");
  const purgedAt = new Date(rig.clock.now()).toISOString();
  await takeMessage(rig.provider, intake.say({ kind: "purged", body: { act: actId, purgedAt } }));
  const [stone] = await rig.store.kysely.selectFrom("tombstone").selectAll().execute();
  expect(stone).toMatchObject({ edgeAt: rig.clock.now(), providerAt: Date.parse(purgedAt) });
});

describe("whoever is on call", () => {
  async function onCall() {
    const hooks = [new Webhook(), new Webhook()] as const;
    closing.push(() => Promise.all(hooks.map((hook) => hook.close())));
    const levels = hooks.map(({ url }) => ({ webhook: url }));
    const all = await stand(() => ({ onCall: { levels, minutes: 5 } }));
    await all.report("threat-to-life");
    await all.outbox.runDue("urgent");
    const calls = () => hooks.map(({ calls }) => calls.length);
    return { ...all, hooks, calls };
  }

  test("is followed by the next where nobody acknowledges, and not before", async () => {
    const { rig, outbox, calls } = await onCall();
    expect(calls()).toEqual([1, 0]);
    rig.clock.advance(5 * MINUTE - 1);
    await outbox.runDue("urgent");
    expect(calls()).toEqual([1, 0]);
    rig.clock.advance(1);
    await outbox.runDue("urgent");
    expect(calls()).toEqual([1, 1]);
    const [alert] = await rig.store.kysely.selectFrom("alert").selectAll().execute();
    expect(alert).toMatchObject({ level: 1, nextAt: null, acknowledgedAt: null });
  });

  test("stops the calls by the link in the first", async () => {
    const { rig, outbox, hooks, calls } = await onCall();
    const link = String(hooks[0].calls[0]?.body["acknowledge"]);
    const token = link.split("/").at(-1) ?? "";
    expect(await acknowledge(rig.provider, token, "on-call")).toMatchObject({ first: true });
    expect(await acknowledge(rig.provider, token, "other")).toMatchObject({ first: false });
    expect(await codeOf(acknowledge(rig.provider, "guess", "x"))).toBe("board.not_found");
    rig.clock.advance(60 * MINUTE);
    await outbox.runDue("urgent");
    expect(calls()).toEqual([1, 0]);
  });

  test("is not called for what was decided in the meantime", async () => {
    const { rig, outbox, calls } = await onCall();
    const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
    const [item] = await queueOf(rig.deps, admin, { limit: 1 });
    await lookAt(rig.deps, admin, item?.id ?? 0);
    await act(rig.deps, admin, {
      postId: item?.postId ?? 0,
      measures: [{ kind: "hide" }],
      rule: "0:law",
      reason: "Passed on.",
      endsAt: null,
    });
    rig.clock.advance(60 * MINUTE);
    await outbox.runDue("urgent");
    expect(calls()).toEqual([1, 0]);
  });

  test("each level has its own time", () => {
    const levels = [{ webhook: "https://a.test/", mail: "a@a.test" }, { mail: "b@b.test" }];
    expect(callsOf({ levels, minutes: 2 })).toEqual([
      { level: 0, way: "webhook", to: "https://a.test/", afterMs: 0 },
      { level: 0, way: "mail", to: "a@a.test", afterMs: 0 },
      { level: 1, way: "mail", to: "b@b.test", afterMs: 120_000 },
    ]);
  });
});

test("the proof of moderation tells what was measured, signed", async () => {
  const { rig, report } = await stand();
  const admin = await rig.addStaff("admin", { role: "admin", boardId: null });
  await report("hate");
  const other = await report("hate");
  rig.clock.advance(10 * MINUTE);
  const [item] = await queueOf(rig.deps, admin, { limit: 1 });
  await lookAt(rig.deps, admin, item?.id ?? 0);
  rig.clock.advance(MINUTE);
  await act(rig.deps, admin, {
    postId: item?.postId ?? 0,
    measures: [{ kind: "remove" }],
    rule: "0:law",
    reason: "Hateful.",
    endsAt: null,
  });
  expect(other).not.toBe(item?.postId ?? 0);
  const half = publicKeyOf(BOARD.publicText);
  if (half === null) throw new Error("not a key");
  const { figures } = openProof(JSON.parse(await proofPublisher(rig.provider)()), half);
  expect(figures.queue).toMatchObject({ open: 1, age: { median: 660 } });
  expect(figures.categories.find(({ category }) => category === "hate")).toMatchObject({
    reports: 2,
    open: 1,
    firstLook: { median: 600 },
    decision: { median: 660 },
    upheld: 1,
  });
  expect(figures.log.entries).toBeGreaterThan(1);
});

test("figures reach the provider once in six hours, whoever asks for it", async () => {
  const { rig, outbox, intake } = await stand();
  await pushFigures(rig.provider);
  await pushFigures(rig.provider);
  await outbox.runDue("ordinary");
  const { message } = await intake.next("figures");
  expect(message.body).toMatchObject({ queue: { open: 0 }, acts: 0 });
  rig.clock.advance(6 * 60 * MINUTE);
  await pushFigures(rig.provider);
  const sent = rig.store.kysely
    .selectFrom("outbox")
    .select("key")
    .where("key", "like", "figures:%");
  expect(await sent.execute()).toHaveLength(2);
  // Other providers understand reports and nothing else; without one nobody is told.
  const alone = await stand(() => ({ delivery: null }));
  await pushFigures(alone.rig.provider);
  expect(await alone.outbox.runDue("ordinary")).toBe(0);
  expect(await codeOf(takeMessage(alone.rig.provider, {}))).toBe("board.no_intake");
});
