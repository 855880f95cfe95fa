import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";

/* Two installations that exchange bans: one serves its list, the other fetches or is given it. */
let origin: RecordingOrigin;
let giver: EdgeProcess;
let taker: EdgeProcess;

const zone = { mitigation: { mode: "watch" } };
const common = { workers: 1, trustedProxies: ["127.0.0.1"], kernel: { enabled: false } };

beforeAll(async () => {
  origin = await RecordingOrigin.start();
  const listen = { http: ["127.0.0.1:0"], https: [], metrics: "127.0.0.1:0" };
  giver = await EdgeProcess.start({
    originPort: origin.port,
    zone,
    config: { ...common, listen, bans: { serve: true } },
  });
  await giver.egide("ban", "add", "--address", "203.0.113.9", "--evidence", "scans");
  await giver.egide("ban", "add", "--address", "198.51.100.9", "--evidence", "scans");
  const key = (await giver.egide("appeal", "key")).out.trim();
  const metrics = /"metrics":"([^"]+)"/.exec(giver.output)?.[1];
  taker = await EdgeProcess.start({
    originPort: origin.port,
    zone,
    config: {
      ...common,
      kernel: { enabled: false, neverBan: ["198.51.100.0/24"] },
      bans: {
        pullSeconds: 86_400,
        peers: [{ name: "giver", key, trust: 1, url: `http://${metrics}/bans` }],
      },
    },
  });
}, 60_000);

afterAll(async () => {
  await giver.stop();
  await taker.stop();
  await origin.stop();
});

async function visit(client: string): Promise<number> {
  const headers = { Host: "site.test", "X-Forwarded-For": client };
  return (await fetch(`http://127.0.0.1:${taker.http}/`, { headers })).status;
}

async function becomes(client: string, status: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await visit(client)) !== status) {
    if (Date.now() > deadline) throw new Error(`${client} never gets ${status}`);
  }
}

test("bans are fetched, with their evidence; the never-banned stay so", async () => {
  await becomes("203.0.113.9", 403);
  expect(await visit("198.51.100.9")).toBe(200);
  const { out } = await taker.egide("ban", "list");
  expect(out).toMatch(/^203\.0\.113\.9 .* peer +giver: scans$/m);
}, 60_000);

test("a list is exported and imported, and a changed one is refused", async () => {
  await giver.egide("ban", "add", "--address", "203.0.113.20", "--evidence", "floods");
  let list = "";
  // The file of bans is written a second after a change.
  while (!list.includes("203.0.113.20")) list = (await giver.egide("bans", "export")).out;
  const file = join(taker.directory, "list.json");
  writeFileSync(file, list.replace("203.0.113.20", "203.0.113.21"));
  const forged = await taker.egide("bans", "import", file);
  expect([forged.code, forged.err]).toEqual([1, expect.stringContaining("signature")]);
  writeFileSync(file, list);
  const imported = await taker.egide("bans", "import", file);
  expect(imported.out).toBe(
    "giver: 1 in force, 0 wait for a second peer, 1 banned here already, 1 refused\n",
  );
  expect([await visit("203.0.113.20"), await visit("203.0.113.21")]).toEqual([403, 200]);
  // What came from a peer is not told as one's own.
  expect((await taker.egide("bans", "export")).err).toBe("0 bans\n");
}, 60_000);
