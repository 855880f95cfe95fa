import { expect, test } from "bun:test";
import { limitsSchema } from "@egide/contract/policy/limits.ts";
import { H2Server } from "@egide/edge/accept/h2/server.ts";
import { Sweep } from "@egide/edge/accept/sweep.ts";
import type { Exchange } from "@egide/edge/exchange.ts";
import type { OriginRequest, RawHeaders } from "@egide/edge/stream.ts";
import { openH2Session } from "@egide/edge/upstream/h2/session.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { ConnPair } from "@egide/testkit/conn-pair.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import * as fc from "fast-check";

/** Echoes body and trailers, waiting where it is told to. */
function echo(exchange: Exchange): void {
  const { body } = exchange;
  exchange.start(200, "", ["x-method", exchange.head.method], -1);
  exchange.onDrain = () => body?.resume();
  if (body === null) exchange.end(null);
  else {
    body.pipe({
      data: (chunk) => {
        if (!exchange.write(chunk)) body.pause();
      },
      end: (trailers) => exchange.end(trailers),
      fail: () => exchange.abort(),
    });
  }
}

class Reader {
  octets = 0;
  sum = 0;
  ended = 0;
  failed = "";
  trailers: RawHeaders | null = null;
}

test("property: bodies and trailers go through both sides of our own, however the connection behaves", async () => {
  const call = fc.record({ size: fc.nat(200_000), trailers: fc.boolean() });
  const conn = fc.record({
    capacity: fc.integer({ min: 100, max: 100_000 }),
    chunk: fc.integer({ min: 50, max: 70_000 }),
  });
  await fc.assert(
    fc.asyncProperty(conn, fc.array(call, { minLength: 1, maxLength: 8 }), async (shape, calls) => {
      const pair = new ConnPair(shape);
      const clock = new FakeClock();
      pair.b.handler = new H2Server(pair.b, {
        limits: limitsSchema.parse({}),
        clock,
        sweep: new Sweep(clock),
        secure: false,
        connection: 1,
        onExchange: echo,
        onClosed: () => {},
      });
      const session = openH2Session(pair.a, {
        clock,
        headerBytes: 65_536,
        trailerBytes: 8192,
        streams: 100,
        onAvailable: () => {},
        onClosed: () => {},
      });
      const readers = calls.map(() => new Reader());
      const sources = calls.map(() => new FakeSource());
      for (const [i, reader] of readers.entries()) {
        const request: OriginRequest = {
          method: "POST",
          target: `/${i}`,
          scheme: "http",
          authority: "o.test",
          headers: [],
          body: sources[i] as FakeSource,
          bodyLength: i % 2 === 0 ? (calls[i]?.size ?? 0) : -1,
          upgrade: null,
          affinity: "",
        };
        session.fetch(request, {
          informational: () => {},
          response: ({ body }) => {
            // The answer to an empty body may be without one.
            if (body === null) reader.ended++;
            body?.pipe({
              data: (chunk) => {
                reader.octets += chunk.length;
                for (const byte of chunk) reader.sum = (reader.sum * 31 + byte) | 0;
              },
              end: (trailers) => {
                reader.ended++;
                reader.trailers = trailers;
              },
              fail: (error) => {
                reader.failed = error.code;
              },
            });
          },
          fail: (error) => {
            reader.failed = error.code;
          },
        });
      }
      const left = calls.map(({ size }) => size);
      const sums = calls.map(() => 0);
      // A connection that carries 50 bytes a turn takes 32,000 turns for the largest of these.
      const most = 20_000 + Math.ceil((4 * left.reduce((sum, size) => sum + size)) / shape.chunk);
      for (let turn = 0; turn < most && readers.some((r) => r.ended === 0); turn++) {
        for (const [i, source] of sources.entries()) {
          const rest = left[i] as number;
          if (rest < 0 || source.paused) continue;
          if (rest === 0) {
            left[i] = -1;
            source.end(calls[i]?.trailers === true ? ["x-i", String(i)] : null);
            continue;
          }
          const piece = Buffer.alloc(Math.min(rest, 9000), turn);
          for (const byte of piece) sums[i] = ((sums[i] as number) * 31 + byte) | 0;
          left[i] = rest - piece.length;
          source.data(piece);
        }
        await Promise.resolve();
        pair.step();
      }
      for (const [i, reader] of readers.entries()) {
        expect([reader.failed, reader.ended, reader.octets]).toEqual(["", 1, calls[i]?.size ?? 0]);
        expect(reader.sum).toBe(sums[i] as number);
        // Where nothing but Content-Length: 0 was to come, nobody waits for trailers.
        const waits = i % 2 === 1 || (calls[i]?.size ?? 0) > 0;
        const sent = calls[i]?.trailers === true && waits;
        expect(reader.trailers).toEqual(sent ? ["x-i", String(i)] : null);
      }
      await pair.settle();
      expect(session.inFlight).toBe(0);
    }),
    { numRuns: 60 },
  );
  // Millions of steps in memory: nothing here is about time.
}, 300_000);
