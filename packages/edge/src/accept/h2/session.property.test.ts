import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { answer, Visitor } from "#accept/h2/test-visitor.ts";
import {
  data,
  frame,
  GET,
  headers,
  hello,
  POST,
  rawBlock,
  settings,
  u32,
} from "#wire/h2/test-frames.ts";

/** Frames that a well-behaved client may send for request `id`, cut up in several ways. */
const exchangeArb = fc.constantFrom<(id: number) => Buffer[]>(
  (id) => [headers(id, GET)],
  (id) => [headers(id, [...GET, "x-long", "v".repeat(700)])],
  (id) => [headers(id, POST, false), data(id, "body"), data(id, "", true)],
  (id) => [headers(id, POST, false), frame(0, 9, id, Buffer.from("\x03abc\0\0\0", "latin1"))],
  (id) => [headers(id, POST, false), data(id, "abc"), headers(id, ["x-t", "1"])],
  (id) => [
    frame(1, 1, id, rawBlock(GET).subarray(0, 9)),
    frame(9, 4, id, rawBlock(GET).subarray(9)),
  ],
  (id) => [frame(6, 0, 0, Buffer.alloc(8, id)), headers(id, GET)],
  (id) => [headers(id, [...GET, "BAD", "1"])],
  (id) => [headers(id, GET), frame(8, 0, id, u32(5)), settings(4, 1000 + id)],
);

async function run(bytes: Buffer, cuts: number[]): Promise<string[]> {
  const visitor = new Visitor({ handle: answer("text"), silent: true });
  await visitor.say();
  const said: string[] = [];
  let at = 0;
  for (const cut of [...cuts.map((c) => c % bytes.length).sort((a, b) => a - b), bytes.length]) {
    if (cut > at) said.push(...(await visitor.say(bytes.subarray(at, cut))));
    at = Math.max(at, cut);
  }
  expect(visitor.faults).toEqual([]);
  expect(visitor.server.streams.size).toBe(0);
  return byStream(said);
}

/**
 * What is said of each stream, in order, and what of the connection. A request is handed on when all
 * that came with it is read: where packets end decides what is acknowledged before its answer, and how
 * much window its body has used by then.
 */
function byStream(said: readonly string[]): string[] {
  const streamOf = (line: string): number =>
    Number(/^(?:HEADERS|DATA|RST) (\d+)/.exec(line)?.[1] ?? 0);
  return said
    .filter((line) => !line.startsWith("WINDOW"))
    .toSorted((a, b) => streamOf(a) - streamOf(b));
}

test("property: where a byte stream is cut changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(exchangeArb, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      async (exchanges, cuts) => {
        const frames = exchanges.flatMap((make, i) => make(i * 2 + 1));
        const bytes = Buffer.concat([hello(), ...frames]);
        expect(await run(bytes, cuts)).toEqual(await run(bytes, []));
      },
    ),
    { numRuns: 200 },
  );
});

test("octet by octet", async () => {
  const bytes = Buffer.concat([
    hello(4, 70_000),
    headers(1, POST, false),
    frame(0, 9, 1, Buffer.from("\x03abc\0\0\0", "latin1")),
    headers(3, GET),
  ]);
  const every = Array.from({ length: bytes.length }, (_, i) => i);
  expect(await run(bytes, every)).toEqual(await run(bytes, []));
});

const frameArb = fc
  .record({
    type: fc.oneof(fc.nat(10), fc.nat(255)),
    flags: fc.nat(255),
    id: fc.oneof(fc.constantFrom(0, 1, 3, 5, 2), fc.nat(0x7fff_ffff)),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(rawBlock(GET), rawBlock(POST), u32(0), u32(100), Buffer.alloc(5)),
    ),
  })
  .map(({ type, flags, id, payload }) => frame(type, flags, id, payload));

test("property: frames of any kind in any order never throw and leave no stream behind", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frameArb, { maxLength: 40 }), async (frames) => {
      const visitor = await new Visitor({ handle: answer("text") }).ready();
      for (const piece of frames) await visitor.say(piece);
      const aborted = visitor.exchanges.length;
      visitor.pair.a.abort();
      await visitor.say();
      expect(visitor.server.streams.size).toBe(0);
      expect(aborted).toBeLessThanOrEqual(frames.length);
    }),
    { numRuns: 1000 },
  );
});

test("property: octets of any kind never throw, and little is kept of them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 10 }),
      async (chunks) => {
        const visitor = await new Visitor({ handle: answer("text") }).ready();
        for (const chunk of chunks) await visitor.say(chunk);
        expect(visitor.pair.b.queued).toBeLessThan(1_000_000);
      },
    ),
    { numRuns: 300 },
  );
});
