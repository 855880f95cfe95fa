import { afterAll, describe, expect, test } from "bun:test";
import { ptr } from "bun:ffi";
import { limitsSchema } from "@egide/contract/policy/limits.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import type { Exchange } from "#exchange.ts";
import { H1Connection } from "#accept/h1/connection.ts";
import { Sweep } from "#accept/sweep.ts";
import type { BaseConn } from "#wire/transport/base.ts";
import { listenPlain } from "#wire/transport/bun.ts";
import { libc, setOption } from "#wire/transport/native/libc.ts";
import { nativeLoop } from "#wire/transport/native/loop.ts";
import { encodeSockaddr } from "#wire/transport/native/sockaddr.ts";
import { listen } from "#wire/transport/transport.ts";

const SO_RCVBUF = 8;
const MSG_DONTWAIT = 0x40;
const BODY = 64 * 1024 * 1024;
const piece = Buffer.alloc(65_536, "x");

/** A visitor on a descriptor of the test's own, whose kernel holds little for it. */
class Reader {
  readonly #fd: number;
  readonly #into = Buffer.alloc(16_384);

  constructor(port: number) {
    this.#fd = libc().socket(2, 1, 0);
    setOption(this.#fd, 1, SO_RCVBUF, 16_384);
    const address = encodeSockaddr("127.0.0.1", port);
    if (address === null) throw new Error("no address");
    const { bytes } = address;
    expect(libc().connect(this.#fd, ptr(bytes), bytes.length)).toBe(0);
    const ask = Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    libc().send(this.#fd, ptr(ask), ask.length, 0);
  }

  /** Takes what its kernel holds, once it holds something; 0 where it was cut off. */
  async take(isCut: () => boolean): Promise<number> {
    for (;;) {
      const took = libc().recv(this.#fd, ptr(this.#into), this.#into.length, MSG_DONTWAIT);
      if (took > 0) return took;
      if (isCut()) return 0;
      await new Promise(setImmediate);
    }
  }

  close(): void {
    libc().close(this.#fd);
  }
}

const opened: { stop(): void }[] = [];
afterAll(() => {
  for (const one of opened) one.stop();
});

async function serve(through: "native" | "bun") {
  const clock = new FakeClock();
  const sweep = new Sweep(clock);
  const full = Promise.withResolvers<void>();
  const state = { aborted: false };
  const answer = (exchange: Exchange): void => {
    const fill = (): void => {
      while (exchange.write(piece));
      full.resolve();
    };
    exchange.onAbort = () => (state.aborted = true);
    exchange.onDrain = fill;
    exchange.start(200, "", [], BODY);
    fill();
  };
  const onConn = (conn: BaseConn): void => {
    conn.handler = new H1Connection(conn, {
      limits: limitsSchema.parse({}),
      clock,
      sweep,
      secure: false,
      connection: 1,
      onExchange: answer,
      onClosed: () => {},
    });
  };
  const at = { hostname: "127.0.0.1", port: 0, reusePort: false, onConn };
  const listener = through === "native" ? listen({ ...at, backlog: 8 }) : listenPlain(at);
  opened.push({ stop: () => listener.stop() });
  const reader = new Reader(listener.port);
  opened.push({ stop: () => reader.close() });
  await full.promise;
  return { clock, reader, state };
}

/** Lets both kernels and the loop do what they have to. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
}

// Without the kernel's word on what was acknowledged, steps of its buffer are all there is to see.
describe.skipIf(nativeLoop() === null)("a real reader", () => {
  for (const through of ["native", "bun"] as const) {
    test(`who takes 8 KB every ten seconds is not cut off (${through})`, async () => {
      const { clock, reader, state } = await serve(through);
      await settle();
      let took = 0;
      // Four minutes, in which the kernel takes more of us once at most: it moves in large steps.
      for (let i = 0; i < 24; i++) {
        took += await reader.take(() => state.aborted);
        await settle();
        clock.advance(10_000);
      }
      expect(took).toBeGreaterThan(200_000);
      expect(state.aborted).toBe(false);
    });

    test(`who stops taking is (${through})`, async () => {
      const { clock, state } = await serve(through);
      await settle();
      for (let i = 0; i < 8; i++) {
        clock.advance(10_000);
        await settle();
      }
      expect(state.aborted).toBe(true);
    });
  }
});
