import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import type { Actor } from "@egide/board/moderation/service/deps.ts";
import { act } from "@egide/board/moderation/service/act.ts";
import { takeReport } from "@egide/board/moderation/service/report.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { changeBoard } from "@egide/board/store/boards.ts";
import { createBoard } from "@egide/board/thread/boards.ts";
import { deleteOwn } from "@egide/board/thread/delete.ts";
import { post } from "@egide/board/thread/posting/post.ts";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";

/*
 * Whatever takes a post out of sight takes it out of every page, feed, answer and stream: each route
 * that the public reads is asked after each way to take a post away.
 */
const ORIGIN = "https://board.test";
const folder = mkdtempSync(join(tmpdir(), "egide-readers-"));
const ADMIN: Actor = { id: "admin", name: "admin", grants: [{ role: "admin", boardId: null }] };
const GROUNDS = { rule: "0:law", reason: "It breaks the rule.", endsAt: null } as const;
let app: BoardApp;
let boardId = 0;

beforeAll(async () => {
  app = await startBoard({
    database: `sqlite:${join(folder, "board.db")}`,
    media: join(folder, "media"),
    secret: new Uint8Array(32).fill(7),
    settings: instanceSettingsSchema.parse({ url: ORIGIN }),
    origins: [ORIGIN],
    trusted: new CidrSet([]),
    clock: systemClock,
    edge: null,
    report: () => undefined,
  });
  const board = { uri: "b", title: "B", subtitle: "", ownerId: null, staff: true } as const;
  boardId = (await createBoard(app.site.threads, board)).id;
  const other = { uri: "elsewhere", title: "C", subtitle: "", ownerId: null, staff: true } as const;
  await createBoard(app.site.threads, other);
}, 60_000);

afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

let sessions = 0;

function write(text: string, threadNo: number | null, board = "b", sessionHash?: string) {
  return post(app.site.threads, {
    board,
    threadNo,
    name: "",
    subject: threadNo === null ? `about ${text}` : "",
    text,
    sage: false,
    password: "",
    poster: {
      sessionHash: sessionHash ?? `somebody${++sessions}`,
      addressHash: null,
      prefixHash: `street${sessions}`,
      addressPeriod: null,
      address: null,
      country: null,
    },
    staff: null,
  });
}

interface Written {
  readonly opening: Awaited<ReturnType<typeof write>>;
  readonly reply: Awaited<ReturnType<typeof write>>;
  readonly session: string;
}

/** By the path of each route that the public reads: what to ask there. Null: it shows no posts. */
function readers(
  { opening, reply }: Written,
  word: string,
): Record<string, readonly string[] | null> {
  const [t, r] = [opening.no, reply.no];
  const board = ":board{[a-z0-9]{1,24}}";
  const thread = `${ORIGIN}/b/thread/${t}`;
  return {
    "/": ["/"],
    "/overboard": ["/overboard"],
    "/search": [`/search?q=${word}`, `/search?q=${word}&board=b`],
    "/boards.json": ["/boards.json"],
    "/webring.json": ["/webring.json"],
    "/oembed": [`/oembed?url=${encodeURIComponent(thread)}`],
    "/rules": ["/rules"],
    "/log": ["/log"],
    [`/${board}`]: ["/b"],
    [`/${board}/`]: ["/b/", "/b/?now"],
    [`/${board}/:page{[0-9]{1,4}}`]: ["/b/1"],
    [`/${board}/catalog`]: ["/b/catalog", "/b/catalog?sort=new"],
    [`/${board}/archive`]: ["/b/archive"],
    [`/${board}/rules`]: ["/b/rules"],
    [`/${board}/log`]: ["/b/log"],
    [`/${board}/held`]: ["/b/held"],
    [`/${board}/thread/:no{[0-9]{1,15}}`]: [
      `/b/thread/${t}`,
      `/b/thread/${r}`,
      `/b/thread/${t}?quote=${r}`,
    ],
    [`/${board}/thread/:no{[0-9]{1,15}}/events`]: [`/b/thread/${t}/events?after=0`],
    [`/${board}/post/:no{[0-9]{1,15}}`]: [`/b/post/${t}`, `/b/post/${r}`],
    [`/${board}/catalog.json`]: ["/b/catalog.json"],
    [`/${board}/threads.json`]: ["/b/threads.json"],
    [`/${board}/archive.json`]: ["/b/archive.json"],
    [`/${board}/:file{[0-9]{1,4}\\.json}`]: ["/b/1.json"],
    [`/${board}/thread/:file{[0-9]{1,15}(?:-tail)?\\.json}`]: [
      `/b/thread/${t}.json`,
      `/b/thread/${t}-tail.json`,
      `/b/thread/${r}.json`,
    ],
    [`/${board}/index.rss`]: ["/b/index.rss"],
    [`/${board}/index.atom`]: ["/b/index.atom"],
    [`/${board}/thread/:file{[0-9]{1,15}\\.rss}`]: [`/b/thread/${t}.rss`],
    [`/${board}/thread/:file{[0-9]{1,15}\\.atom}`]: [`/b/thread/${t}.atom`],
    // Leads on to what is asked above, and no further than to a post in sight.
    [`/${board}/res/:file{[0-9]{1,15}(?:[+-].{0,300})?\\.html}`]: [
      `/b/res/${t}.html`,
      `/b/res/${r}.html`,
    ],
    [`/${board}/thread/:file{[0-9]{1,15}(?:[+-].{0,300})?\\.html}`]: [`/b/thread/${r}.html`],
    [`/${board}/:file{(?:index|catalog|archive|[0-9]{1,4})\\.html}`]: null,
    [`/${board}/:file{[0-9]{14,16}s?\\.[a-z0-9]{3,4}}`]: null,
    [`/${board}/src/:name`]: null,
    "/file/:name": null,
    "/assets/:name": null,
    "/media/:name": null,
    "/about": null,
    "/preferences": null,
    "/create": null,
    "/watched": ["/watched"],
    "/invitation/:token{[A-Za-z0-9_-]{22}}": null,
    "/report/:receipt{[A-Za-z0-9_-]{16,64}}": null,
    "/decision/:token{[A-Za-z0-9_-]{16,64}}": null,
    [`/proof/${board}`]: null,
    "/.well-known/egide-moderation.json": null,
  };
}

