import { afterAll, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningProcess, startProcess } from "@egide/testkit/process.ts";
import sharp from "sharp";

/* The board is ended without warning while people post pictures, and started again. */
const ROOT = join(import.meta.dir, "../..");
const state = mkdtempSync(join(tmpdir(), "egide-crash-"));
afterAll(() => rmSync(state, { recursive: true, force: true }));

async function start(): Promise<{ readonly board: RunningProcess; readonly url: string }> {
  const program = join(ROOT, "apps/egide/src/main.ts");
  const command = [process.execPath, program, "board", "--state", state, "--listen", "127.0.0.1:0"];
  const board = await startProcess([...command, "--url", "http://board.test"], {
    ready: /Ctrl-C/,
    timeoutMs: 30_000,
  });
  const url = /board +(http:\S+)/.exec(board.output())?.[1] ?? "";
  return { board, url };
}

/** A picture that no other is like. */
function picture(seed: number): Promise<Buffer> {
  const background = { r: seed % 256, g: (seed * 7) % 256, b: (seed * 31) % 256 };
  return sharp({ create: { width: 20 + seed, height: 30, channels: 3, background } })
    .png()
    .toBuffer();
}

async function post(url: string, seed: number): Promise<number | null> {
  const body = new FormData();
  body.append("thread", "1");
  body.append("text", `Post of somebody, the ${seed}th of this run`);
  body.append("files", new Blob([new Uint8Array(await picture(seed))]), `${seed}.png`);
  const headers = {
    origin: "http://board.test",
    // Each is somebody else, far from the others: this is no flood.
    "x-forwarded-for": `10.${seed % 250}.${(seed * 3) % 250}.1`,
  };
  try {
    const init = { method: "POST", body, headers, redirect: "manual" } as const;
    const response = await fetch(`${url}/b/post`, init);
    const no = /posted=(\d+)/.exec(response.headers.get("location") ?? "")?.[1];
    return no === undefined ? null : Number(no);
  } catch {
    return null;
  }
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

test("no acknowledged post or file is lost, and no file without a post stays", async () => {
  const acknowledged: number[] = [];
  let seed = 0;
  for (let round = 0; round < 3; round += 1) {
    const { board, url } = await start();
    const enough = Promise.withResolvers<void>();
    const run = { ended: false };
    const people = Array.from({ length: 6 }, async () => {
      while (!run.ended) {
        seed += 1;
        const no = await post(url, seed);
        if (no !== null) acknowledged.push(no);
        if (acknowledged.length >= (round + 1) * 15) enough.resolve();
      }
    });
    await enough.promise;
    await board.kill();
    run.ended = true;
    await Promise.all(people);
  }
  const { board } = await start();
  await board.stop();
  const db = new Database(join(state, "board.db"), { readonly: true });
  const nos = new Set(
    (db.query("select no from post where threadNo = 1").all() as { no: number }[]).map(
      ({ no }) => no,
    ),
  );
  expect(acknowledged.filter((no) => !nos.has(no))).toEqual([]);
  const named = db.query("select sha256 from post_media").all() as { sha256: string }[];
  expect(named.length).toBeGreaterThanOrEqual(acknowledged.length);
  const kept = files(join(state, "media")).filter((name) => /^[0-9a-f]{64}/.test(name));
  const hashes = new Set(kept.map((name) => name.slice(0, 64)));
  expect(named.filter(({ sha256 }) => !hashes.has(sha256))).toEqual([]);
  const known = new Set(named.map(({ sha256 }) => sha256));
  expect([...hashes].filter((hash) => !known.has(hash))).toEqual([]);
  expect(readdirSync(join(state, "media/temp"))).toEqual([]);
  expect(db.query("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
  db.close();
}, 120_000);
