import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { type BoardApp, startBoard } from "#app.ts";
import { appoint } from "#moderation/service/staff.ts";
import { invite } from "#move/invitation.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";

/* A site whose accounts are given out by its people: who is invited makes one all the same. */
const OWN = "https://board.test";
const state = mkdtempSync(join(tmpdir(), "egide-invited-"));
let app: BoardApp;

beforeAll(async () => {
  app = await startBoard({
    database: `sqlite:${join(state, "board.db")}`,
    media: join(state, "media"),
    secret: new Uint8Array(32).fill(4),
    settings: instanceSettingsSchema.parse({ url: OWN, boardCreation: "staff" }),
    origins: [OWN],
    trusted: new CidrSet([]),
    clock: systemClock,
    edge: null,
    report: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await app.stop();
  rmSync(state, { recursive: true, force: true });
});

async function ask(path: string, cookie = ""): Promise<Response> {
  return await app.fetch(new Request(OWN + path, { headers: { cookie } }), "192.0.2.1");
}

async function send(path: string, fields: Readonly<Record<string, string>>, cookie = "") {
  const request = new Request(OWN + path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { origin: OWN, cookie },
  });
  return await app.fetch(request, "192.0.2.1");
}

function cookieOf(answer: Response): string {
  const set = answer.headers.getSetCookie();
  return set.map((one) => one.split(";")[0]).join("; ");
}

async function invited(now: number): Promise<string> {
  const offer = { name: "Ann", role: "admin", boardId: null } as const;
  return app.site.threads.store.transaction((trx) => invite(trx, offer, now));
}

const account = (username: string, next: string) => ({
  username,
  password: "a long enough password",
  next,
});

test("an open invitation leads to an account, and from there to its role", async () => {
  const path = await invited(Date.now());
  const next = encodeURIComponent(path);
  const signIn = await (await ask(`/account/sign-in?next=${next}`)).text();
  expect(signIn).toContain(`href="/account/register?next=${next}"`);
  expect((await ask(`/account/register?next=${next}`)).status).toBe(200);
  const made = await send("/account/register", account("ann", path));
  expect([made.status, made.headers.get("location")]).toEqual([303, path]);
  const cookie = cookieOf(made);
  const taken = await send(path, {}, cookie);
  expect([taken.status, taken.headers.get("location")]).toEqual([303, "/staff"]);
  expect((await ask("/staff/people", cookie)).status).toBe(200);
  // It works once.
  expect((await send("/account/register", account("ben", path))).status).toBe(403);
});

test("an admin invites who has no account, sees it, and takes it back", async () => {
  const root = await app.accounts.create("root", "a long enough password");
  const grant = { role: "admin", boardId: null } as const;
  await appoint(app.moderation, null, { accountId: root.id, name: "root", grant });
  const entered = await send("/account/sign-in", account("root", "/staff/people"));
  const cookie = cookieOf(entered);
  const fields = { name: "Zoe", role: "global-moderator", board: "0" };
  const shown = await send("/staff/people/invite", fields, cookie);
  expect([shown.status, shown.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
  const link = /https:\/\/board\.test(\/invitation\/[\w-]{22})/.exec(await shown.text())?.[1] ?? "";
  expect((await ask(`/account/register?next=${encodeURIComponent(link)}`)).status).toBe(200);
  const people = await (await ask("/staff/people", cookie)).text();
  expect(people).toContain("Zoe");
  expect(people).not.toContain(link);
  const { id } = await app.site.threads.store.kysely
    .selectFrom("invitation")
    .select("id")
    .where("name", "=", "Zoe")
    .executeTakeFirstOrThrow();
  const stranger = await send("/staff/people/withdraw", { id: String(id) });
  expect(stranger.status).toBe(403);
  const gone = await send("/staff/people/withdraw", { id: String(id) }, cookie);
  expect(gone.status).toBe(303);
  expect((await ask(link)).status).toBe(404);
  expect((await ask(`/account/register?next=${encodeURIComponent(link)}`)).status).toBe(403);
  const nameless = await send("/staff/people/invite", { ...fields, name: " " }, cookie);
  expect(nameless.status).toBe(422);
});

test("nothing else does", async () => {
  const over = await invited(Date.now() - 31 * 86_400_000);
  const open = await invited(Date.now());
  const paths = ["", "/", "/invitation/", over, `${open}x`, `/staff?next=${open}`];
  for (const path of [...paths, `//board.test${open}`, `/invitation/${"a".repeat(22)}`]) {
    const next = encodeURIComponent(path);
    expect([path, (await ask(`/account/register?next=${next}`)).status]).toEqual([path, 403]);
    const made = await send("/account/register", account("eve", path));
    expect([path, made.status]).toEqual([path, 403]);
    expect(await (await ask(`/account/sign-in?next=${next}`)).text()).not.toContain("/register");
  }
  expect(await app.accounts.find("eve")).toBeNull();
});

test("who takes a role up after their session has ended signs in, and comes back", async () => {
  const path = await invited(Date.now());
  const answer = await send(path, {});
  expect(answer.status).toBe(303);
  const to = `/account/sign-in?next=${encodeURIComponent(path)}`;
  expect(answer.headers.get("location")).toBe(to);
});
