import { describe, expect, test } from "bun:test";
import { runBig } from "./big.ts";
import { runFullDisk, runKills } from "./crash.ts";
import { runHostile } from "./hostile/run.ts";
import { runSoak } from "./soak/run.ts";

/* Short forms of the heavy suites: `npm run soak`, `hostile`, `crash` and `big` are the long ones. */

/** A file system of its own takes root, and a system that lets root mount. */
const mayMount =
  process.getuid?.() === 0 &&
  Bun.spawnSync(["sh", "-c", "unshare -m mount -t tmpfs -o size=64k tmpfs /mnt"]).exitCode === 0;

const quiet = { report: () => {} };

describe("under load", () => {
  test("no request fails while configuration, certificate and process change", async () => {
    const result = await runSoak({ seconds: 14, everySeconds: 5, ...quiet });
    expect(result.complaints).toEqual([]);
    expect(result.reloads).toBeGreaterThan(0);
    expect(result.certificates).toBeGreaterThan(0);
    expect(result.handOvers).toBeGreaterThan(0);
  }, 90_000);

  test("200 MB go down and up, plain and over TLS, in bounded memory", async () => {
    const results = await runBig(200_000_000, () => {});
    expect(results.flatMap(({ complaints }) => complaints)).toEqual([]);
    expect(results.length).toBe(4);
  }, 90_000);

  test("what a killed edge left on disk is whole or gone", async () => {
    const { complaints, answers, hits } = await runKills({ rounds: 3, ...quiet });
    expect(complaints).toEqual([]);
    expect(answers).toBeGreaterThan(100);
    expect(hits).toBeGreaterThan(0);
  }, 60_000);

  test.skipIf(!mayMount)(
    "a full disk changes no answer",
    async () => {
      const { complaints, answers } = await runFullDisk({ rounds: 2, ...quiet });
      expect(complaints).toEqual([]);
      expect(answers).toBe(240);
    },
    60_000,
  );

  // Latencies on a busy machine say more of the machine: here it counts that good visitors are served.
  test.each([
    ["silent"],
    ["slow headers"],
    ["SETTINGS"],
    ["CONTINUATION"],
    ["TLS handshakes"],
    ["WebSockets"],
  ])(
    "a good visitor is served during an attack: %s",
    async (only) => {
      const options = { seconds: 1.5, only: [only], memory: 256e6, p99: 2000 };
      const results = await runHostile(options, () => {});
      expect(results.length).toBe(1);
      expect(results.flatMap(({ complaints }) => complaints)).toEqual([]);
    },
    60_000,
  );
});
