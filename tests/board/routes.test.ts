import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import type { Grant } from "@egide/board/moderation/permission.ts";
import { act } from "@egide/board/moderation/service/act.ts";
import { appeal } from "@egide/board/moderation/service/appeal.ts";
import { placeHold } from "@egide/board/moderation/service/hold.ts";
import { importList, keepFilter } from "@egide/board/moderation/service/lists.ts";
import { appoint } from "@egide/board/moderation/service/staff.ts";
import { takeReport } from "@egide/board/moderation/service/report.ts";
import { inviteAs } from "@egide/board/move/invitation.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { createBoard } from "@egide/board/thread/boards.ts";
import { post } from "@egide/board/thread/posting/post.ts";
import { INTAKE_PATH } from "@egide/board/provider/intake.ts";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";

/*
 * The whole board, as it is served: every route that its router knows, so that a new one is tried
 * without anybody thinking of it.
 */
const ORIGIN = "https://board.test";
const PASSWORD = "correct horse battery";
const folder = mkdtempSync(join(tmpdir(), "egide-routes-"));
let app: BoardApp;
let postId = 0;

beforeAll(async () => {
  app = await startBoard({
    database: `sqlite:${join(folder, "board.db")}`,
    media: join(folder, "media"),
    secret: new Uint8Array(32).fill(7),
    settings: instanceSettingsSchema.parse({ url: ORIGIN, boardCreation: "open" }),
    origins: [ORIGIN],
    trusted: new CidrSet(["192.0.2.1"]),
    clock: systemClock,
    edge: null,
    report: () => undefined,
  });
  const { threads } = app.site;
  for (const uri of ["b", "c"]) {
    const title = uri.toUpperCase();
    await createBoard(threads, { uri, title, subtitle: "", ownerId: null, staff: true });
  }
  ({ postId } = await post(threads, {
    board: "b",
    threadNo: null,
    name: "",
    subject: "Opening",
    text: "Something to moderate",
    sage: false,
    password: "",
    poster: {
      sessionHash: "somebody",
      addressHash: null,
      prefixHash: null,
      addressPeriod: null,
      address: null,
      country: null,
    },
    staff: null,
  }));
  const words = { text: "", source: "visitor", sessionHash: null } as const;
  await takeReport(app.moderation, { postId, category: "hate", ...words });
}, 60_000);

afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** On the first board one of each thing that staff act on, each with the number 1; answers the act's id. */
async function oneOfEach(): Promise<string> {
  const root = { id: "root", name: "root", grants: [{ role: "admin", boardId: null }] } as const;
  const { moderation } = app;
  const { store, clock } = moderation;
  const grounds = { rule: "0:law", reason: "Because", endsAt: null };
  const ban = { kind: "ban", scope: "board", target: "session" } as const;
  const [actId = ""] = await act(moderation, root, { ...grounds, postId, measures: [ban] });
  await appeal(moderation, { actId, text: "It was not me", lang: "en" });
  const rule = { kind: "word", pattern: "kettle", fields: [], action: "flag" } as const;
  await keepFilter(moderation, root, { ...rule, boardId: 1, replacement: "", message: null });
  const text = `sha256 ${"0".repeat(64)}`;
  await importList(moderation, root, { name: "ours", category: "hate", text });
  const order = { authority: "A court", reference: "1", reason: "Asked for" };
  await placeHold(moderation, root, { ...order, postIds: [postId] });
  await inviteAs(moderation, root, { name: "Eve", role: "janitor", boardId: 1 });
  await store.kysely
    .insertInto("inbox_notice")
    .values({
      message: "1",
      at: clock.now(),
      type: "closed",
      reference: "1",
      body: "{}",
      answerBy: null,
      state: "new",
      readBy: null,
      readAt: null,
      answer: "",
    })
    .execute();
  const words = { text: "", source: "visitor", sessionHash: null } as const;
  await takeReport(moderation, { postId, category: "hate", ...words });
  return actId;
}

let visitors = 0;

