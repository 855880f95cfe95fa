import { afterAll, describe, expect, test } from "bun:test";
import type { Socket } from "bun";
import type { Conn } from "#wire/conn.ts";
import { nativeLoop } from "#wire/transport/native/loop.ts";
import { listen } from "#wire/transport/transport.ts";

const NEWCOMERS = 12;

/** Who was heard, in order; a handler of ours takes a millisecond for each. */
async function serve() {
  const heard: string[] = [];
  const all = Promise.withResolvers<void>();
  const onConn = (conn: Conn): void => {
    conn.handler = {
      onData(chunk) {
        const text = Buffer.from(chunk).toString();
        if (text === "hello") conn.writeLatin1("welcome");
        else {
          heard.push(text);
          const end = performance.now() + 1;
          while (performance.now() < end);
        }
        if (heard.length === NEWCOMERS + 1) all.resolve();
      },
      onDrain: () => {},
      onEnd: () => {},
      onClose: () => {},
    };
  };
  const listener = listen({
    hostname: "127.0.0.1",
    port: 0,
    reusePort: false,
    backlog: 64,
    onConn,
  });
  const sockets: Socket[] = [];
  const connect = async (data: (socket: Socket) => void = () => {}): Promise<Socket> => {
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: listener.port,
      socket: { data },
    });
    sockets.push(socket);
    return socket;
  };
  afterAll(() => {
    for (const socket of sockets) socket.terminate();
    listener.stop();
  });
  return { heard, all: all.promise, connect };
}

describe.skipIf(nativeLoop() === null)("connections that were never answered", () => {
  test("are heard behind those that were, and none is forgotten", async () => {
    const { heard, all, connect } = await serve();
    const welcome = Promise.withResolvers<void>();
    const known = await connect(() => welcome.resolve());
    known.write("hello");
    await welcome.promise;
    const newcomers: Socket[] = [];
    for (let i = 0; i < NEWCOMERS; i++) newcomers.push(await connect());
    // All of it is there before the loop has its next turn, the one who is known last.
    newcomers.forEach((socket, i) => void socket.write(`new ${i}`));
    known.write("known");
    await all;
    expect(heard[0]).toBe("known");
    expect(heard.slice(1)).toEqual(newcomers.map((_, i) => `new ${i}`));
  });
});
