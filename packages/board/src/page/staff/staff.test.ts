import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notice } from "@egide/contract/abuse/notice.ts";
import { openProof, PROOF_PATH } from "@egide/contract/abuse/proof.ts";
import { publicKeyOf, signingKeyOf } from "@egide/contract/signing.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { Signer } from "@egide/web/signed.ts";
import { createWeb } from "@egide/web/web.ts";
import type { Grant } from "#moderation/permission.ts";
import type { Actor } from "#moderation/service/deps.ts";
import { queueOf } from "#moderation/service/queue.ts";
import { actorOf } from "#moderation/service/staff.ts";
import { takeReport } from "#moderation/service/report.ts";
import { MODERATION_STATUSES } from "#moderation/statuses.ts";
import { fakeClock, moderationRig } from "#moderation/testing/rig.ts";
import { EN, FR } from "#page/message/catalogue.ts";
import { translate } from "#page/message/text.ts";
import { labelOf, SETTING_FIELDS, settingOf, settingsFrom } from "#page/staff/board-form.ts";
import { staffRoutes } from "#page/staff/routes.tsx";
import { readList } from "#match/list/exchange.ts";
import { frameOf } from "#page/testing/frame.ts";
import { allFilters, listsStamp } from "#store/lists.ts";
import { DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { boardById, boardByUri } from "#store/boards.ts";
import { createBoard } from "#thread/boards.ts";
import { Events } from "#thread/events.ts";
import { INTAKE_PATH } from "#provider/intake.ts";
import { Intake } from "#provider/testing/peer.ts";

const ORIGIN = "https://board.test";
const BOARD = signingKeyOf(new Uint8Array(32).fill(1));
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function stand() {
  const folder = mkdtempSync(join(tmpdir(), "egide-staff-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const intake = new Intake(BOARD.publicText);
  closing.push(() => intake.close());
  const keys = [intake.key.publicText];
  const clock = fakeClock();
  clock.jump(Date.now() - clock.now());
  const rig = await moderationRig(`sqlite:${join(folder, "a.db")}`, {
    clock,
    settings: {
      delivery: { kind: "egide", url: intake.url, party: "provider.test", keys },
      onCall: { levels: [{ webhook: "http://127.0.0.1:1/" }], minutes: 5 },
    },
  });
  closing.push(() => rig.close());
  const app = createWeb({
    signer: new Signer(new Uint8Array(32).fill(3)),
    origins: [ORIGIN],
    trusted: new CidrSet([]),
    locale: "en",
    policy: { media: [] },
    maxBody: 100_000,
    signedPaths: [INTAKE_PATH],
    statuses: MODERATION_STATUSES,
    texts: {},
    errorPage: (c, error, status) => c.html(`<p>${error.code}</p>`, status as 400),
    report: () => undefined,
  });
  const signedIn: { actor: Actor | null; isSomebody?: boolean } = { actor: null };
  staffRoutes(app, {
    deps: rig.deps,
    provider: rig.provider,
    frame: async (c) => {
      const locale = c.get("locale");
      return frameOf({ locale, t: translate(locale), csrf: c.get("csrf"), path: c.req.path });
    },
    actor: async () => signedIn.actor,
    isSignedIn: async () => signedIn.isSomebody === true,
    threads: {
      store: rig.store,
      clock,
      settings: instanceSettingsSchema.parse({}),
      secret: new Uint8Array(32),
      events: new Events(),
      guards: [],
      afterWrite: [],
      mustKeep: async () => new Set<number>(),
      random: () => 0.5,
    },
    findPerson: async (username) => ({ id: `id-${username}`, username }),
    signInPath: "/account/sign-in",
  });
  const ask = (path: string, init: RequestInit = {}) =>
    app.request(`${ORIGIN}${path}`, init, { peer: "192.0.2.1" });
  const post = (path: string, fields: Record<string, string>, headers = {}) =>
    ask(path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { origin: ORIGIN, ...headers },
    });
  const enter = async (id: string, grant: Grant) => {
    signedIn.actor = await rig.addStaff(id, grant);
    return signedIn.actor;
  };
  const report = async (category: "hate" | "threat-to-life" = "hate") => {
    const postId = await rig.addPost({ html: "<p>Rendered words</p>" });
    const words = { text: "Said <b>so</b>", source: "visitor", sessionHash: null } as const;
    const receipt = await takeReport(rig.deps, { postId, category, ...words });
    return { postId, receipt };
  };
  return { app, rig, intake, ask, post, enter, report, signedIn };
}

const ADMIN: Grant = { role: "admin", boardId: null };

describe("whoever comes to the pages of staff", () => {
  test("signs in first, and is told where their account has no role: they are not sent round", async () => {
    const { ask, signedIn } = await stand();
    const stranger = await ask("/staff/queue?a=1");
    expect([stranger.status, stranger.headers.get("location")]).toEqual([
      303,
      "/account/sign-in?next=%2Fstaff%2Fqueue%3Fa%3D1",
    ]);
    signedIn.isSomebody = true;
    const nobody = await ask("/staff/queue");
    expect([nobody.headers.get("location"), await nobody.text()]).toEqual([
      null,
      "<p>board.no_role</p>",
    ]);
  });

  test("is told that what they asked for was done", async () => {
    const { post, enter } = await stand();
    await enter("admin", ADMIN);
    const rules = { rules: "law | Nothing unlawful. | Rien d’illicite." };
    const saved = await post("/staff/rules/0", rules);
    expect(saved.headers.get("location")).toBe("/staff/rules?done");
  });
});

/** The address of a route with something in the place of each parameter. */
function filled(path: string): string {
  return path
    .replace(/:\w+\{\[A-Za-z0-9_-\]\{22\}\}/g, "A".repeat(22))
    .replace(/:\w+\{[^/]+\}/g, "1");
}

describe("every route of staff", () => {
  test("that changes something refuses what another site sends, whoever is signed in", async () => {
    const { app, ask, enter, rig } = await stand();
    await enter("admin", ADMIN);
    const routes = app.routes.filter(
      ({ method, path }) => !["GET", "ALL"].includes(method) && path !== INTAKE_PATH,
    );
    // All of them come by this list: a new one is tried without anybody thinking of it.
    expect(routes.length).toBeGreaterThanOrEqual(16);
    const before = await rig.store.kysely.selectFrom("staff_log_head").select("seq").execute();
    for (const { method, path } of routes) {
      const own = await ask("/staff/queue");
      const cookie = (own.headers.get("set-cookie") ?? "").split(";", 1)[0] as string;
      const forged: [string, Record<string, string>][] = [
        ["csrf.cross_site", { origin: "https://evil.test" }],
        ["csrf.cross_site", { "sec-fetch-site": "cross-site" }],
        ["csrf.cross_site", { "sec-fetch-site": "same-site", origin: ORIGIN }],
        ["csrf.no_token", {}],
        ["csrf.no_token", { origin: "null" }],
        ["csrf.token", { "x-csrf-token": "A".repeat(43) }],
      ];
      for (const [code, headers] of forged) {
        const body = new URLSearchParams({ reason: "forged" });
        const init = { method, body, headers: { cookie, ...headers } };
        const answer = await ask(filled(path), init);
        expect([path, code, answer.status]).toEqual([path, code, 403]);
        expect(await answer.text()).toContain(code);
      }
    }
    const after = await rig.store.kysely.selectFrom("staff_log_head").select("seq").execute();
    expect(after).toEqual(before);
  });

  test("is closed to who has no role, and pages lead to the sign-in", async () => {
    const { app, ask, post, report } = await stand();
    await report();
    const open = new Set([INTAKE_PATH, PROOF_PATH, "/staff"]);
    const routes = app.routes.filter(
      ({ method, path }) =>
        method !== "ALL" && !open.has(path) && !path.startsWith("/staff/on-call/"),
    );
    expect(routes.length).toBeGreaterThanOrEqual(27);
    for (const { method, path } of routes) {
      const answer = method === "GET" ? await ask(filled(path)) : await post(filled(path), {});
      expect([method, path, answer.status]).toEqual([method, path, method === "GET" ? 303 : 403]);
      if (method === "GET") {
        expect(answer.headers.get("location")).toStartWith("/account/sign-in?next=%2Fstaff%2F");
      }
    }
  });

  test("draws its page, in both languages, with nothing of a reporter unescaped", async () => {
    const { app, ask, enter, report } = await stand();
    await enter("admin", ADMIN);
    await report();
    const pages = app.routes.filter(
      ({ method, path }) =>
        method === "GET" &&
        path.startsWith("/staff/") &&
        !/on-call|\/file\/|\.(?:json|csv)$/.test(path),
    );
    for (const { path } of pages) {
      for (const language of ["en", "fr"]) {
        const answer = await ask(filled(path), { headers: { "accept-language": language } });
        const html = await answer.text();
        expect([path, answer.status]).toEqual([path, 200]);
        expect(html).toContain(`<html lang="${language}"`);
        expect(html).not.toContain("Said <b>");
        expect(answer.headers.get("cache-control")).toBe("private, no-store");
      }
    }
  });
});

describe("staff", () => {
  test("look at a report, act on it with a rule and a ban, and undo it", async () => {
    const { rig, ask, post, enter, report } = await stand();
    const actor = await enter("ada", { role: "board-moderator", boardId: 1 });
    const { postId } = await report();
    const [item] = await queueOf(rig.deps, actor, { limit: 1 });
    const at = `/staff/item/${item?.id}`;
    const html = await (await ask(at)).text();
    expect(html).toContain("<p>Rendered words</p>");
    expect(html).toContain("Said &lt;b&gt;so&lt;/b&gt;");
    const form = { measure: "remove", scope: "board", target: "session", days: "3" };
    expect((await post(`${at}/act`, form)).status).toBe(422);
    const whole = { ...form, rule: "0:harassment", reason: "Harassing." };
    const done = await post(`${at}/act`, whole);
    expect([done.status, done.headers.get("location")]).toEqual([303, "/staff/queue?done"]);
    const acts = await rig.store.kysely.selectFrom("act").selectAll().orderBy("kind").execute();
    expect(acts.map(({ kind, ruleId }) => [kind, ruleId])).toEqual([
      ["ban", "harassment"],
      ["remove", "harassment"],
    ]);
    expect(await (await ask("/staff/bans")).text()).toContain("Harassing.");
    const removal = acts.find(({ kind }) => kind === "remove");
    await post(`/staff/act/${removal?.id}/undo`, { reason: "Too quick." });
    const [row] = await rig.store.kysely
      .selectFrom("post")
      .select("state")
      .where("id", "=", postId)
      .execute();
    expect(row?.state).toBe("visible");
    for (const path of ["/staff/holds", "/staff/inbox"]) {
      expect([path, (await ask(path)).status]).toEqual([path, 403]);
    }
  });

  test("see what a pattern fits before they remove it, and edit the rules that it breaks", async () => {
    const { rig, ask, post, enter } = await stand();
    await enter("owner", { role: "board-owner", boardId: 1 });
    await rig.addPost({ text: "Buy cheap watches" });
    await rig.addPost({ text: "Nothing of that" });
    const rules = "topic | Stay on topic | Restez dans le sujet";
    expect((await post("/staff/rules/1", { rules })).status).toBe(303);
    expect((await post("/staff/rules/1", { rules: "topic | only English" })).status).toBe(422);
    expect((await post("/staff/rules/0", { rules })).status).toBe(403);
    const html = await (await ask("/staff/remove?board=1&pattern=cheap*watch&days=7")).text();
    expect(html).toContain("1 post fits");
    expect(html).toContain("Buy cheap watches");
    const order = { board: "1", pattern: "cheap*watch", days: "7", rule: "1:topic" };
    expect((await post("/staff/remove", { ...order, reason: "Off topic." })).status).toBe(303);
    const states = await rig.store.kysely
      .selectFrom("post")
      .select("state")
      .orderBy("id")
      .execute();
    expect(states).toEqual([{ state: "removed" }, { state: "visible" }]);
  });

  test("open what is sealed as a file that no cache keeps, and the log knows", async () => {
    const { rig, ask, post, enter, report } = await stand();
    await enter("admin", ADMIN);
    const { postId } = await report();
    const order = { posts: String(postId), authority: "A court", reason: "Asked for." };
    expect((await post("/staff/holds", order)).status).toBe(303);
    const copy = await post("/staff/hold/1/open", { post: String(postId), reason: "Handed over." });
    expect(copy.headers.get("content-disposition")).toContain("attachment");
    expect(copy.headers.get("cache-control")).toBe("private, no-store");
    expect(((await copy.json()) as { post: { id: number } }).post.id).toBe(postId);
    const log = await (await ask("/staff/log")).text();
    expect(log).toContain("hold.open");
    expect(log).toContain("unbroken");
    await rig.store.kysely
      .updateTable("staff_log")
      .set({ detail: "{}" } as never)
      .where("seq", "=", 2)
      .execute();
    expect(await (await ask("/staff/log")).text()).toContain("broken at entry 2");
  });
});

test("whoever is on call answers by the link alone", async () => {
  const { rig, ask, post, report } = await stand();
  await report("threat-to-life");
  const row = await rig.store.kysely
    .selectFrom("outbox")
    .select("payload")
    .where("kind", "=", "provider.alert")
    .executeTakeFirstOrThrow();
  const { token } = JSON.parse(row.payload) as { token: string };
  const page = await ask(`/staff/on-call/${token}`);
  expect(await page.text()).toContain("I am on it");
  expect(await (await post(`/staff/on-call/${token}`, {})).text()).toContain("is taken");
  expect((await ask(`/staff/on-call/${"A".repeat(22)}`)).status).toBe(404);
});

test("the provider's doors take sealed messages, and show signed figures to anybody", async () => {
  const { rig, intake, ask } = await stand();
  const notice: Notice = {
    type: "closed",
    reference: "C-1",
    urls: [],
    text: { en: "Closed.", fr: "Clos." },
    outcome: { en: "None.", fr: "Aucune." },
  };
  const body = JSON.stringify(intake.say({ kind: "notice", body: notice }));
  expect((await ask(INTAKE_PATH, { method: "POST", body })).status).toBe(200);
  expect((await ask(INTAKE_PATH, { method: "POST", body: "{}" })).status).toBe(400);
  const inbox = await rig.store.kysely.selectFrom("inbox_notice").select("reference").execute();
  expect(inbox).toEqual([{ reference: "C-1" }]);
  const half = publicKeyOf(BOARD.publicText);
  if (half === null) throw new Error("not a key");
  const proof = openProof(await (await ask(PROOF_PATH)).json(), half);
  expect(proof.board).toBe("board.test");
});

describe("boards", () => {
  const whole = (change: Record<string, string> = {}) => {
    const fields: Record<string, string> = {
      title: "B",
      subtitle: "",
      state: "open",
      listed: "on",
    };
    for (const { path } of SETTING_FIELDS) {
      const value = settingOf(DEFAULT_BOARD_SETTINGS, path);
      // Of several, one: a record holds no more.
      const [shown] = Array.isArray(value) ? (value as readonly string[]) : [value];
      if (shown !== false) fields[path] = shown === true ? "on" : String(shown);
    }
    return { ...fields, ...change };
  };

  test("every setting has a name in both languages", () => {
    expect(SETTING_FIELDS.length).toBeGreaterThan(25);
    for (const field of SETTING_FIELDS) {
      const options = field.kind === "choice" ? field.options : [];
      for (const path of [field.path, ...options.map((option) => `${field.path}-${option}`)]) {
        expect([path, EN[labelOf(path)] !== undefined, FR[labelOf(path)] !== undefined]).toEqual([
          path,
          true,
          true,
        ]);
      }
    }
  });

  test("are configured by their owner, whole or not at all, and the log says what changed", async () => {
    const { rig, post, ask, enter } = await stand();
    await enter("olga", { role: "board-owner", boardId: 1 });
    expect((await ask("/staff/board/2")).status).toBe(403);
    expect((await post("/staff/board/2", whole())).status).toBe(403);
    const tooMany = whole({ bumpLimit: "1000000", subtitle: "New" });
    expect(await (await post("/staff/board/1", tooMany)).text()).toContain("board.settings");
    expect((await boardById(rig.store.kysely, 1))?.subtitle).toBe("");
    const good = whole({ "approval.newPosters": "2", "approval.media": "on", state: "closed" });
    expect((await post("/staff/board/1", good)).status).toBe(303);
    const board = await boardById(rig.store.kysely, 1);
    expect(board?.settings.approval).toEqual({
      posts: false,
      threads: false,
      media: true,
      newPosters: 2,
    });
    // Only the site closes boards.
    expect(board?.state).toBe("open");
    const html = await (await ask("/staff/board/1?done")).text();
    expect(html).toContain('name="approval.newPosters"');
    const log = await rig.store.kysely
      .selectFrom("staff_log")
      .select("detail")
      .where("action", "=", "board.configure")
      .execute();
    expect(log.map(({ detail }) => JSON.parse(detail))).toMatchObject([
      { "settings.approval.newPosters": 2, "settings.approval.media": true },
    ]);
    expect(JSON.parse(log[0]?.detail ?? "")).not.toHaveProperty("settings.bumpLimit");
  });

  test("name a setting that is not possible as their form calls it", () => {
    const form = new FormData();
    for (const [name, value] of Object.entries(whole({ bumpLimit: "1000000" }))) {
      form.set(name, value);
    }
    const label = EN[labelOf("bumpLimit")];
    expect(() => settingsFrom(form)).toThrow(
      expect.objectContaining({
        code: "board.settings",
        texts: { en: expect.stringContaining(label), fr: expect.any(String) },
      }),
    );
  });

  test("that people ask for are opened or refused by an admin; who asked owns what was opened", async () => {
    const { rig, post, ask, enter } = await stand();
    const context = {
      store: rig.store,
      clock: rig.clock,
      settings: instanceSettingsSchema.parse({ boardCreation: "approval" }),
    };
    const asked = { title: "T", subtitle: "", ownerId: "ada", staff: false };
    const cats = await createBoard(context, { ...asked, uri: "cats" });
    const dogs = await createBoard(context, { ...asked, uri: "dogs" });
    const ada = { id: "ada", username: "Ada" };
    expect(await actorOf(rig.store.kysely, ada)).toBeNull();
    await enter("olga", { role: "board-owner", boardId: 1 });
    expect((await post(`/staff/board/${cats.id}/open`, {})).status).toBe(403);
    await enter("root", ADMIN);
    expect(await (await ask("/staff/boards")).text()).toContain("Open /cats/");
    await post(`/staff/board/${cats.id}/open`, {});
    await post(`/staff/board/${dogs.id}/refuse`, {});
    expect((await boardByUri(rig.store.kysely, "cats"))?.state).toBe("open");
    expect(await boardByUri(rig.store.kysely, "dogs")).toBeNull();
    expect(await actorOf(rig.store.kysely, ada)).toEqual({
      id: "ada",
      name: "Ada",
      grants: [{ role: "board-owner", boardId: cats.id }],
    });
  });
});

describe("filters and lists", () => {
  const filter = { board: "1", kind: "word", pattern: "gadget", action: "hold", fields: "text" };

  test("a filter is kept where it may be and can be used, and taken away again", async () => {
    const { rig, post, ask, enter } = await stand();
    await enter("olga", { role: "board-owner", boardId: 1 });
    expect((await post("/staff/filters", { ...filter, board: "0" })).status).toBe(403);
    expect((await post("/staff/filters", { ...filter, board: "2" })).status).toBe(403);
    const broken = { ...filter, kind: "pattern", pattern: "(" };
    expect((await post("/staff/filters", broken)).status).toBeGreaterThanOrEqual(400);
    expect((await post("/staff/filters", { ...filter, kind: "magic" })).status).toBe(422);
    expect(await allFilters(rig.store.kysely)).toEqual([]);
    expect((await post("/staff/filters", filter)).status).toBe(303);
    const [kept] = await allFilters(rig.store.kysely);
    expect(kept).toMatchObject({ boardId: 1, pattern: "gadget", action: "hold", fields: ["text"] });
    expect(await (await ask("/staff/filters")).text()).toContain("<code>gadget</code>");
    const gone = { id: String(kept?.id), board: "1" };
    expect((await post("/staff/filters/remove", { ...gone, board: "2" })).status).toBe(403);
    expect((await post("/staff/filters/remove", gone)).status).toBe(303);
    expect((await post("/staff/filters/remove", gone)).status).toBe(404);
    expect(await allFilters(rig.store.kysely)).toEqual([]);
  });

  test("a list is taken in whole or not at all, switched, and handed on as it was", async () => {
    const { rig, post, ask, enter } = await stand();
    await enter("olga", { role: "board-owner", boardId: 1 });
    expect((await ask("/staff/lists")).status).toBe(403);
    await enter("root", ADMIN);
    const [md5, other] = ["a".repeat(32), "b".repeat(32)];
    const list = { name: "Partners", category: "terrorism", list: `md5 ${md5}\nmd5 nonsense` };
    expect((await post("/staff/lists", list)).status).toBeGreaterThanOrEqual(400);
    expect(await (await ask("/staff/lists")).text()).not.toContain("Partners");
    const before = await listsStamp(rig.store.kysely);
    expect((await post("/staff/lists", { ...list, list: `md5 ${md5}` })).status).toBe(303);
    expect((await post("/staff/lists", { ...list, list: `md5 ${other}` })).status).toBe(303);
    const taken = await listsStamp(rig.store.kysely);
    expect(taken).not.toBe(before);
    expect(await (await ask("/staff/lists")).text()).toContain("<td>2</td>");
    const exported = await (await post("/staff/list/1/export", {})).text();
    expect(readList(exported).entries.map(({ value }) => value)).toEqual([md5, other]);
    await post("/staff/list/1/off", {});
    // Uploads are compared anew with what is left as soon as this changes.
    expect(await listsStamp(rig.store.kysely)).not.toBe(taken);
    expect((await post("/staff/list/9/off", {})).status).toBe(404);
  });
});

describe("an export", () => {
  test("is one for each account and two in all, and nobody holds one without reading", async () => {
    const { rig, post, enter } = await stand();
    const take = async (id: string) => {
      await enter(id, ADMIN);
      return post("/staff/export", {});
    };
    const first = await take("one");
    expect(first.status).toBe(200);
    const again = await take("one");
    expect([again.status, again.headers.get("retry-after")]).toEqual([503, "60"]);
    const second = await take("two");
    expect([second.status, (await take("three")).status]).toEqual([200, 503]);
    await first.body?.cancel();
    const third = await take("three");
    expect([third.status, (await take("one")).status]).toEqual([200, 503]);
    expect((await third.bytes()).length).toBeGreaterThan(10_000);
    expect(rig.clock.pending).toBe(1);
    rig.clock.advance(60_000);
    // The second was not read: its place is free.
    const left = await second.bytes().catch(String);
    expect(left).toContain("nobody reads");
    for (const id of ["one", "two"]) {
      const taken = await take(id);
      expect([id, taken.status]).toEqual([id, 200]);
      await taken.body?.cancel();
    }
  }, 30_000);
});