/** A browser: keeps its cookies, and comes from an address of its own. */
class Visitor {
  readonly #address = `198.51.100.${++visitors}`;
  readonly #jar = new Map<string, string>();

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookie !== "") headers.set("cookie", cookie);
    headers.set("x-forwarded-for", this.#address);
    const response = await app.fetch(new Request(ORIGIN + path, { ...init, headers }), "192.0.2.1");
    for (const set of response.headers.getSetCookie()) {
      const [pair = ""] = set.split(";", 1);
      const at = pair.indexOf("=");
      this.#jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  post(path: string, fields: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams(fields);
    return this.ask(path, { method: "POST", body, headers: { origin: ORIGIN } });
  }

  /** The session's own cookie, to see whether a sign-in changes it. */
  cookie(part: string): string | undefined {
    return [...this.#jar].find(([name]) => name.includes(part))?.[1];
  }
}

async function staffWith(name: string, grant: Grant): Promise<Visitor> {
  const { id: accountId } = await app.accounts.create(name, PASSWORD);
  await appoint(app.moderation, null, { accountId, name, grant });
  const visitor = new Visitor();
  const answer = await visitor.post("/account/sign-in", { username: name, password: PASSWORD });
  expect(answer.status).toBe(303);
  return visitor;
}

/** The address of a route with something in the place of each parameter. */
function filled(path: string): string {
  return path
    .replace(/:board\{\[a-z0-9\][^/]+\}/g, "b")
    .replace(/:\w+\{\[A-Za-z0-9_-\]\{22\}\}/g, "A".repeat(22))
    .replace(/:\w+\{\[A-Za-z0-9_-\][^/]*\}/g, "A".repeat(44))
    .replace(/:\w+\{[^/]+\}/g, "1")
    .replace(/:\w+/g, "x");
}

function routesOf(wanted: (method: string, path: string) => boolean) {
  const found = app.routes.filter(({ method, path }) => method !== "ALL" && wanted(method, path));
  return [...new Map(found.map((route) => [`${route.method} ${route.path}`, route])).values()];
}

describe("every route that changes something", () => {
  const FORGED: readonly (readonly [string, Record<string, string>])[] = [
    ["csrf.cross_site", { origin: "https://evil.test" }],
    ["csrf.cross_site", { "sec-fetch-site": "cross-site" }],
    ["csrf.cross_site", { "sec-fetch-site": "same-site", origin: ORIGIN }],
    ["csrf.no_token", {}],
    ["csrf.no_token", { origin: "null" }],
    ["csrf.token", { "x-csrf-token": "A".repeat(43) }],
  ];

  test("refuses what another site sends, signed in as an admin", async () => {
    const admin = await staffWith("root", { role: "admin", boardId: null });
    // The provider's messages prove themselves by a signature.
    const routes = routesOf((method, path) => method !== "GET" && path !== INTAKE_PATH);
    const paths = routes.map(({ path }) => path);
    for (const known of ["/create", "/preferences", "/account/password", "/staff/people"]) {
      expect(paths).toContain(known);
    }
    expect(routes.length).toBeGreaterThanOrEqual(40);
    const { store } = app.moderation;
    const before = await store.kysely.selectFrom("staff_log_head").selectAll().execute();
    for (const { method, path } of routes) {
      for (const [code, headers] of FORGED) {
        const body = new URLSearchParams({ reason: "forged by another site" });
        const answer = await admin.ask(filled(path), { method, body, headers });
        expect([path, code, answer.status]).toEqual([path, code, 403]);
        expect(await answer.text()).toContain(code);
      }
    }
    expect(await store.kysely.selectFrom("staff_log_head").selectAll().execute()).toEqual(before);
  }, 60_000);
});

describe("every route of staff", () => {
  const own = (_: string, path: string): boolean =>
    path.startsWith("/staff/") && !path.startsWith("/staff/on-call/");

  test("is closed to strangers, and to an account without a role", async () => {
    const nobody = new Visitor();
    const account = new Visitor();
    await account.post("/account/register", { username: "plain", password: PASSWORD });
    expect((await account.ask("/account")).status).toBe(200);
    const routes = routesOf(own);
    expect(routes.length).toBeGreaterThanOrEqual(40);
    for (const visitor of [nobody, account]) {
      for (const { method, path } of routes) {
        const at = filled(path);
        const answer = method === "GET" ? await visitor.ask(at) : await visitor.post(at);
        // Strangers are led to the sign-in; who signed in already is not led there again.
        const expected = method === "GET" && visitor === nobody ? 303 : 403;
        expect([method, path, answer.status]).toEqual([method, path, expected]);
      }
    }
  }, 60_000);

  test("is closed to staff of another board, wherever it names a board, a post or an entry", async () => {
    const other = await staffWith("overthere", { role: "board-owner", boardId: 2 });
    const about = routesOf(own).filter(({ path }) => path.includes(":"));
    // Lists and settings of the whole site are tried with them: an owner has no say in those.
    expect(about.length).toBeGreaterThanOrEqual(20);
    const board = { board: "1", reason: "Not mine", text: "x", answer: "x", rules: "a | b | c" };
    const forms = { ...board, measure: "hide", rule: "0:law", category: "hate", verdict: "kept" };
    for (const { method, path } of about) {
      const at = filled(path);
      const answer = method === "GET" ? await other.ask(at) : await other.post(at, forms);
      // What is not there at all (an appeal, a hold) may say so; nothing else is answered.
      expect([method, path, [403, 404].includes(answer.status)]).toEqual([method, path, true]);
    }
    const pages = [
      ["/staff/remove?board=1&pattern=something&days=7", 403],
      ["/staff/holds", 403],
      ["/staff/inbox", 403],
      ["/staff/lists", 403],
    ] as const;
    for (const [path, status] of pages) {
      expect([path, (await other.ask(path)).status]).toEqual([path, status]);
    }
    for (const path of ["/staff/queue", "/staff/acts", "/staff/bans", "/staff/log"]) {
      const html = await (await other.ask(path)).text();
      expect([path, html.includes("/b/ No. 1")]).toEqual([path, false]);
    }
    for (const [path, fields] of [
      ["/staff/filters", { board: "1", kind: "word", pattern: "x", action: "refuse" }],
      ["/staff/filters", { board: "0", kind: "word", pattern: "x", action: "refuse" }],
      ["/staff/filters/remove", { id: "1", board: "1" }],
      ["/staff/people", { account: "root", role: "janitor", board: "1" }],
      ["/staff/people", { account: "root", role: "admin", board: "0" }],
      ["/staff/people/invite", { name: "Eve", role: "janitor", board: "1" }],
      ["/staff/people/invite", { name: "Eve", role: "admin", board: "0" }],
      ["/staff/people/dismiss", { account: "x", role: "janitor", board: "1" }],
      [
        "/staff/remove",
        { board: "1", pattern: "something", days: "7", rule: "0:law", reason: "x" },
      ],
      ["/staff/holds", { posts: "1", authority: "me", reason: "x" }],
    ] as const) {
      const answer = await other.post(path, fields);
      expect([path, fields, answer.status]).toEqual([path, fields, 403]);
    }
  }, 60_000);

  test("is closed to staff of another board, for things that are there, too", async () => {
    const other = await staffWith("nextdoor", { role: "board-owner", boardId: 2 });
    const actId = await oneOfEach();
    const { kysely } = app.moderation.store;
    const tables = ["act", "ban", "appeal", "filter", "hold", "hash_list", "invitation"] as const;
    const all = () =>
      Promise.all(
        [...tables, "post", "report", "staff_log_head"].map((table) =>
          kysely
            .selectFrom(table as "act")
            .selectAll()
            .orderBy("id")
            .execute(),
        ),
      );
    const before = await all();
    for (const [i, rows] of before.entries()) expect([i, rows.length > 0]).toEqual([i, true]);
    const grounds = { rule: "0:law", reason: "Not mine", answer: "x", days: "1", post: "1" };
    const forms = { ...grounds, measure: "hide", verdict: "reversed", text: "x", category: "hate" };
    const fields = { ...forms, id: "1", board: "1", account: "root", role: "janitor" };
    const routes = routesOf(own).filter(({ path }) => path.includes(":"));
    const known = ["filters/remove", "people/withdraw", "people/dismiss"].map((name) => ({
      method: "POST",
      path: `/staff/${name}`,
    }));
    for (const { method, path } of [...routes, ...known]) {
      const at = filled(path).replace("A".repeat(22), actId);
      const answer = method === "GET" ? await other.ask(at) : await other.post(at, fields);
      // Of a link that is not theirs to take back they don't even learn that it is there.
      const expected = path.endsWith("/withdraw") ? 404 : 403;
      expect([method, at, answer.status]).toEqual([method, at, expected]);
    }
    expect(await all()).toEqual(before);
  }, 60_000);

  test("is closed to a janitor of the board who has not the bit", async () => {
    const janitor = await staffWith("sweeper", { role: "janitor", boardId: 1 });
    expect((await janitor.ask(`/staff/post/${postId}`)).status).toBe(200);
    const grounds = { rule: "0:law", reason: "Because", days: "1" };
    const refused: readonly (readonly [string, Record<string, string>])[] = [
      ["/staff/item/1/act", { ...grounds, measure: "approve" }],
      ["/staff/item/1/act", { ...grounds, measure: "warn" }],
      ["/staff/item/1/act", { ...grounds, scope: "board", target: "session" }],
      ["/staff/item/1/act", { ...grounds, scope: "global", target: "session" }],
      ["/staff/item/1/act", { ...grounds, move: "2" }],
      ["/staff/item/1/escalate", {}],
      [`/staff/post/${postId}/edit`, { text: "Mine now", reason: "x" }],
      [`/staff/post/${postId}/flags`, { sticky: "on" }],
      ["/staff/board/1", { title: "Mine" }],
      ["/staff/board/1/open", {}],
      ["/staff/rules/1", { rules: "a | b | c" }],
      ["/staff/rules/0", { rules: "a | b | c" }],
      ["/staff/filters", { board: "1", kind: "word", pattern: "x", action: "refuse" }],
      ["/staff/people", { account: "root", role: "janitor", board: "1" }],
      ["/staff/remove", { ...grounds, board: "1", pattern: "something" }],
      ["/staff/lists", { name: "x", category: "hate", list: "{}" }],
      ["/staff/holds", { posts: "1", authority: "me", reason: "x" }],
      ["/staff/inbox/1", { answer: "x" }],
    ];
    for (const [path, fields] of refused) {
      const answer = await janitor.post(path, fields);
      expect([path, fields, answer.status]).toEqual([path, fields, 403]);
    }
    const row = await app.moderation.store.kysely
      .selectFrom("post")
      .select(["state", "text"])
      .where("id", "=", postId)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ state: "visible", text: "Something to moderate" });
  }, 60_000);
});

