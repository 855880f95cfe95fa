import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { CidrSet } from "@egide/std/ip.ts";
import { systemClock } from "@egide/std/clock.ts";
import { type BoardApp, startBoard } from "#app.ts";
import { appoint } from "#moderation/service/staff.ts";
import { exportBoard, say, threadsOf } from "#move/testing/board.ts";
import { type MoveRig, moveRig } from "#move/testing/rig.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { boardByUri } from "#store/boards.ts";
import type { Board } from "#thread/model.ts";
import { createBoard } from "#thread/boards.ts";

const ORIGIN = "http://board.test";
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function rigOf(): Promise<MoveRig> {
  const rig = await moveRig();
  closing.push(() => rig.close());
  return rig;
}

/** A site of our own with an admin who is signed in, and the export of somebody else's board. */
async function stand() {
  const from = await rigOf();
  const named = { uri: "tea", title: "Tea", subtitle: "", ownerId: null, staff: true };
  await createBoard(threadsOf(from), named);
  await say(from, { subject: "First", text: "words that travel" });
  const board = (await boardByUri(from.importing.store.kysely, "tea")) as Board;
  const path = await exportBoard(from, board.id, "tea.tar");
  const to = await rigOf();
  const app = await startBoard({
    database: `sqlite:${join(to.folder, "board.db")}`,
    media: join(to.folder, "media"),
    secret: new Uint8Array(32).fill(9),
    settings: instanceSettingsSchema.parse({ url: ORIGIN }),
    origins: [ORIGIN],
    trusted: new CidrSet([]),
    clock: systemClock,
    edge: null,
    report: (error) => {
      throw error;
    },
  });
  closing.push(() => app.stop());
  const visitor = await signIn(app, "gardener");
  /** The page, once nothing is under way any more. */
  const settled = async (): Promise<string> => {
    await app.desk.settled();
    return (await visitor.ask("/staff/import")).text();
  };
  return { app, path, ...visitor, settled };
}

async function signIn(app: BoardApp, name: string) {
  const cookies = new Map<string, string>();
  const ask = async (path: string, body?: FormData): Promise<Response> => {
    const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join("; ");
    const headers = { cookie, origin: ORIGIN };
    const init = body === undefined ? { headers } : { headers, method: "POST", body };
    const answer = await app.fetch(new Request(`${ORIGIN}${path}`, init), "192.0.2.1");
    for (const line of answer.headers.getSetCookie()) {
      const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(key, value);
    }
    return answer;
  };
  const send = async (page: string, path: string, fields: Record<string, string | Blob>) => {
    const text = await (await ask(page)).text();
    const form = new FormData();
    form.set("_csrf", /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? "");
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    return ask(path, form);
  };
  const person = await app.accounts.create(name, "a long enough password");
  const grant = { role: "admin", boardId: null } as const;
  await appoint(app.moderation, null, { accountId: person.id, name, grant });
  const at = "/account/sign-in";
  await send(at, at, { username: name, password: "a long enough password" });
  return { ask, send };
}

describe("the page for bringing a board in", () => {
  test("looks first, then takes it, and gives the owner’s link out once", async () => {
    const { app, path, ask, send, settled } = await stand();
    const bring = (fields: Record<string, string>) =>
      send("/staff/import", "/staff/import", { export: Bun.file(path), ...fields });
    const dry = await bring({ uri: "cha", owner: "Olga", dry: "on" });
    expect([dry.status, dry.headers.get("location")]).toEqual([303, "/staff/import"]);
    const looked = await settled();
    expect(looked).toContain("Nothing was taken");
    expect(looked).toContain("/tea/ → /cha/");
    expect(await boardByUri(app.site.threads.store.kysely, "cha")).toBeNull();
    await bring({ uri: "cha", owner: "Olga" });
    const done = await settled();
    expect(done).toMatch(/Olga: <code>\/invitation\/[\w-]{22}<\/code>/);
    expect(await (await ask("/cha/")).text()).toContain("words that travel");
    expect(await settled()).not.toContain("/invitation/");
    const log = await (await ask("/staff/log")).text();
    expect(log).toContain("import");
  }, 60_000);

  test("says why an export is refused, and is the admins’ alone", async () => {
    const { app, send, settled } = await stand();
    const bring = (fields: Record<string, string | Blob>) =>
      send("/staff/import", "/staff/import", fields);
    expect((await bring({ export: new Blob([]) })).status).toBe(422);
    expect((await bring({ export: new Blob(["x"]), uri: "../x" })).status).toBe(422);
    await bring({ export: new Blob(["<script>alert(1)</script>".repeat(50)]) });
    const text = await settled();
    expect(text).toContain("It was refused: the export can’t be read: it is no tar archive");
    const nobody = await app.fetch(new Request(`${ORIGIN}/staff/import`), "192.0.2.2");
    expect(nobody.headers.get("location")).toContain("/account/sign-in");
  }, 60_000);
});
