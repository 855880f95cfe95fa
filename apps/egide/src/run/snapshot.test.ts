import { afterAll, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSchema } from "@egide/contract/config.ts";
import { signSnapshot } from "@egide/contract/envelope.ts";
import { compileSnapshot } from "@egide/contract/snapshot.ts";
import { keyIdOf } from "@egide/contract/signing.ts";

/* The real program, from its command line to a visitor's answer. */
const MAIN = join(import.meta.dir, "../main.ts");
const directory = mkdtempSync(join(tmpdir(), "egide-from-snapshot-"));
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const stranger = generateKeyPairSync("ed25519");
const path = join(directory, "policy.json");
const keys = join(directory, "keys.pem");
const running: Bun.Subprocess[] = [];

afterAll(() => {
  for (const process of running) process.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

/** Puts a snapshot with one zone in place, as a carrier would: whole. */
function offer(host: string, version: number, key: KeyObject = privateKey): void {
  const config = configSchema.parse({
    zones: [{ hosts: [host], origin: "http://127.0.0.1:1", respond: { httpsRedirect: "off" } }],
  });
  const envelope = signSnapshot(
    compileSnapshot(config, [], { version, created: 0 }),
    keyIdOf(publicKey),
    key,
  );
  writeFileSync(`${path}.new`, JSON.stringify(envelope));
  renameSync(`${path}.new`, path);
}

async function start() {
  const process = Bun.spawn(
    [globalThis.process.execPath, MAIN, "edge", "--snapshot", path, "--snapshot-key", keys],
    {
      cwd: directory,
      env: {
        ...globalThis.process.env,
        EGIDE_STATE: join(directory, "var"),
        EGIDE_LISTEN_HTTP: '["127.0.0.1:0"]',
        EGIDE_LISTEN_HTTPS: "[]",
        EGIDE_LISTEN_METRICS: "null",
        EGIDE_WORKERS: "1",
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  running.push(process);
  let log = "";
  let wake = (): void => {};
  void (async () => {
    for await (const chunk of process.stderr) {
      log += new TextDecoder().decode(chunk);
      wake();
    }
  })();
  const logged = async (text: string): Promise<void> => {
    while (!log.includes(text)) await new Promise<void>((resolve) => (wake = resolve));
  };
  await logged('"serving"');
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(log)?.[1]);
  /** 502: the zone is served (nothing listens behind it); 421: it is not. */
  const status = async (host: string): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { host } });
    return answer.status;
  };
  return { process, logged, status };
}

test("an edge serves what was signed, takes what is newer, and outlives what is bad", async () => {
  writeFileSync(keys, publicKey.export({ type: "spki", format: "pem" }));
  offer("a.test", 5);
  const edge = await start();
  expect([await edge.status("a.test"), await edge.status("b.test")]).toEqual([502, 421]);
  offer("b.test", 6);
  await edge.logged("configuration reloaded");
  expect([await edge.status("a.test"), await edge.status("b.test")]).toEqual([421, 502]);
  offer("c.test", 7, stranger.privateKey);
  await edge.logged("snapshot.bad_signature");
  expect([await edge.status("b.test"), await edge.status("c.test")]).toEqual([502, 421]);
  edge.process.kill("SIGKILL");
  await edge.process.exited;
  const again = await start();
  expect([await again.status("b.test"), await again.status("c.test")]).toEqual([502, 421]);
}, 60_000);
