import { afterAll, expect, test } from "bun:test";
import { drillProof } from "@egide/edge/respond/drill-proof.ts";
import { checkTarget } from "#drill/target.ts";

const KEY = new Uint8Array(32).fill(7);

/** An installation that holds `key`. */
function serve(key: Uint8Array) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) =>
      new Response(drillProof(key, "example", new URL(request.url).search.slice(1)) ?? "?"),
  });
}

const ours = serve(KEY);
const theirs = serve(new Uint8Array(32));
afterAll(async () => {
  await ours.stop(true);
  await theirs.stop(true);
});

function target(port: number, host = "127.0.0.1") {
  return { host, port, tls: false, name: "example.test" };
}

test("what proves to be ours may be attacked", async () => {
  await checkTarget(target(ours.port as number), "example", KEY, []);
});

test.each([
  ["somebody else's installation", () => target(theirs.port as number), "example", "drill.target"],
  ["another zone of it", () => target(ours.port as number), "other", "drill.target"],
  ["nobody", () => target(1), "example", "drill.target"],
  ["an address of the world", () => target(80, "192.0.2.1"), "example", "drill.address"],
] as const)("%s may not", async (_name, at, zone, code) => {
  const refused = await checkTarget(at(), zone, KEY, []).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code });
});

test("a proof is for one nonce, one zone and one key", () => {
  const nonce = "0".repeat(32);
  const proof = drillProof(KEY, "a", nonce);
  expect(proof).toMatch(/^[0-9a-f]{64}$/);
  expect(drillProof(KEY, "b", nonce)).not.toBe(proof);
  expect(drillProof(KEY, "a", "1".repeat(32))).not.toBe(proof);
  expect(drillProof(KEY, "a", "../etc")).toBeNull();
});
