import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statementSchema } from "@egide/contract/abuse/statement.ts";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { type SiteRig, siteRig } from "#api/testing/site.ts";
import { act } from "#moderation/service/act.ts";
import { queuePost } from "#moderation/service/queue.ts";
import { takeReport } from "#moderation/service/report.ts";
import { actorOf, appoint, dismissStaff } from "#moderation/service/staff.ts";
import { fakeClock, moderationRig } from "#moderation/testing/rig.ts";
import { acceptOffer, invite, inviteAs, isInvitation } from "#move/invitation.ts";
import { csvOf, tableOf } from "#move/report/csv.ts";
import { statementsBetween } from "#move/report/statements.ts";
import { storageFigures } from "#move/report/storage.ts";
import { figuresOfYear, yearsOf } from "#move/report/yearly.ts";
import { fileOf, threadRig } from "#thread/testing/rig.ts";

let rig: SiteRig;

beforeEach(async () => {
  rig = await siteRig();
});
afterEach(() => rig.close());

describe("an invitation", () => {
  test("gives its role once, to who is signed in", async () => {
    const boardId = await rig.board("b");
    const { store, clock } = rig;
    const path = await store.transaction((trx) =>
      invite(trx, { name: "Ann", role: "board-owner", boardId }, clock.now()),
    );
    const shown = await rig.ask(path);
    expect(shown.status).toBe(200);
    expect(await shown.text()).toContain("Board owner of /b/");
    const taken = await rig.send(path, {});
    expect([taken.status, taken.headers.get("location")]).toEqual([303, "/staff"]);
    const board = await store.kysely.selectFrom("board").select("ownerId").executeTakeFirst();
    expect(board?.ownerId).toBe("person");
    expect((await rig.ask(path)).status).toBe(404);
    const grants = await store.kysely.selectFrom("staff_grant").selectAll().execute();
    expect(grants).toMatchObject([{ staffId: "person", role: "board-owner", boardId }]);
    const kept = await store.kysely.selectFrom("invitation").select("token").executeTakeFirst();
    expect(path).not.toContain(kept?.token ?? "");
  });

  test("is over after a month, and for two at once there is one role", async () => {
    const { store, clock } = rig;
    const offer = { name: "Ann", role: "admin", boardId: null } as const;
    const [old, fresh] = await store.transaction(async (trx) => [
      await invite(trx, offer, clock.now() - 31 * 86_400_000),
      await invite(trx, offer, clock.now()),
    ]);
    expect((await rig.ask(old)).status).toBe(404);
    const token = fresh.split("/").at(-1) as string;
    const both = await Promise.allSettled(
      ["x", "y"].map((id) => acceptOffer(store, token, { id, username: id }, clock.now())),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("gives nothing once who made it may not give its role any more", async () => {
    const boardId = await rig.board("b");
    const { store, clock } = rig;
    const admin = { id: "root", name: "root", grants: [{ role: "admin", boardId: null }] } as const;
    const grant = { role: "board-owner", boardId } as const;
    await appoint(rig, null, { accountId: "olga", name: "olga", grant });
    const olga = await actorOf(store.kysely, { id: "olga", username: "olga" });
    if (olga === null) throw new Error("no role");
    const offer = { name: "Ann", role: "board-moderator", boardId } as const;
    const path = await inviteAs(rig, olga, offer);
    const brought = await store.transaction((trx) => invite(trx, offer, clock.now()));
    expect((await rig.ask(path)).status).toBe(200);
    await dismissStaff(rig, admin, { accountId: "olga", grant });
    expect((await rig.ask(path)).status).toBe(404);
    expect((await rig.send(path, {})).status).toBe(404);
    expect(await isInvitation(store.kysely, path, clock.now())).toBe(false);
    // What came with an import is nobody's here.
    expect((await rig.send(brought, {})).status).toBe(303);
  });
});

describe("old addresses", () => {
  test("lead to where things are now", async () => {
    await rig.board("b");
    const first = await rig.write({}, [fileOf("a")]);
    const reply = await rig.write({ threadNo: first.no });
    const sha256 = "a".repeat(64);
    const address = "b/src/1700000000001.png";
    await rig.store.kysely.insertInto("old_file").values({ address, sha256 }).execute();
    const leads = async (path: string): Promise<string> => {
      const { status, headers } = await rig.ask(path, { redirect: "manual" });
      return `${status} ${headers.get("location") ?? ""}`.trim();
    };
    expect(await leads("/b/res/1.html")).toBe("301 /b/thread/1");
    expect(await leads("/b/res/1+50.html")).toBe("301 /b/thread/1");
    expect(await leads("/b/res/1-hello-there.html")).toBe("301 /b/thread/1");
    expect(await leads("/b/thread/1.html")).toBe("301 /b/thread/1");
    expect(await leads(`/b/res/${reply.no}.html`)).toBe("301 /b/thread/1#p2");
    expect(await leads("/b/index.html")).toBe("301 /b/");
    expect(await leads("/b/3.html")).toBe("301 /b/3");
    expect(await leads("/b/catalog.html")).toBe("301 /b/catalog");
    expect(await leads("/b/src/1700000000001.png")).toBe(`301 /media/${sha256}.png`);
    const broken = ["/b/src/%zz", "/b/src/%ff.png", "/file/%"];
    const gone = ["/b/res/99.html", "/b/src/other.png", "/nope/index.html", "/file/x.png"];
    for (const path of [...gone, ...broken]) {
      expect([path, (await rig.ask(path)).status]).toEqual([path, 404]);
    }
    expect(await leads("/b/thread/1")).toBe("200");
  });

  test("the archive is one list, however long; what is older is linked", async () => {
    const boardId = await rig.board("b");
    const now = rig.clock.now();
    const row = { boardId, createdAt: now, bumpedAt: now, subject: "", sticky: 0, locked: 0 };
    const more = { bumpLocked: 0, cyclic: 0, replies: 0, media: 0, state: "visible" } as const;
    for (let at = 0; at < 5000; at += 500) {
      const rows = Array.from({ length: 500 }, (_, i) => {
        const no = at + i + 1;
        return {
          ...row,
          ...more,
          no,
          archivedAt: now + no,
          version: 1,
          lastNo: no,
          changedAt: now,
        };
      });
      await rig.store.kysely.insertInto("thread").values(rows).execute();
    }
    const answer = await rig.ask("/b/archive.json");
    const numbers = (await answer.json()) as number[];
    expect(numbers).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1));
    expect(answer.headers.get("link")).toBeNull();
    expect(await (await rig.ask("/b/archive.json?before=4")).json()).toEqual([1, 2, 3]);
  });
});

describe("CSV", () => {
  test("keeps what it is given, and is no formula", () => {
    expect(csvOf([["a,b", 'say "x"', "two\nlines", null, 0, -1]])).toBe(
      '"a,b","say ""x""","two\nlines",,0,-1\r\n',
    );
    expect(tableOf([{ a: "=1+1" }, { b: ["x", "y"] }])).toBe("a,b\r\n'=1+1,\r\n,x|y\r\n");
  });
});

onEachEngine("figures of an installation", (fresh) => {
  test("statements of reasons fit the database and name nobody", async () => {
    const clock = fakeClock();
    clock.jump(Date.UTC(2025, 5, 1) - clock.now());
    const house = await moderationRig(await fresh(), { clock });
    try {
      const admin = await house.addStaff("admin", { role: "admin", boardId: null });
      const [one, two, three] = [
        await house.addPost({ text: "Words of Ann, 192.0.2.1" }),
        await house.addPost({ text: "" }),
        await house.addPost(),
      ];
      await takeReport(house.deps, {
        postId: one,
        category: "hate",
        text: "Ann did it",
        source: "visitor",
        sessionHash: null,
      });
      // As what comes after a post writes it down.
      await queuePost(
        house.store.kysely,
        { postId: two, boardId: 1, threadNo: 1, no: 2 },
        {
          category: "spam",
          at: clock.now(),
          held: "match",
        },
      );
      clock.advance(2 * 3_600_000);
      const order = { rule: "0:law", reason: "Ann was rude", endsAt: null };
      await act(house.deps, admin, { ...order, postId: one, measures: [{ kind: "remove" }] });
      await act(house.deps, admin, {
        ...order,
        postId: two,
        rule: "0:spam",
        measures: [{ kind: "hide" }, { kind: "ban", scope: "board", target: "session" }],
        endsAt: clock.now() + 86_400_000,
      });
      await act(house.deps, admin, { ...order, postId: three, measures: [{ kind: "warn" }] });
      const { kysely } = house.store;
      const all = [];
      const year = [Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1)] as const;
      for await (const statement of statementsBetween(kysely, ...year)) {
        all.push(statementSchema.parse(statement));
      }
      expect(all).toHaveLength(3);
      const [removed] = all;
      expect(
        all.find((row) => row.category === "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"),
      ).toMatchObject({
        decision_visibility: ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        incompatible_content_illegal: "Yes",
        category_specification: ["KEYWORD_HATE_SPEECH"],
        source_type: "SOURCE_TYPE_OTHER_NOTIFICATION",
        automated_detection: "No",
        application_date: "2025-06-01",
      });
      expect(all.some((row) => row.end_date_service_restriction === "2025-06-02")).toBe(true);
      expect(all.filter((row) => row.automated_detection === "Yes")).toHaveLength(2);
      expect(new Set(all.map(({ puid }) => puid)).size).toBe(3);
      const text = JSON.stringify(all);
      for (const word of ["Ann", "192.0.2", "admin"]) expect(text).not.toContain(word);
      const acts = await kysely.selectFrom("act").select("id").execute();
      for (const { id } of acts) expect(text).not.toContain(id);
      expect(removed).toBeDefined();

      const figures = await figuresOfYear(kysely, 2025);
      const value = (part: string, category: string, indicator: string) =>
        figures.find(
          (one) => one.part === part && one.category === category && one.indicator === indicator,
        )?.value;
      expect(value("notices", "hate", "received")).toBe(1);
      expect(value("notices", "hate", "median_hours_to_decision")).toBe(2);
      expect(value("automated", "all", "matches_with_lists")).toBe(1);
      expect(value("automated", "all", "matches_upheld")).toBe(1);
      expect(value("own-initiative", "all", "measures_warn")).toBe(1);
      expect(value("notices", "all", "measures_remove")).toBe(1);
      expect(await figuresOfYear(kysely, 2024)).not.toContainEqual(
        expect.objectContaining({ part: "notices", indicator: "received" }),
      );
      expect(await yearsOf(kysely, clock.now())).toEqual([2025]);
    } finally {
      await house.close();
    }
  }, 30_000);

  test("storage is counted by board, kind and state", async () => {
    const house = await threadRig(await fresh());
    const folder = mkdtempSync(join(tmpdir(), "egide-storage-"));
    try {
      const b = await house.board("b");
      const c = await house.board("c");
      await house.write({ board: "b" }, [fileOf("a"), fileOf("b")]);
      await house.write({ board: "c" }, [fileOf("a")]);
      const { kysely } = house.store;
      await kysely
        .updateTable("media")
        .set({ bytes: 900, state: "sealed" })
        .where("md5", "=", "b".repeat(32))
        .execute();
      const orphan = { ...fileOf("d"), thumb: null, state: "stored", createdAt: 1 } as const;
      const { originalHash: _, filename: __, spoiler: ___, ...file } = orphan;
      await kysely
        .insertInto("media")
        .values({ ...file, bytes: 7 })
        .execute();
      writeFileSync(join(folder, "x"), "x");
      const storage = await storageFigures(house.store, folder, 5);
      expect(storage.all).toEqual({ files: 3, bytes: 1007 });
      expect(storage.orphans).toEqual({ files: 1, bytes: 7 });
      expect(storage.boards.get(b)).toEqual({ files: 2, bytes: 1000 });
      expect(storage.boards.get(c)).toEqual({ files: 1, bytes: 100 });
      expect(storage.states.get("sealed")).toEqual({ files: 1, bytes: 900 });
      expect(storage.kinds.get("png")).toEqual({ files: 3, bytes: 1007 });
      expect(storage.largest.map(({ bytes, uses }) => [bytes, uses])).toEqual([
        [900, 1],
        [100, 2],
        [7, 0],
      ]);
      expect(storage.database).toBeGreaterThan(10_000);
      expect(storage.disk?.total ?? 0).toBeGreaterThan(storage.disk?.free ?? 1);
    } finally {
      await house.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 30_000);
});
