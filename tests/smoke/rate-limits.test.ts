import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import net from "node:net";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";

/* Rate limits against the whole edge: its workers count together. */
let edge: EdgeProcess;
let origin: RecordingOrigin;

beforeAll(async () => {
  origin = await RecordingOrigin.start();
  origin.reply = ({ target }) => [
    target.startsWith("/login")
      ? "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
      : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
  ];
  edge = await EdgeProcess.start({
    originPort: origin.port,
    zone: {
      rateLimits: [
        {
          id: "search",
          expression: 'starts_with(http.request.uri.path, "/search")',
          limit: 10,
          period: 3600,
          action: "block",
        },
        {
          id: "logins",
          per: "responses",
          statuses: [401],
          limit: 3,
          period: 3600,
          mitigationTime: 3600,
          action: "block",
          status: 403,
        },
      ],
    },
    config: { workers: 2, kernel: { enabled: false } },
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop();
});

function visit(address: string, path: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = net.connect({ host: "127.0.0.1", port: edge.http, localAddress: address });
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  socket.on("close", () => resolve(text));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n`);
  return promise;
}

const status = async (address: string, path: string): Promise<number> =>
  Number((await visit(address, path)).slice(9, 12));

describe("rate limits", () => {
  test("hold for all workers together, each visitor for themselves", async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => status("127.0.0.2", "/search")));
    expect(all.filter((one) => one === 200).length).toBe(10);
    expect(all.filter((one) => one === 429).length).toBe(30);
    const refused = await visit("127.0.0.2", "/search");
    expect(refused).toMatch(/\r\nRetry-After: \d+\r\n/i);
    expect(refused).toContain('"search";q=10;w=3600');
    expect(await status("127.0.0.3", "/search")).toBe(200);
    expect(await status("127.0.0.2", "/")).toBe(200);
  }, 30_000);

  test("by the answers of the origin: who guesses passwords is stopped everywhere", async () => {
    const guesses = [];
    for (let i = 0; i < 6; i++) guesses.push(await status("127.0.0.4", `/login?try=${i}`));
    expect(guesses).toEqual([401, 401, 401, 403, 403, 403]);
    expect(await status("127.0.0.4", "/")).toBe(403);
    expect(await status("127.0.0.5", "/")).toBe(200);
  }, 30_000);
});
