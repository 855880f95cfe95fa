import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import { HOSTILE } from "@egide/board/markup/testing/hostile.ts";
import { appoint } from "@egide/board/moderation/service/staff.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import sharp from "sharp";

/*
 * Texts that try to run, from a hostile poster and from a hostile moderator, in every field that
 * there is; then every page of the board is read for what came of them.
 */
const ORIGIN = "https://board.test";
const PASSWORD = "correct horse battery";
const folder = mkdtempSync(join(tmpdir(), "egide-hostile-"));
const clock = new FakeClock();
clock.jump(Date.now() - clock.now());
let app: BoardApp;

beforeAll(async () => {
  app = await startBoard({
    database: `sqlite:${join(folder, "board.db")}`,
    media: join(folder, "media"),
    secret: new Uint8Array(32).fill(7),
    settings: instanceSettingsSchema.parse({
      url: ORIGIN,
      boardCreation: "open",
      boardsPerAccount: 1000,
    }),
    origins: [ORIGIN],
    trusted: new CidrSet(["192.0.2.1"]),
    clock,
    edge: null,
    report: () => undefined,
  });
  const { id: accountId } = await app.accounts.create("root", PASSWORD);
  const grant = { role: "admin", boardId: null } as const;
  await appoint(app.moderation, null, { accountId, name: "root", grant });
}, 60_000);

afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

let people = 0;

/** Somebody new from somewhere else each time it is made. */
function somebody() {
  people += 1;
  const from = `10.${people % 250}.${Math.floor(people / 250)}.1`;
  const jar = new Map<string, string>();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    headers.set("x-forwarded-for", from);
    const answer = await app.fetch(new Request(ORIGIN + path, { ...init, headers }), "192.0.2.1");
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    return answer;
  };
  const send = (path: string, fields: Record<string, string | File>): Promise<Response> => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return ask(path, { method: "POST", body, headers: { origin: ORIGIN } });
  };
  return { ask, send };
}

interface Found {
  readonly elements: Set<string>;
  readonly bad: string[];
}

const SAFE_URL = /^(?:https?:|\/|#|\?|data:image\/svg\+xml|mailto:)/;

/** Every element of a page, and what no page of ours has: handlers, styles, scripts of others. */
async function look(path: string, response: Response): Promise<Found> {
  const elements = new Set<string>();
  const bad: string[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element(element) {
      elements.add(element.tagName);
      for (const [name, value] of element.attributes) {
        const isBad =
          name.startsWith("on") ||
          name === "style" ||
          name === "srcdoc" ||
          (/^(?:href|src|action|formaction|data|poster)$/.test(name) && !SAFE_URL.test(value));
        if (isBad) bad.push(`${path}: <${element.tagName} ${name}="${value}">`);
      }
      const source = element.getAttribute("src");
      if (element.tagName === "script" && !/^\/(?:assets|account)\//.test(source ?? "")) {
        bad.push(`${path}: a script of its own`);
      }
    },
  });
  await rewriter.transform(response).text();
  return { elements, bad };
}

/** What the board's pages are made of; a text that made an element of its own would show here. */
const KNOWN = new Set(
  "html head meta title link script body a header nav main footer p h1 h2 h3 section article div span b strong em i s u del mark small abbr time br ul ol li dl dt dd table thead tbody tr th td caption form input textarea select option button label fieldset legend details summary figure figcaption img code pre blockquote q noscript svg rect text title g line path".split(
    " ",
  ),
);

