import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Store } from "@egide/board/media/store/s3.ts";
import { Sealing } from "@egide/board/media/store/sealing.ts";
import { storeSuite } from "@egide/board/media/testing/store-suite.ts";
import { drawing } from "@egide/board/media/testing/make.ts";
import { S3Client } from "bun";
import { freePort } from "@egide/testkit/port.ts";
import { type RunningProcess, startProcess } from "@egide/testkit/process.ts";

/*
 * The board with its files in a bucket of a real S3 server, which checks signatures: versitygw
 * (Apache-2.0), found on the PATH or named by VERSITYGW.
 */

const ROOT = join(import.meta.dir, "../..");
const SERVER = process.env["VERSITYGW"] ?? Bun.which("versitygw");
if (SERVER === null) {
  // oxlint-disable-next-line no-console -- a reader of the run must see what was not tried
  console.warn("left out: a bucket on a real S3 server (there is no versitygw)");
}

const KEYS = { accessKeyId: "boardkey", secretAccessKey: "a-secret-that-no-log-shows" };

describe.skipIf(SERVER === null)("files in a bucket", async () => {
  const folder = mkdtempSync(join(tmpdir(), "egide-s3-"));
  const buckets = join(folder, "buckets");
  const state = join(folder, "board");
  for (const name of ["media", "suite"]) mkdirSync(join(buckets, name), { recursive: true });
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let s3: RunningProcess;
  let board: RunningProcess;
  let url = "";

  const settings = join(folder, "settings.json");
  const storage = { kind: "s3", endpoint, bucket: "media", prefix: "board/" } as const;
  writeFileSync(settings, JSON.stringify({ storage }));
  const program = [process.execPath, join(ROOT, "apps/egide/src/main.ts")];
  const env = {
    ...(process.env as Record<string, string>),
    EGIDE_S3_ACCESS_KEY_ID: KEYS.accessKeyId,
    EGIDE_S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
  };

  beforeAll(async () => {
    const access = ["--access", KEYS.accessKeyId, "--secret", KEYS.secretAccessKey];
    const command = [SERVER as string, "--port", `127.0.0.1:${port}`, ...access, "posix", buckets];
    s3 = await startProcess(command, { ready: /listening/i, timeoutMs: 30_000 });
    board = await start(env);
    url = /board +(http:\S+)/.exec(board.output())?.[1] ?? "";
  }, 60_000);
  afterAll(async () => {
    await board.stop();
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  function start(own: Record<string, string>): Promise<RunningProcess> {
    const args = ["board", "--state", state, "--listen", "127.0.0.1:0", "--settings", settings];
    return startProcess([...program, ...args, "--url", "http://board.test"], {
      ready: /Ctrl-C/,
      timeoutMs: 30_000,
      env: own,
    });
  }

  /** Names of everything in the bucket. */
  function objects(): readonly string[] {
    return readdirSync(join(buckets, "media"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  }

  async function postPicture(text: string, headers: Readonly<Record<string, string>>) {
    const body = new FormData();
    body.append("thread", "1");
    body.append("text", text);
    body.append("password", "p");
    const content = await drawing().png().toBuffer();
    body.append("files", new Blob([new Uint8Array(content)]), "a.png");
    const posted = await fetch(`${url}/b/post`, {
      method: "POST",
      body,
      headers: { ...headers, accept: "application/json" },
    });
    expect(posted.status).toBe(201);
    const { no, html } = (await posted.json()) as { no: number; html: string };
    return { no, path: /href="(\/media\/[0-9a-f]{64}\.png)"/.exec(html)?.[1] ?? "" };
  }

  const sealing = new Sealing(new Uint8Array(32).fill(1));
  const suiteClient = new S3Client({ ...KEYS, endpoint, bucket: "suite", region: "us-east-1" });
  storeSuite("a real S3 server", new S3Store(suiteClient, sealing), sealing);

  test("a picture is posted, served with the headers of any, and swept once nothing names it", async () => {
    const headers = { origin: "http://board.test", "x-forwarded-for": "10.1.2.3" };
    const { no, path } = await postPicture("A picture in a bucket", headers);
    const served = await fetch(url + path);
    expect(served.status).toBe(200);
    expect(served.headers.get("content-type")).toBe("image/png");
    expect(served.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
    expect(served.headers.get("cache-control")).toContain("immutable");
    const whole = await served.bytes();
    const range = await fetch(url + path, { headers: { range: "bytes=10-19" } });
    expect([range.status, await range.bytes()]).toEqual([206, whole.slice(10, 20)]);
    const again = await fetch(url + path, {
      headers: { "if-none-match": served.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
    expect(objects().length).toBe(2);
    // On this machine's disk nothing is left.
    expect(readdirSync(join(state, "media"))).not.toContain("public");
    expect(readdirSync(join(state, "media/temp"))).toEqual([]);

    const form = new FormData();
    form.set("password", "p");
    await fetch(`${url}/b/post/${no}/delete`, { method: "POST", body: form, headers });
    await board.stop();
    board = await start(env);
    url = /board +(http:\S+)/.exec(board.output())?.[1] ?? "";
    expect(objects()).toEqual([]);
    expect((await fetch(url + path)).status).toBe(404);
  }, 60_000);

  test("files on disk are copied to the bucket by a command, and back", async () => {
    const disk = join(folder, "other");
    const place = join(disk, "media/public/aa/aa");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${"a".repeat(64)}.png`), "picture");
    const copy = ["files", "copy", "--settings", settings, "--state", disk];
    for (const [to, said] of [
      ["s3", "1 files copied, 0 were there"],
      ["s3", "0 files copied, 1 were there"],
    ] as const) {
      const run = await startProcess([...program, ...copy, "--to", to], { env });
      expect([await run.exited, run.output()]).toEqual([0, `${said}\n`]);
    }
    rmSync(place, { recursive: true });
    const back = await startProcess([...program, ...copy, "--to", "disk"], { env });
    expect([await back.exited, back.output()]).toEqual([0, "1 files copied, 0 were there\n"]);
    expect(readdirSync(place)).toEqual([`${"a".repeat(64)}.png`]);
  }, 60_000);

  test("wrong or missing keys: the board does not start, says why, and shows no secret", async () => {
    const wrong = { ...env, EGIDE_S3_SECRET_ACCESS_KEY: "another-secret-that-no-log-shows" };
    const none = { ...env, EGIDE_S3_ACCESS_KEY_ID: "", EGIDE_S3_SECRET_ACCESS_KEY: "" };
    for (const [keys, said] of [
      [wrong, "board.storage"],
      [none, "board.storage_keys"],
    ] as const) {
      const args = ["board", "--state", join(folder, "new"), "--listen", "127.0.0.1:0"];
      const run = await startProcess([...program, ...args, "--settings", settings], { env: keys });
      expect(await run.exited).toBe(1);
      expect(run.output()).toContain(said);
      expect(run.output()).not.toContain("secret-that-no-log-shows");
    }
  }, 60_000);

  test("a bucket that goes away: files say so, the post is refused, pages are as ever", async () => {
    const sender = { origin: "http://board.test", "x-forwarded-for": "10.3.3.3" };
    const { path } = await postPicture("Another picture in a bucket", sender);
    await s3.stop();
    const served = await fetch(url + path);
    expect(served.status).toBe(503);
    const body = new FormData();
    body.append("thread", "1");
    body.append("text", "Nowhere to put it");
    body.append("files", new Blob([new Uint8Array(await drawing().png().toBuffer())]), "a.png");
    const headers = { origin: "http://board.test", "x-forwarded-for": "10.2.2.2" };
    const posted = await fetch(`${url}/b/post`, { method: "POST", body, headers });
    expect([posted.status, (await posted.text()).includes("Nowhere to put it")]).toEqual([
      503,
      true,
    ]);
    expect((await fetch(`${url}/b/thread/1`)).status).toBe(200);
  }, 60_000);

  test("nothing that was printed holds the secret", () => {
    expect(board.output()).not.toContain(KEYS.secretAccessKey);
  });
});