describe("accounts", () => {
  test("a sign-in makes a session of its own, whatever the browser brought along", async () => {
    const victim = new Visitor();
    await app.accounts.create("fixed", PASSWORD);
    const planted = { cookie: "person.session_token=planted.by-somebody-else" };
    const body = new URLSearchParams({ username: "fixed", password: PASSWORD });
    const headers = { origin: ORIGIN, ...planted };
    await victim.ask("/account/sign-in", { method: "POST", body, headers });
    expect(victim.cookie("session_token")).toBeDefined();
    expect(victim.cookie("session_token")).not.toContain("planted");
    const first = victim.cookie("session_token");
    await victim.post("/account/sign-in", { username: "fixed", password: PASSWORD });
    expect(victim.cookie("session_token")).not.toBe(first);
  });

  test("a sign-in does not tell whether an account is there", async () => {
    const answers: string[] = [];
    for (const username of ["root", "nobodyofthisname"]) {
      const answer = await new Visitor().post("/account/sign-in", { username, password: "wrong" });
      expect(answer.status).toBe(401);
      const html = await answer.text();
      answers.push(html.replaceAll(username, "").replace(/(?:value|data-csrf)="[^"]{43}"/g, ""));
    }
    expect(answers[0]).toBe(answers[1] as string);
  });

  test("nobody makes accounts by the dozen", async () => {
    const visitor = new Visitor();
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const username = `crowd${i}`;
      const answer = await visitor.post("/account/register", { username, password: PASSWORD });
      statuses.push(answer.status);
    }
    expect(statuses.filter((status) => status === 303)).toHaveLength(3);
    expect(statuses.at(-1)).toBe(429);
  }, 30_000);
});

describe("bodies", () => {
  test("are read no further than a form needs, but where files are taken", async () => {
    const visitor = new Visitor();
    const large = { text: "x".repeat(2_000_000) };
    for (const path of ["/b/post/1/report", "/appeal/xxxxxxxxxxxxxxxxxxxx", "/account/sign-in"]) {
      expect([path, (await visitor.post(path, large)).status]).toEqual([path, 413]);
    }
    // A post may carry files: its text is what is too long.
    expect((await visitor.post("/b/post", large)).status).toBe(422);
  });
});