test("no text of a poster, a reporter, an owner or a moderator becomes anything but text", async () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(100);
  const admin = somebody();
  await admin.send("/account/sign-in", { username: "root", password: PASSWORD });
  const picture = await sharp({
    create: { width: 8, height: 8, channels: 3, background: "teal" },
  })
    .png()
    .toBuffer();
  const statuses = new Map<string, number>();
  const note = (what: string, { status }: Response): void => {
    if (status < 400) statuses.set(what, (statuses.get(what) ?? 0) + 1);
    else if (status >= 500) throw new Error(`${what} answered ${status}`);
  };
  for (const [i, text] of HOSTILE.entries()) {
    clock.advance(600_000);
    const uri = `x${i}`;
    const short = text.replaceAll("\n", " ").slice(0, 60);
    // An owner: title, subtitle, settings, rules.
    const board = { uri, title: short || "x", subtitle: text.slice(0, 200) };
    const owner = somebody();
    await owner.send("/account/sign-in", { username: "root", password: PASSWORD });
    note("create", await owner.send("/create", board));
    // A poster: name, subject, text, the name of a file, also of a kind that scripts.
    const poster = somebody();
    const more = i % 20 === 0 ? { files: new File([picture], `${short}.png`) } : {};
    const post = { name: short, subject: text.slice(0, 100), text, ...more };
    note("post", await poster.send(`/${uri}/post`, post));
    // A reporter.
    const reporter = somebody();
    const reported = await reporter.send(`/${uri}/post/1/report`, {
      category: "hate",
      reason: text,
    });
    note("report", reported);
    const receipt = reported.headers.get("location");
    if (receipt !== null) {
      const { bad } = await look(receipt, await reporter.ask(receipt));
      expect(bad).toEqual([]);
    }
    // Forms that are refused give back what was written.
    const back = await reporter.send(`/${uri}/post/1/report`, { reason: text });
    expect((await look("refused report", back)).bad).toEqual([]);
    const lost = await reporter.send("/nowhere/post", { text, name: short });
    expect((await look("refused post", lost)).bad).toEqual([]);
    const search = await reporter.ask(`/search?q=${encodeURIComponent(text.toWellFormed())}`);
    expect((await look("search", search)).bad).toEqual([]);
  }
  for (const what of ["create", "post", "report"]) {
    expect([what, (statuses.get(what) ?? 0) > HOSTILE.length * 0.8]).toEqual([what, true]);
  }

  // A moderator, in every field of the staff's forms.
  const { store } = app.moderation;
  const items = await store.kysely.selectFrom("queue_item").select(["id", "boardId"]).execute();
  expect(items.length).toBeGreaterThan(100);
  for (const [i, { id, boardId }] of items.entries()) {
    const text = (HOSTILE[i] ?? "x").slice(0, 900);
    clock.advance(60_000);
    const line = text.replaceAll("\n", " ").replaceAll("|", "/");
    const rules = `r${i} | ${line} | ${line}`.slice(0, 800);
    note("rules", await admin.send(`/staff/rules/${boardId}`, { rules }));
    const act = { rule: "0:law", reason: text, measure: i % 2 === 0 ? "warn" : "hide" };
    note("act", await admin.send(`/staff/item/${id}/act`, act));
    const hold = { posts: "1", authority: text.slice(0, 200), reference: text.slice(0, 200) };
    if (i % 10 === 0) note("hold", await admin.send("/staff/holds", { ...hold, reason: text }));
    const filter = { board: "0", kind: "letters", pattern: `zzzz${i}`, action: "flag" };
    const says = { "message-en": text.slice(0, 200), "message-fr": text.slice(0, 200) };
    note("filter", await admin.send("/staff/filters", { ...filter, ...says, replacement: line }));
    const list = {
      name: `${line.slice(0, 60)} ${i}`,
      category: "spam",
      list: `md5 ${"a".repeat(32)}`,
    };
    if (i % 10 === 0) note("list", await admin.send("/staff/lists", list));
  }
  const acts = await store.kysely.selectFrom("act").select(["id"]).execute();
  expect(acts.length).toBeGreaterThan(100);
  for (const [i, { id }] of acts.entries()) {
    const text = (HOSTILE[i] ?? "x").slice(0, 900);
    clock.advance(60_000);
    const path = app.site.due.decisionPath(id);
    const person = somebody();
    note("appeal", await person.send(path.replace("/decision/", "/appeal/"), { text }));
    expect((await look(path, await person.ask(path))).bad).toEqual([]);
  }

  // Every page, public and of staff.
  const routes = app.routes.filter(({ method }) => method === "GET").map(({ path }) => path);
  const read = new Set<string>();
  const elements = new Set<string>();
  const bad: string[] = [];
  for (const path of new Set(routes)) {
    for (const i of [0, 1, 2, 30, 60, 90, 120]) {
      const at = path
        .replace(/:board\{\[a-z0-9\][^/]+\}/g, `x${i}`)
        .replace(/\/item\/:id\{[^/]+\}/g, `/item/${items[i]?.id ?? 1}`)
        .replace(/:\w+\{\[0-9\][^/]*\}/g, path.includes(":board") ? "1" : String(i + 1))
        .replace(/:\w+\{[^/]+\}/g, "1");
      if (read.has(at) || /:|\*|events$/.test(at)) continue;
      read.add(at);
      const answer = await admin.ask(at);
      if (!(answer.headers.get("content-type") ?? "").startsWith("text/html")) continue;
      expect([at, answer.status < 500]).toEqual([at, true]);
      const found = await look(at, answer);
      bad.push(...found.bad);
      for (const name of found.elements) elements.add(name);
    }
  }
  expect(read.size).toBeGreaterThan(100);
  expect(bad).toEqual([]);
  expect([...elements].filter((name) => !KNOWN.has(name))).toEqual([]);
}, 300_000);

test("texts of people stay within their line of the log and their cell of a table", async () => {
  const admin = somebody();
  await admin.send("/account/sign-in", { username: "root", password: PASSWORD });
  // Line ends and control characters in what is logged are data, inside JSON.
  const rows = await app.moderation.store.kysely.selectFrom("staff_log").selectAll().execute();
  for (const { subject, action, detail } of rows) {
    expect(subject).not.toMatch(/[\r\n]/);
    expect(action).toMatch(/^[a-z-]+\.[a-z-]+$/);
    expect(() => JSON.parse(detail) as unknown).not.toThrow();
    expect(detail).not.toMatch(/[\r\n]/);
  }
  expect(rows.length).toBeGreaterThan(100);
});
