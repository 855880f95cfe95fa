import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { load } from "./load.ts";

const PAGES = 400;
const GOAL_MS = 25;

function open(folder: string): Promise<BoardApp> {
  return startBoard({
    database: `sqlite:${join(folder, "board.db")}`,
    media: join(folder, "media"),
    secret: new Uint8Array(32).fill(9),
    settings: instanceSettingsSchema.parse({ url: "http://board.test" }),
    origins: ["http://board.test"],
    trusted: new CidrSet(["127.0.0.0/8"]),
    clock: systemClock,
    edge: null,
    report: (error) => console.error(error),
  });
}

/** Pages of a full board, from the application, one after the other; and texts posted at once. */
export async function runBoard(threads: number, posts: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "egide-bench-board-"));
  try {
    await (await open(folder)).stop();
    const began = performance.now();
    const made = load(join(folder, "board.db"), threads, posts);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${threads} threads, ${made} posts loaded in ${seconds} s`);
    const app = await open(folder);
    const boards = Math.ceil(threads / 2000);
    const replies = Math.max(1, Math.round(posts / threads) - 1);
    const own = Math.min(2000, threads);
    let met = true;
    for (const [name, path] of [
      ["index", (n: number) => `/bench${n % boards}/${(n % 15) + 1}`],
      ["catalog", (n: number) => `/bench${n % boards}/catalog`],
      [
        "thread",
        (n: number) => `/bench${n % boards}/thread/${((n * 37) % own) * (replies + 1) + 1}`,
      ],
      ["search", (n: number) => `/search?q=harbour+copper&board=bench${n % boards}`],
    ] as const) {
      const times: number[] = [];
      for (let n = 0; n < PAGES; n += 1) {
        const from = performance.now();
        const response = await app.fetch(new Request(`http://board.test${path(n)}`), "127.0.0.1");
        await response.arrayBuffer();
        if (response.status !== 200) throw new Error(`${path(n)} answers ${response.status}`);
        times.push(performance.now() - from);
      }
      times.sort((a, b) => a - b);
      const at = (share: number) => (times[Math.floor(times.length * share)] as number).toFixed(1);
      console.log(`${name.padEnd(8)} p50 ${at(0.5)} ms  p99 ${at(0.99)} ms`);
      if (name !== "search") met &&= Number(at(0.99)) < GOAL_MS;
    }
    await posting(app, boards, (own - 1) * (replies + 1) + 1);
    await app.stop();
    return met;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function posting(app: BoardApp, boards: number, thread: number): Promise<void> {
  const from = performance.now();
  let sent = 0;
  let taken = 0;
  const people = Array.from({ length: 16 }, async () => {
    while (performance.now() - from < 5000) {
      sent += 1;
      const body = new URLSearchParams({
        thread: String(thread),
        text: `word ${sent} ${Math.random()}`,
      });
      const headers = {
        origin: "http://board.test",
        "x-forwarded-for": `10.${sent % 250}.${(sent >> 4) % 250}.${sent % 200}`,
      };
      const url = `http://board.test/bench${sent % boards}/post`;
      const response = await app.fetch(
        new Request(url, { method: "POST", body, headers }),
        "127.0.0.1",
      );
      if (response.status === 303) taken += 1;
    }
  });
  await Promise.all(people);
  const rate = (taken / ((performance.now() - from) / 1000)).toFixed(0);
  console.log(`posting  ${rate} texts/s taken (${sent - taken} refused), durable, one process`);
}
