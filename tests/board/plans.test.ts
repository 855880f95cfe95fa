import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import { sweep } from "@egide/board/job/housekeeping.ts";
import { appoint } from "@egide/board/moderation/service/staff.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { openStore } from "@egide/board/store/open.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "@egide/testkit/postgres.ts";

/*
 * Pages of a filled board on PostgreSQL: none of them may read all posts, threads, reports or files to
 * show some. The server's own extension writes down the plan of every query.
 */
const ORIGIN = "https://board.test";
const PASSWORD = "correct horse battery";
const programs = postgresPrograms();
const hasPlans = programs !== null && existsSync(join(programs, "../lib/auto_explain.so"));

const THREADS = 1000;
const REPLIES = 30;
const FILL = `
insert into board (uri, title, subtitle, state, "createdAt", settings, "lastNo", "rulesVersion", version, listed)
  select 'b' || n, 'B', '', 'open', 0, '{}', 100000, 1, 1, 1 from generate_series(1, 5) n;
insert into thread
  select b, t * 100, t, t * 1000 + b, 'Thread ' || t, 0, 0, 0, 0, case when t > ${THREADS / 5} - 150 then null else ${Date.now()} end,
    ${REPLIES}, 1, 'visible', 1, t * 100 + ${REPLIES}, t
  from generate_series(1, 5) b, generate_series(1, ${THREADS / 5}) t;
insert into post ("boardId", no, "threadNo", "createdAt", name, subject, sage, text, html, "sessionHash", state,
    files, backlinks, dice, version)
  select b, t * 100 + r, t * 100, t * 100 + r, 'Anonymous', '', 0, 'word' || (r % 7) || ' of ' || t, 'x', 's' || (t % 50),
    'visible', '[]', '[]', '[]', 1
  from generate_series(1, 5) b, generate_series(1, ${THREADS / 5}) t, generate_series(0, ${REPLIES}) r;
insert into post_search select id, to_tsvector('simple', 'egideboard' || "boardId" || ' ' || text) from post;
insert into media (sha256, md5, kind, bytes, state, "createdAt")
  select encode(sha256(id::text::bytea), 'hex'), id, 'png', 1, 'stored', 0 from post where id % 3 = 0;
insert into post_media select id, 0, encode(sha256(id::text::bytea), 'hex'), 'x', 'a', 0 from post where id % 3 = 0;
insert into queue_item ("postId", "boardId", "threadNo", no, category, lane, "dueAt", state, waiting, "openedAt", reports)
  select id, "boardId", "threadNo", no, 'rule', 2, id, 'decided', case when id % 100 = 0 then 1 else 0 end, id, 1
  from post where id % 2 = 0;
insert into report ("itemId", "postId", "boardId", category, text, source, at, receipt, final)
  select id, "postId", "boardId", 'rule', 'x', 'visitor', id, 'r' || id, 0 from queue_item;
insert into act (id, at, "staffId", kind, "boardId", "threadNo", no, "postId", reason, state, "stateAt", before, after)
  select 'a' || id, id, 'x', 'remove', "boardId", "threadNo", no, id, 'r', 'done', id, 'visible', 'removed'
  from post where id % 2 = 1;
insert into staff_log
  select n, n, 'x', 'act', 1, 's', '{}', '', 'h' from generate_series(1, 10000) n;
update staff_log_head set seq = 10000;
analyze`;

