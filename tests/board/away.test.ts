import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, postgresPrograms, startPostgres } from "@egide/testkit/postgres.ts";
import { type RunningProcess, startProcess } from "@egide/testkit/process.ts";

/*
 * PostgreSQL goes away in the middle of everything, and comes back: two processes of the board, which
 * nobody touches, say so clearly meanwhile, and lose nothing that they took.
 */
const ROOT = join(import.meta.dir, "../..");
const URL_OF_SITE = "http://board.test";
const TEXT = "Words that somebody took a long time to write";

describe.skipIf(postgresPrograms() === null)("a board whose PostgreSQL goes away", () => {
  const state = mkdtempSync(join(tmpdir(), "egide-away-"));
  const boards: { readonly process: RunningProcess; readonly url: string }[] = [];
  let server: PostgresServer;
  let database = "";

  beforeAll(async () => {
    server = await startPostgres();
    database = await server.database();
    const program = join(ROOT, "apps/egide/src/main.ts");
    const command = [process.execPath, program, "board", "--state", state, "--database", database];
    // At once, on empty records: one of them makes the tables and the first boards.
    const both = await Promise.all(
      [0, 1].map(() =>
        startProcess([...command, "--listen", "127.0.0.1:0", "--url", URL_OF_SITE], {
          ready: /Ctrl-C/,
          timeoutMs: 90_000,
        }),
      ),
    );
    for (const board of both) {
      boards.push({ process: board, url: /board +(http:\S+)/.exec(board.output())?.[1] ?? "" });
    }
  }, 120_000);
  afterAll(async () => {
    await Promise.all(boards.map((board) => board.process.stop()));
    await server?.stop();
    rmSync(state, { recursive: true, force: true });
  });

  let people = 0;
  function send(door: number, fields: Record<string, string>): Promise<Response> {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    people += 1;
    const address = `198.51.${people % 250}.${1 + (Math.floor(people / 250) % 250)}`;
    const headers = { origin: URL_OF_SITE, "x-forwarded-for": address };
    const url = `${boards[door]?.url}/b/post`;
    return fetch(url, { method: "POST", body, headers, redirect: "manual" });
  }
  const numberOf = (answer: Response): number =>
    Number(/posted=(\d+)/.exec(answer.headers.get("location") ?? "")?.[1]);

  test("two that began at once have one set of boards, and one of them the first password", async () => {
    const told = boards.filter(({ process }) => process.output().includes("password"));
    expect(told.length).toBe(1);
    for (const { url } of boards) expect((await fetch(`${url}/b/`)).status).toBe(200);
  });

  test("says so, keeps what was written, comes back by itself, and has all that it took", async () => {
    const opening = await send(0, { subject: "Away", text: "Opened before" });
    const thread = /thread\/(\d+)/.exec(opening.headers.get("location") ?? "")?.[1] as string;
    const taken: number[] = [];
    const others: number[] = [];
    let isOver = false;
    const write = async (writer: number): Promise<void> => {
      for (let i = 0; ; i++) {
        if (isOver) return;
        const text = `Writer ${writer}, post ${i}: ${crypto.randomUUID()}`;
        const answer = await send(writer % 2, { thread, text });
        await answer.text();
        if (answer.status === 303) taken.push(numberOf(answer));
        else {
          others.push(answer.status);
          await Bun.sleep(20);
        }
      }
    };
    const writers = Array.from({ length: 6 }, (_, writer) => write(writer));
    while (taken.length < 40) await Bun.sleep(20);
    await server.crash();
    const before = taken.length;

    // While it is away.
    const page = await fetch(`${boards[0]?.url}/b/thread/${thread}`);
    expect([page.status, page.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await page.text()).toContain("records can’t be reached");
    const words = await send(1, { thread, text: TEXT });
    expect(words.status).toBe(503);
    expect(await words.text()).toContain(TEXT);
    const one = await send(1, { thread, text: "Wordofitsown" });
    expect(await one.text()).toContain("Wordofitsown");
    const credentials = new URLSearchParams({ username: "admin", password: "not the password" });
    const entering = await fetch(`${boards[0]?.url}/account/sign-in`, {
      method: "POST",
      body: credentials,
      headers: { origin: URL_OF_SITE },
    });
    // Nobody is told that their password is wrong.
    expect(entering.status).toBe(503);

    await server.again();
    const since = Date.now();
    while (taken.length < before + 40 && Date.now() - since < 60_000) await Bun.sleep(50);
    isOver = true;
    await Promise.all(writers);
    expect(taken.length).toBeGreaterThanOrEqual(before + 40);
    // 422: it was back when the form was drawn again, with what was written and why it was not taken.
    expect(others.filter((status) => status !== 503 && status !== 422)).toEqual([]);
    expect(others).toContain(503);

    // Everything that was acknowledged is there, and what is there has a number of its own.
    const answer = await fetch(`${boards[1]?.url}/b/thread/${thread}.json`);
    const { posts } = (await answer.json()) as { posts: { no: number }[] };
    const numbers = posts.map(({ no }) => no);
    expect(taken.filter((no) => !numbers.includes(no))).toEqual([]);
    expect(new Set(numbers).size).toBe(numbers.length);
    // They hear of each other again.
    const events = await fetch(`${boards[1]?.url}/b/thread/${thread}/events`);
    const reader = (events.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const last = "Said at the first door once all is well again";
    expect((await send(0, { thread, text: last })).status).toBe(303);
    let heard = "";
    while (!heard.includes(last)) {
      const { value, done } = await reader.read();
      if (done) break;
      heard += new TextDecoder().decode(value);
    }
    await reader.cancel();
    expect(heard).toContain(last);
  }, 120_000);
});