async function read(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return app.fetch(new Request(ORIGIN + path, { headers }), "192.0.2.1");
}

/** What an answer says; of one that goes on, what it says first. */
async function said(answer: Response): Promise<string> {
  if (answer.headers.get("content-type")?.startsWith("text/event-stream") !== true) {
    return answer.text();
  }
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value as Uint8Array | undefined);
}

const remove = (postId: number, kind: "hide" | "remove") =>
  act(app.moderation, ADMIN, { ...GROUNDS, postId, measures: [{ kind }] });

/** How a post goes out of sight, and which of the words go with it. */
const WAYS: readonly {
  readonly name: string;
  readonly gone: readonly ("opening" | "reply")[];
  readonly run: (written: Written) => Promise<unknown>;
}[] = [
  {
    name: "the opening post is hidden",
    gone: ["opening", "reply"],
    run: ({ opening }) => remove(opening.postId, "hide"),
  },
  {
    name: "the opening post is removed",
    gone: ["opening", "reply"],
    run: ({ opening }) => remove(opening.postId, "remove"),
  },
  { name: "a reply is hidden", gone: ["reply"], run: ({ reply }) => remove(reply.postId, "hide") },
  {
    name: "a reply is removed",
    gone: ["reply"],
    run: ({ reply }) => remove(reply.postId, "remove"),
  },
  {
    name: "the opening post is reported as what has to go at once",
    gone: ["opening", "reply"],
    run: ({ opening }) => reported(opening.postId),
  },
  {
    name: "a reply is reported as what has to go at once",
    gone: ["reply"],
    run: ({ reply }) => reported(reply.postId),
  },
  {
    name: "the poster deletes a reply",
    gone: ["reply"],
    run: ({ reply, session }) => deleted(reply.no, session),
  },
  {
    name: "the poster deletes the thread",
    gone: ["opening", "reply"],
    run: ({ opening, session }) => deleted(opening.no, session),
  },
  {
    name: "the board is closed",
    gone: ["opening", "reply"],
    run: () => changeBoard(app.moderation.store.kysely, boardId, { state: "closed" }),
  },
];

function reported(postId: number): Promise<string> {
  const report = { text: "", source: "visitor", sessionHash: null } as const;
  return takeReport(app.moderation, { postId, category: "child-abuse", ...report });
}

function deleted(no: number, sessionHash: string) {
  return deleteOwn(app.site.threads, "b", no, { sessionHash, password: "" });
}