async function psql(url: string, text: string): Promise<void> {
  const program = join(programs ?? "", "psql");
  const child = Bun.spawn([program, "-q", "-v", "ON_ERROR_STOP=1", "-c", text, url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const problem = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`psql: ${problem}`);
}

describe.skipIf(!hasPlans)("queries of a filled board on PostgreSQL", () => {
  const state = mkdtempSync(join(tmpdir(), "egide-plans-"));
  let server: PostgresServer;
  let app: BoardApp;
  let cookie = "";

  beforeAll(async () => {
    server = await startPostgres();
    const database = await server.database();
    await (await openStore(database)).close();
    await psql(database, FILL);
    const name = /\/(\w+)\?/.exec(database)?.[1];
    for (const setting of [
      "session_preload_libraries = 'auto_explain'",
      "auto_explain.log_min_duration = 0",
      // As on a site a hundred times as large: what has to be looked in does not fit.
      "work_mem = '64kB'",
    ]) {
      await psql(database, `alter database ${name} set ${setting}`);
    }
    app = await startBoard({
      database,
      media: join(state, "media"),
      secret: new Uint8Array(32).fill(4),
      settings: instanceSettingsSchema.parse({ url: ORIGIN }),
      origins: [ORIGIN],
      trusted: new CidrSet([]),
      // Jobs run once, at the start.
      clock: new FakeClock(Date.now()),
      edge: null,
      report: () => undefined,
    });
    const root = await app.accounts.create("root", PASSWORD);
    const grant = { role: "admin", boardId: null } as const;
    await appoint(app.moderation, null, { accountId: root.id, name: "root", grant });
    const entered = await send("/account/sign-in", { username: "root", password: PASSWORD });
    cookie = entered.headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
  }, 120_000);
  afterAll(async () => {
    await app?.stop();
    await server?.stop();
    rmSync(state, { recursive: true, force: true });
  });

  async function send(path: string, fields: Record<string, string>): Promise<Response> {
    const body = new URLSearchParams(fields);
    const headers = { origin: ORIGIN, cookie };
    return app.fetch(new Request(ORIGIN + path, { method: "POST", body, headers }), "192.0.2.1");
  }

  /** Tables that queries read whole since a place in the log, with the query. */
  function scansSince(mark: number): readonly string[] {
    const entries = server
      .log()
      .slice(mark)
      .split(/\n(?=\d{4}-\d\d-\d\d )/);
    return entries.flatMap((entry) => {
      const query = /Query Text: ([^\n]{0,200})/.exec(entry)?.[1] ?? "";
      const scans = entry.matchAll(
        /Seq Scan on (post|thread|post_search|media|post_media|report|act|staff_log)\b/g,
      );
      return [...scans].map(([, table]) => `${table}: ${query}`);
    });
  }

  test.each([
    "/b1/",
    "/b1/5",
    "/b1/catalog",
    "/b1/catalog.json",
    "/b1/threads.json",
    "/b1/archive",
    "/b1/archive.json",
    "/b1/thread/20000",
    "/b1/thread/20000.json",
    "/b1/post/20000",
    "/b1/index.rss",
    "/overboard",
    "/search?q=word1",
    "/search?board=b1&q=word1+of",
    "/b1/log",
    "/staff/item/2",
    "/staff/log",
    "/staff/statistics",
    "/staff/post/100",
  ])("%s reads no table whole", async (path) => {
    const mark = server.log().length;
    const answer = await app.fetch(
      new Request(ORIGIN + path, { headers: { cookie } }),
      "192.0.2.1",
    );
    await answer.text();
    expect(answer.status).toBe(200);
    expect(scansSince(mark)).toEqual([]);
  });

  test("posting and sweeping read no table whole", async () => {
    const mark = server.log().length;
    const posted = await send("/b1/post", {
      thread: "20000",
      text: ">>20000 and >>20001 answered",
    });
    expect(posted.status).toBe(303);
    const { store } = app.site.threads;
    await sweep(store, app.site.media, join(state, "media"), Date.now(), 0);
    expect(scansSince(mark)).toEqual([]);
    // The plans are there to be looked at.
    expect(server.log().slice(mark)).toContain("Index Scan using");
    const { count } = await store.kysely
      .selectFrom("media")
      .select((row) => row.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    expect(count).toBe(Math.floor((THREADS * (REPLIES + 1)) / 3));
  });
});
