import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";

/* Several origins behind the whole edge, seen by a visitor. */
const OPEN_MS = 60_000;
const served = { a: 0, b: 0 };
const held: ((response: Response) => void)[] = [];

function serve(name: "a" | "b"): Bun.Server<undefined> {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch(request) {
      served[name]++;
      const { pathname } = new URL(request.url);
      if (pathname !== "/hold") return new Response(name);
      return new Promise<Response>((resolve) => void held.push(resolve));
    },
  });
}

const origins = { a: serve("a"), b: serve("b") };
let edge: EdgeProcess;

beforeAll(async () => {
  edge = await EdgeProcess.start({
    originPort: 1,
    zone: {
      origin: {
        origins: [
          { id: "a", url: `http://127.0.0.1:${origins.a.port}` },
          { id: "b", url: `http://127.0.0.1:${origins.b.port}` },
        ],
        balance: { sticky: {} },
        maxInFlight: 2,
        queue: { size: 0 },
        health: { passive: { consecutiveFailures: 2, openSeconds: OPEN_MS / 1000 } },
      },
      cache: { enabled: false },
    },
    config: { workers: 1 },
  });
}, OPEN_MS);

afterAll(async () => {
  await edge.stop();
  await Promise.all([origins.a.stop(true), origins.b.stop(true)]);
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${edge.http}${path}`, { headers, redirect: "manual" });

describe("several origins", () => {
  test("take turns, and a cookie keeps a visitor with one", async () => {
    const names = new Set<string>();
    let cookie = "";
    let mine = "";
    for (let i = 0; i < 4; i++) {
      const response = await get("/");
      mine = await response.text();
      names.add(mine);
      cookie = response.headers.get("set-cookie") ?? "";
    }
    expect([...names].sort((x, y) => x.localeCompare(y))).toEqual(["a", "b"]);
    expect(cookie).toMatch(
      /^egide_origin=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/,
    );
    for (let i = 0; i < 6; i++) {
      const response = await get("/", { cookie: cookie.split(";")[0] as string });
      expect(await response.text()).toBe(mine);
      expect(response.headers.get("set-cookie")).toBeNull();
    }
  });

  test("that are full answer 503 with a time to come back", async () => {
    const waiting = Array.from({ length: 4 }, () => get("/hold"));
    while (held.length < 4) await Bun.sleep(5);
    const refused = await get("/");
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    for (const resolve of held.splice(0)) resolve(new Response("held"));
    const texts = await Promise.all(waiting.map(async (one) => (await one).text()));
    expect(texts).toEqual(["held", "held", "held", "held"]);
  });

  test("lose one without a visitor noticing", async () => {
    await origins.a.stop(true);
    for (let i = 0; i < 10; i++) {
      const response = await get("/");
      expect([response.status, await response.text()]).toEqual([200, "b"]);
    }
  });
});