describe("what went out of sight", () => {
  test("is asked for at every address that the public reads", () => {
    const place = { no: 1, postId: 1, threadNo: 1, board: "b", state: "visible" } as const;
    const known = readers({ opening: place, reply: place, session: "" }, "x");
    const paths = app.routes
      .filter(({ method, path }) => method === "GET" && !/^\/(?:staff|account)\b/.test(path))
      .map(({ path }) => path);
    expect([...new Set(paths)].filter((path) => !Object.hasOwn(known, path))).toEqual([]);
  });

  for (const [at, { name, gone, run }] of WAYS.entries()) {
    test(`is nowhere once ${name}`, async () => {
      const words = { opening: `opening${at}quokka`, reply: `reply${at}wombat` };
      const session = `poster${at}`;
      const opening = await write(words.opening, null, "b", session);
      const reply = await write(words.reply, opening.no, "b", session);
      const written: Written = { opening, reply, session };
      // Somebody refers to both from another board: their post stays.
      await write(`see >>>/b/${opening.no} and >>>/b/${reply.no}`, null, "elsewhere");
      const addresses = gone.flatMap((which) =>
        Object.values(readers(written, words[which])).flatMap((paths) => paths ?? []),
      );
      const before = new Map<string, { readonly headers: Headers; readonly text: string }>();
      let shown = 0;
      for (const path of addresses) {
        const answer = await read(path);
        const text = await said(answer);
        if (gone.some((which) => text.includes(words[which]))) shown += 1;
        before.set(path, { headers: answer.headers, text });
      }
      // Or the test would find nothing for having asked nowhere.
      expect(shown).toBeGreaterThanOrEqual(15);
      await run(written);
      for (const path of addresses) {
        const text = await said(await read(path));
        const left = gone.filter(
          (which) => text.includes(words[which]) && !path.includes(words[which]),
        );
        expect([path, left]).toEqual([path, []]);
        // The search says again what was asked for, and nothing of what it found.
        if (path.startsWith("/search"))
          expect([path, text.includes("<article")]).toEqual([path, false]);
        // Who kept it from before is not told that it is still the same.
        const old = before.get(path);
        const since = old?.headers.get("last-modified");
        const headers: Record<string, string> = {
          "if-none-match": old?.headers.get("etag") ?? '"none"',
          ...(since == null ? {} : { "if-modified-since": since }),
        };
        const again = await read(path, headers);
        const keeps =
          again.status === 304 && gone.some((which) => old?.text.includes(words[which]));
        expect([path, keeps]).toEqual([path, false]);
        await again.body?.cancel();
      }
    }, 30_000);
  }
});

describe("what a cache may keep", () => {
  /** What its key does not hold, and what strangers may write. */
  const HEADERS: readonly Readonly<Record<string, string>>[] = [
    {
      cookie: "visitor=AAAAAAAAAAAAAAAAAAAAAA.forged; person.session_token=x",
      "user-agent": "evil.test",
    },
    { host: "evil.test", "x-forwarded-host": "evil.test", "x-forwarded-proto": "http" },
    {
      forwarded: "host=evil.test;proto=http",
      "x-original-url": "/staff",
      "x-rewrite-url": "/staff",
    },
    {
      "x-http-method-override": "DELETE",
      "x-forwarded-prefix": "/evil.test",
      referer: "https://evil.test/",
    },
    { accept: "text/html, application/json", "x-forwarded-for": "203.0.113.9", te: "trailers" },
  ];

  test("says the same to everybody, and gives nobody a cookie", async () => {
    await changeBoard(app.moderation.store.kysely, boardId, { state: "open" });
    const opening = await write("for everybody", null);
    const reply = await write("for everybody, too", opening.no);
    const written: Written = { opening, reply, session: "" };
    const addresses = Object.values(readers(written, "everybody")).flatMap((paths) => paths ?? []);
    let kept = 0;
    for (const path of addresses) {
      const plain = await read(path);
      if (plain.headers.get("cache-control")?.includes("public") !== true) {
        await plain.body?.cancel();
        continue;
      }
      kept += 1;
      const text = await plain.text();
      expect([path, plain.headers.getSetCookie()]).toEqual([path, []]);
      expect([path, plain.headers.get("vary")]).toEqual([path, "accept-language"]);
      for (const headers of HEADERS) {
        const request = new Request(`https://evil.test${path}`, { headers });
        const other = await app.fetch(request, "192.0.2.1");
        expect([path, headers, other.status, other.headers.getSetCookie()]).toEqual([
          path,
          headers,
          plain.status,
          [],
        ]);
        expect([path, (await other.text()) === text]).toEqual([path, true]);
      }
    }
    expect(kept).toBeGreaterThanOrEqual(20);
  }, 30_000);
});
