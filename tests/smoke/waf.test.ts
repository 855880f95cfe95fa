import { afterAll, beforeAll, expect, test } from "bun:test";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";

let origin: ReturnType<typeof Bun.serve>;
let edge: EdgeProcess;

beforeAll(async () => {
  origin = Bun.serve({
    port: 0,
    fetch: async (request) => new Response(`got ${(await request.text()).length}`),
  });
  edge = await EdgeProcess.start({
    originPort: origin.port as number,
    zone: { waf: { mode: "block", rules: "own" } },
  });
});

afterAll(async () => {
  await edge.stop();
  await origin.stop(true);
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${edge.http}${path}`, init);

test("attacks are answered by the edge, all else by the origin", async () => {
  expect((await ask("/?q=hello")).status).toBe(200);
  const blocked = await ask("/?q=%27%20or%201=1--");
  expect(blocked.status).toBe(403);
  expect(await blocked.text()).toContain(blocked.headers.get("x-request-id") as string);
  const form = await ask("/", { method: "POST", body: new URLSearchParams({ a: "b" }) });
  expect(await form.text()).toBe("got 3");
  const attack = new URLSearchParams({ a: "<script>alert(1)</script>" });
  expect((await ask("/", { method: "POST", body: attack })).status).toBe(403);
  const big = await ask("/", { method: "POST", body: new Uint8Array(1_000_000) });
  expect(await big.text()).toBe("got 1000000");
});
