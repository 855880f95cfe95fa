import { afterAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { TimerWheel } from "@egide/std/wheel.ts";
import { throughProxyGate } from "#accept/proxy-protocol/gate.ts";
import { listen } from "#wire/transport/transport.ts";

const clock = new FakeClock();
const wheel = new TimerWheel(clock);
const refused: string[] = [];
let trusting = true;

const listener = listen({
  hostname: "127.0.0.1",
  port: 0,
  reusePort: false,
  backlog: 16,
  onConn: (conn) =>
    throughProxyGate(conn, {
      proxied: () => trusting,
      wheel,
      seconds: 5,
      onRefused: (code, remote) => refused.push(`${code} ${remote}`),
      onConn(conn) {
        conn.handler = {
          onData(chunk) {
            conn.writeLatin1(
              `${conn.remote.address} ${conn.local.port} ${Buffer.from(chunk).toString()}`,
            );
            conn.end();
          },
          onDrain() {},
          onEnd() {},
          onClose() {},
        };
      },
    }),
});
afterAll(() => listener.stop());

function send(...pieces: string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(listener.port, "127.0.0.1");
    socket.setNoDelay(true);
    let text = "";
    const next = () => {
      const piece = pieces.shift();
      if (piece !== undefined) socket.write(piece, () => setImmediate(next));
    };
    socket.on("connect", next);
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}

const line = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 8080\r\n";

describe("PROXY gate", () => {
  test("takes the header off and hands the rest over", async () => {
    expect(await send(`${line}hi`)).toBe("192.0.2.7 8080 hi");
    expect(await send(line.slice(0, 9), line.slice(9), "hi")).toBe("192.0.2.7 8080 hi");
    expect(await send("PROXY UNKNOWN\r\nhi")).toBe(`127.0.0.1 ${listener.port} hi`);
  });

  test("hangs up on trusted peers without a header, at once or after a while", async () => {
    refused.length = 0;
    expect(await send("GET / HTTP/1.1\r\n")).toBe("");
    const waiting = send("PROXY ");
    while (wheel.size === 0) await new Promise(setImmediate);
    clock.advance(6000);
    expect(await waiting).toBe("");
    expect(refused).toEqual([
      "proxy_protocol.missing 127.0.0.1",
      "proxy_protocol.timeout 127.0.0.1",
    ]);
    expect(wheel.size).toBe(0);
  });

  test("leaves other peers alone", async () => {
    trusting = false;
    expect(await send("hi")).toBe(`127.0.0.1 ${listener.port} hi`);
    trusting = true;
  });
});
