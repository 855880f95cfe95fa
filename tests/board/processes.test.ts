import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onEachEngine } from "@egide/testkit/engines.ts";
import { type RunningProcess, startProcess } from "@egide/testkit/process.ts";

/*
 * Two processes of the board on the same records: what happens in one is told, shown and forgotten by
 * the other.
 */
const ROOT = join(import.meta.dir, "../..");
const URL_OF_SITE = "http://board.test";
const SOON_MS = 5000;

interface Board {
  readonly process: RunningProcess;
  readonly url: string;
}

async function start(state: string, database: string): Promise<Board> {
  const program = join(ROOT, "apps/egide/src/main.ts");
  const command = [process.execPath, program, "board", "--state", state, "--database", database];
  const board = await startProcess([...command, "--listen", "127.0.0.1:0", "--url", URL_OF_SITE], {
    ready: /Ctrl-C/,
    timeoutMs: 60_000,
  });
  return { process: board, url: /board +(http:\S+)/.exec(board.output())?.[1] ?? "" };
}

/** What a reader of a thread is told, as text. */
class Reader {
  readonly #reader: {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
  #text = "";

  private constructor(response: Response) {
    const body = response.body as ReadableStream<Uint8Array>;
    this.#reader = body.getReader();
  }

  static async of(board: Board, path: string): Promise<Reader> {
    const response = await fetch(`${board.url}${path}/events`);
    expect(response.status).toBe(200);
    const reader = new Reader(response);
    await reader.told(/retry: 3000/);
    return reader;
  }

  async told(pattern: RegExp): Promise<void> {
    const late = AbortSignal.timeout(SOON_MS);
    const tooLate = new Promise<never>((_, reject) => {
      late.addEventListener("abort", () =>
        reject(new Error(`never told ${pattern}: ${this.#text}`)),
      );
    });
    while (!pattern.test(this.#text)) {
      const { value, done } = await Promise.race([this.#reader.read(), tooLate]);
      if (done) throw new Error(`it ended before ${pattern}: ${this.#text}`);
      this.#text += new TextDecoder().decode(value);
    }
  }

  end(): void {
    void this.#reader.cancel();
  }
}

let people = 0;

async function send(
  board: Board,
  path: string,
  fields: Record<string, string>,
  from?: string,
): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  people += 1;
  // Each is somebody else: this is no flood.
  const address = from ?? `198.51.${people % 250}.1`;
  const headers = { origin: URL_OF_SITE, "x-forwarded-for": address };
  return fetch(`${board.url}${path}`, { method: "POST", body, headers, redirect: "manual" });
}

async function opened(board: Board, text: string): Promise<number> {
  const response = await send(board, "/b/post", { subject: "Two doors", text });
  return Number(/thread\/(\d+)/.exec(response.headers.get("location") ?? "")?.[1]);
}

onEachEngine("two processes of a board", (fresh) => {
  const state = mkdtempSync(join(tmpdir(), "egide-two-"));
  let database = "";
  let one: Board;
  let two: Board;
  afterAll(async () => {
    await Promise.all([one?.process.stop(), two?.process.stop()]);
    rmSync(state, { recursive: true, force: true });
  });

  test("start beside each other, and the second takes nothing of the first's away", async () => {
    database = await fresh();
    one = await start(state, database);
    // What the first has under way and has named nowhere yet.
    const temp = join(state, "media/temp/under-way");
    await Bun.write(temp, "half a file");
    two = await start(state, database);
    expect(readdirSync(join(state, "media/temp"))).toEqual(["under-way"]);
    rmSync(temp);
  }, 120_000);

  test("tell their readers of posts, deletions and removed threads in the other", async () => {
    const no = await opened(one, "Written behind the first door, read behind the second");
    const path = `/b/thread/${no}`;
    const atTwo = await Reader.of(two, path);
    const atOne = await Reader.of(one, path);
    const words = "Somebody answers at the first door, and the second hears of it";
    const sent = await send(one, "/b/post", { thread: String(no), text: words, password: "p1" });
    expect(sent.status).toBe(303);
    await Promise.all([atOne.told(/answers at the first door/), atTwo.told(/hears of it/)]);
    // And the other way round.
    const back = "The second door answers as well";
    await send(two, "/b/post", { thread: String(no), text: back, password: "p2" });
    await Promise.all([atOne.told(/second door answers/), atTwo.told(/second door answers/)]);
    await send(two, `/b/post/${no + 1}/delete`, { password: "p1" });
    const gone = new RegExp(`data: {"no":${no + 1}}\n`);
    await Promise.all([atOne.told(gone), atTwo.told(gone)]);
    atOne.end();
    atTwo.end();
  }, 30_000);

  test("take posts at the same time, each with a number of its own", async () => {
    const no = await opened(one, "A thread that everybody answers at once, at both doors");
    const each = 25;
    const answers = await Promise.all(
      [one, two].flatMap((board, door) =>
        Array.from({ length: each }, (_, i) =>
          send(board, "/b/post", {
            thread: String(no),
            text: `Answer ${i} at door ${door} of somebody who says it once: ${crypto.randomUUID()}`,
          }),
        ),
      ),
    );
    const numbers = answers.map((answer) => {
      expect(answer.status).toBe(303);
      return Number(/posted=(\d+)/.exec(answer.headers.get("location") ?? "")?.[1]);
    });
    expect(numbers.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 2 * each }, (_, i) => no + 1 + i),
    );
  }, 60_000);

  test("count somebody's sign-ins and posts together, whichever door they take", async () => {
    const doors = [one, two];
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const guess = { username: "admin", password: `not the password ${i}` };
      const door = doors[i % 2] as Board;
      statuses.push((await send(door, "/account/sign-in", guess, "203.0.113.7")).status);
    }
    expect(statuses).toEqual(Array.from({ length: 12 }, (_, i) => (i < 8 ? 401 : 429)));
    // One neighbourhood posts thirty at once; each time as somebody else of it.
    const no = await opened(one, "A thread that one street floods through both doors");
    const began = Date.now();
    const sent = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        send(
          doors[i % 2] as Board,
          "/b/post",
          { thread: String(no), text: `word ${i}` },
          `192.0.2.${i}`,
        ),
      ),
    );
    const taken = sent.filter(({ status }) => status === 303).length;
    // Thirty, and one more for each two seconds that it took.
    expect(taken).toBeGreaterThanOrEqual(30);
    expect(taken).toBeLessThanOrEqual(30 + Math.ceil((Date.now() - began) / 2000));
  }, 60_000);

  test("show at once what was written in the other, on every page that is read from memory", async () => {
    const no = await opened(one, "An opening that the second has drawn before");
    const pages = ["/b/", "/b/catalog", "/overboard", `/b/thread/${no}`, `/b/thread/${no}.json`];
    for (const page of pages) await (await fetch(two.url + page)).text();
    const words = "A later reply that nobody may miss";
    await send(one, "/b/post", { thread: String(no), text: words });
    for (const page of pages) {
      const text = await (await fetch(two.url + page)).text();
      const shown = page.endsWith("catalog") ? /1 reply/.test(text) : text.includes(words);
      expect([page, shown]).toEqual([page, true]);
    }
  }, 30_000);
});
