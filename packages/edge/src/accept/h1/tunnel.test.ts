import { expect, test } from "bun:test";
import { limitsSchema } from "@egide/contract/policy/limits.ts";
import { FakeConn } from "@egide/testkit/fake-conn.ts";
import { speakH1 } from "#accept/h1/testing/speak.ts";
import { ConnTunnel, joinTunnels } from "#wire/tunnel.ts";

function joined(tunnelSeconds: number) {
  const visitor = new FakeConn();
  const origin = new FakeConn();
  const over: string[] = [];
  const { clock, sweep } = speakH1(
    visitor,
    (exchange) =>
      joinTunnels(
        exchange.switchProtocols(["Upgrade", "websocket"]),
        new ConnTunnel(origin, null, () => {}),
        () => over.push("over"),
      ),
    { limits: limitsSchema.parse({ tunnelSeconds }), onClosed: () => void over.push("closed") },
  );
  visitor.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  return { visitor, origin, clock, sweep, over };
}

test("a tunnel that is silent both ways for too long is ended on both sides", () => {
  const { visitor, origin, clock, sweep, over } = joined(60);
  clock.advance(59_000);
  expect(visitor.isClosed).toBe(false);
  clock.advance(3000);
  expect([visitor.isAborted, origin.isAborted]).toEqual([true, true]);
  expect(over.toSorted()).toEqual(["closed", "over"]);
  expect(sweep.size).toBe(0);
});

test("a byte in either direction keeps it", () => {
  const { visitor, origin, clock } = joined(60);
  for (let i = 0; i < 4; i++) {
    clock.advance(50_000);
    if (i % 2 === 0) visitor.receive("a");
    else origin.receive("b");
  }
  clock.advance(50_000);
  expect(visitor.isClosed).toBe(false);
  expect(visitor.isKeptAlive && origin.isKeptAlive).toBe(true);
});

test("a visitor who takes nothing of what is sent is silent", () => {
  const { visitor, origin, clock } = joined(60);
  visitor.isFull = true;
  for (let i = 0; i < 4; i++) {
    origin.receive("b");
    clock.advance(20_000);
  }
  expect(visitor.isAborted).toBe(true);
});

test("0 lets it be silent for good", () => {
  const { visitor, clock, sweep } = joined(0);
  clock.advance(100_000_000);
  expect(visitor.isClosed).toBe(false);
  expect(sweep.size).toBe(0);
});
