import { expect, test } from "bun:test";
import type { Exchange } from "#exchange.ts";
import { answer, Visitor, type VisitorOptions } from "#accept/h2/test-visitor.ts";
import { frame, GET, headers, u32 } from "#wire/h2/test-frames.ts";

/** A visitor's setting of the windows that its streams begin with. */
const WINDOW = 4;

/** Opens `count` streams in one breath, and lets everybody have their turns. */
async function burst(count: number, options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await new Visitor(options).ready();
  const heads = Array.from({ length: count }, (_, i) => headers(1 + 2 * i, GET));
  await visitor.say(Buffer.concat(heads));
  await turns(visitor);
  return visitor;
}

async function turns(visitor: Visitor): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise(setImmediate);
    await visitor.say();
  }
}

/** An answer that no window of 0 lets leave. */
function stall(exchange: Exchange): void {
  exchange.start(200, "", [], 100_000);
  exchange.write(Buffer.alloc(50_000));
}

test("who opens a hundred streams with shut windows has eight of them acted on", async () => {
  const visitor = await burst(100, { settings: [WINDOW, 0], handle: stall });
  expect(visitor.exchanges.length).toBe(8);
  // One answer is taken: there is room for one more.
  const [first] = visitor.exchanges as [Exchange];
  await visitor.say(frame(8, 0, 0, u32(1_000_000)), frame(8, 0, 1, u32(200_000)));
  first.write(Buffer.alloc(50_000));
  first.end(null);
  await turns(visitor);
  expect(visitor.exchanges.length).toBe(9);
});

test("with open windows that are then not given back, thirty-two", async () => {
  const visitor = await burst(100, { settings: [WINDOW, 65_535], handle: stall });
  expect(visitor.exchanges.length).toBeLessThanOrEqual(32);
  await visitor.say(frame(8, 0, 0, u32(10_000_000)));
  await turns(visitor);
  expect(visitor.exchanges.length).toBe(100);
});

test("each answer that begins lets the next request in, until all are in", async () => {
  const visitor = await burst(100);
  expect(visitor.exchanges.length).toBe(32);
  for (let i = 0; i < 100; i++) {
    answer("ok")(visitor.exchanges[i] as Exchange);
    await turns(visitor);
  }
  expect(visitor.exchanges.length).toBe(100);
});

test("requests that an origin takes its time over hold the others up for a second at most", async () => {
  const visitor = await burst(100);
  visitor.clock.advance(600);
  await turns(visitor);
  expect(visitor.exchanges.length).toBe(64);
  visitor.clock.advance(1000);
  await turns(visitor);
  expect(visitor.exchanges.length).toBe(96);
});

test("what is reset in the breath in which it came is never acted on", async () => {
  const visitor = await new Visitor().ready();
  const pairs = Array.from({ length: 90 }, (_, i) =>
    Buffer.concat([headers(1 + 2 * i, GET), frame(3, 0, 1 + 2 * i, u32(8))]),
  );
  await visitor.say(Buffer.concat(pairs), headers(181, GET));
  await turns(visitor);
  expect(visitor.exchanges.map(({ client }) => client.request)).toEqual([91]);
});

test("what is reset while it waits is never acted on", async () => {
  const visitor = await burst(33);
  await visitor.say(frame(3, 0, 65, u32(8)));
  for (const exchange of visitor.exchanges) answer("ok")(exchange);
  await turns(visitor);
  expect(visitor.exchanges.length).toBe(32);
});

test("of those that wait, the most urgent goes first", async () => {
  const visitor = await new Visitor().ready();
  const heads = Array.from({ length: 60 }, (_, i) =>
    headers(1 + 2 * i, [...GET, "priority", i < 58 ? "u=4" : "u=1"]),
  );
  await visitor.say(Buffer.concat(heads));
  await turns(visitor);
  const first = visitor.exchanges.slice(0, 3).map(({ client }) => client.request);
  expect(first).toEqual([59, 60, 1]);
});
