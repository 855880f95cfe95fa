import { afterAll, beforeAll, expect, test } from "bun:test";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RawClient } from "@egide/testkit/raw-client.ts";
import { RawOrigin } from "@egide/testkit/raw-origin.ts";

/** Rules to measure with, in place of those that come along: `TEST_RULES=/path/to/crs`. */
const own = process.env["TEST_RULES"];
const rules = own === undefined ? "own" : [own];

let origin: ReturnType<typeof Bun.serve>;
let edge: EdgeProcess;

/** Sends the head and a first chunk, and the rest only when told. */
let go: () => void = () => {};
const streaming = new RawOrigin({
  answer(socket, text) {
    const type = /^GET \/([\w-]+)/.exec(text)?.[1] ?? "";
    const head = `HTTP/1.1 200 OK\r\nContent-Type: ${TYPES[type] ?? "text/plain"}\r\n`;
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n`);
    go = () => socket.write("4\r\nlast\r\n0\r\n\r\n");
    if (type === "timed") go();
  },
});
const TYPES: Readonly<Record<string, string>> = {
  events: "text/event-stream",
  page: "text/html",
  grpc: "application/grpc",
  timed: "text/html",
};

beforeAll(async () => {
  origin = Bun.serve({
    port: 0,
    fetch: async (request) => new Response(`got ${(await request.text()).length}`),
  });
  edge = await EdgeProcess.start({
    originPort: origin.port as number,
    zone: { waf: { mode: "block", rules: "own" } },
    zones: [
      { hosts: ["on.test"], origin: streaming.url, waf: { mode: "block", rules } },
      { hosts: ["off.test"], origin: streaming.url },
    ],
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop(true);
  streaming.stop();
}, 20_000);

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${edge.http}${path}`, init);

const browser = [
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "Accept: text/html,application/xhtml+xml",
  "Accept-Language: fr",
].join("\r\n");

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
}, 20_000);

test.each(["events", "page", "grpc"])(
  "what streams is not held back: %s",
  async (type) => {
    const client = await RawClient.connect({ port: edge.http });
    client.send(`GET /${type} HTTP/1.1\r\nHost: on.test\r\n${browser}\r\n\r\n`);
    // The origin has not sent the rest, and does not before this has come.
    await client.until((received) => (received.includes("first") ? true : undefined));
    go();
    await client.until((received) => (received.includes("last") ? true : undefined));
    client.destroy();
  },
  20_000,
);

test("the first byte of a stream comes within 5 ms of what it takes without the engine", async () => {
  const clients = {
    on: await RawClient.connect({ port: edge.http }),
    off: await RawClient.connect({ port: edge.http }),
  };
  const times = { on: [] as number[], off: [] as number[] };
  let seen = { on: 0, off: 0 };
  for (let i = 0; i < 150; i++) {
    for (const which of ["off", "on"] as const) {
      const client = clients[which];
      const before = performance.now();
      client.send(`GET /timed HTTP/1.1\r\nHost: ${which}.test\r\n${browser}\r\n\r\n`);
      const from = seen[which];
      await client.until((received) => (received.length > from ? true : undefined));
      times[which].push(performance.now() - before);
      const whole = await client.until((received) => {
        const end = received.indexOf("0\r\n\r\n", from);
        return end < 0 ? undefined : end + 5;
      });
      seen = { ...seen, [which]: whole };
    }
  }
  const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1] as number;
  const [on, off] = [median(times.on), median(times.off)];
  if (own !== undefined) console.log(`median first byte: ${on} ms with, ${off} ms without`);
  expect(on - off).toBeLessThan(5);
  clients.on.destroy();
  clients.off.destroy();
}, 60_000);
