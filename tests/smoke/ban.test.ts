import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import net from "node:net";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";

/* `egide ban` against the whole edge, which is told to leave the machine's kernel alone. */
let edge: EdgeProcess;
let origin: RecordingOrigin;

beforeAll(async () => {
  origin = await RecordingOrigin.start();
  edge = await EdgeProcess.start({
    originPort: origin.port,
    config: {
      workers: 2,
      trustedProxies: ["127.0.0.50"],
      kernel: { enabled: false, neverBan: ["127.0.0.60/30"] },
    },
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop();
});

/** The status that a visitor from `address` is answered with; 0 where nothing came. */
function visit(address: string, more = ""): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = net.connect({ host: "127.0.0.1", port: edge.http, localAddress: address });
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
  socket.write(`GET / HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n${more}\r\n`);
  return promise;
}

const ban: EdgeProcess["egide"] = (...args) => edge.egide("ban", ...args);

describe("egide ban", () => {
  test("shuts out by address and by block, in every worker, until it is lifted", async () => {
    expect(await visit("127.0.0.5")).toBe(200);
    const { code, out, err } = await ban(
      "add",
      "--address",
      "127.0.0.5",
      "--address",
      "127.3.0.0/16",
      "--evidence",
      "scans",
    );
    expect([code, out, err]).toEqual([0, "127.0.0.5  banned\n127.3.0.0/16  banned\n", ""]);
    for (let i = 0; i < 8; i++) {
      expect([await visit("127.0.0.5"), await visit("127.3.4.5")]).toEqual([0, 0]);
    }
    expect(await visit("127.0.0.6")).toBe(200);
    const listed = await ban("list");
    expect(listed.out).toMatch(/^127\.0\.0\.5 .* left .* operator +scans$/m);
    expect(listed.err).toBe("2 banned\n");
    expect((await ban("lift", "--address", "127.3.4.5")).err).toContain(
      "is banned by 127.3.0.0/16",
    );
    const lifted = await ban("lift", "--address", "127.3.0.0/16", "--address", "127.0.0.5");
    expect(lifted.code).toBe(0);
    expect([await visit("127.0.0.5"), await visit("127.3.4.5")]).toEqual([200, 200]);
  }, 60_000);

  test("ends what a banned visitor has open at its next request", async () => {
    const socket = net.connect({ host: "127.0.0.1", port: edge.http, localAddress: "127.0.0.7" });
    const request = "GET / HTTP/1.1\r\nHost: site.test\r\n\r\n";
    socket.on("error", () => {});
    const first = new Promise((resolve) => socket.once("data", resolve));
    socket.write(request);
    expect(String(await first)).toStartWith("HTTP/1.1 200");
    await ban("add", "--address", "127.0.0.7");
    const ended = new Promise((resolve) => socket.once("close", () => resolve("closed")));
    socket.write(request);
    expect(await ended).toBe("closed");
  }, 30_000);

  test("refuses who comes through a trusted proxy, and the proxy's others not", async () => {
    await ban("add", "--address", "203.0.113.9");
    expect(await visit("127.0.0.50", "X-Forwarded-For: 203.0.113.9\r\n")).toBe(403);
    expect(await visit("127.0.0.50", "X-Forwarded-For: 203.0.113.8\r\n")).toBe(200);
  }, 30_000);

  test("never touches the operator's own and the trusted", async () => {
    const { code, err } = await ban(
      "add",
      "--address",
      "127.0.0.61",
      "--address",
      "127.0.0.50",
      "--address",
      "nonsense",
    );
    expect(code).toBe(1);
    expect(err).toContain("127.0.0.60/30 (kernel.neverBan)");
    expect(err).toContain("127.0.0.50 (trustedProxies)");
    expect(err).toContain("nonsense  is no address");
    expect(await visit("127.0.0.61")).toBe(200);
  }, 30_000);

  test("says what it was called wrongly with", async () => {
    expect((await ban("add")).code).toBe(2);
    expect((await ban("add", "--address", "192.0.2.1", "--for", "soon")).code).toBe(2);
    expect((await ban("list", "--state", "/nowhere")).err).toContain("nothing runs there");
  }, 30_000);
});
