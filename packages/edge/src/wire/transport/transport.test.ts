import { readdirSync, readlinkSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import type { Conn, ConnHandler } from "#wire/conn.ts";
import { dial as bunDial, listenPlain } from "#wire/transport/bun.ts";
import { ConnTunnel, joinTunnels } from "#wire/tunnel.ts";
import { nativeDial } from "#wire/transport/native/dial.ts";
import { NativeListener } from "#wire/transport/native/listen.ts";
import { type NativeLoop, nativeLoop } from "#wire/transport/native/loop.ts";
import { bodyMemory, fileBelow } from "#wire/transport/native/pages.ts";
import { decodeSockaddr, encodeSockaddr } from "#wire/transport/native/sockaddr.ts";

type Opened = (conn: Conn) => ConnHandler;
interface Transport {
  listen(onConn: (conn: Conn) => void): { port: number; stop(): void };
  dial(port: number, opened: Opened, failed: (error: Error) => void): void;
}

const bun: Transport = {
  listen(onConn) {
    const listener = listenPlain({ hostname: "127.0.0.1", port: 0, reusePort: false, onConn });
    return { port: listener.port, stop: () => listener.stop(true) };
  },
  dial(port, opened, failed) {
    bunDial({ hostname: "127.0.0.1", port }, null, opened, failed);
  },
};

const native: Transport = {
  listen(onConn) {
    const loop = nativeLoop() as NativeLoop;
    return new NativeListener(
      { hostname: "127.0.0.1", port: 0, backlog: 64, reusePort: false, onConn },
      loop,
    );
  },
  dial(port, opened, failed) {
    nativeDial("127.0.0.1", port, nativeLoop() as NativeLoop, opened, failed);
  },
};

/** Collects what one side hears; `until` settles once the text of all events contains a word. */
class Ear implements ConnHandler {
  heard = "";
  bytes = 0;
  #waiting: { word: string; done: () => void }[] = [];
  react: (chunk: Uint8Array) => void = () => {};
  onDrained: () => void = () => {};

  until(word: string): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ word, done });
      this.#look();
    });
  }

  onData(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    this.heard += chunk.length > 64 ? `[${chunk.length}]` : Buffer.from(chunk).toString("latin1");
    this.react(chunk);
    this.#look();
  }

  onDrain(): void {
    this.#say("<drain>");
    this.onDrained();
  }

  onEnd(): void {
    this.#say("<end>");
  }

  onClose(error: Error | null): void {
    this.#say(error === null ? "<close>" : "<lost>");
  }

  #say(event: string): void {
    this.heard += event;
    this.#look();
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ word, done }) => {
      if (!this.heard.includes(word)) return true;
      done();
      return false;
    });
  }
}

function pair(
  transport: Transport,
): Promise<{ server: Conn; client: Conn; atServer: Ear; atClient: Ear; stop: () => void }> {
  return new Promise((resolve, reject) => {
    const atServer = new Ear();
    const atClient = new Ear();
    let server: Conn | null = null;
    let client: Conn | null = null;
    const ready = (): void => {
      if (server !== null && client !== null)
        resolve({ server, client, atServer, atClient, stop: () => listener.stop() });
    };
    const listener = transport.listen((conn) => {
      conn.handler = atServer;
      server = conn;
      ready();
    });
    transport.dial(
      listener.port,
      (conn) => {
        client = conn;
        queueMicrotask(ready);
        return atClient;
      },
      reject,
    );
  });
}

const transports: [string, Transport][] = [["bun", bun]];
if (nativeLoop() !== null) transports.push(["native", native]);

test("the native transport is there on Linux", () => {
  expect(nativeLoop() !== null).toBe(process.platform === "linux");
});

for (const [name, transport] of transports) {
  describe(`${name} transport`, () => {
    test("carries bytes both ways and knows its ends", async () => {
      const { server, client, atServer, atClient, stop } = await pair(transport);
      client.writeLatin1("hello");
      await atServer.until("hello");
      server.writeLatin1("wor");
      server.write(Buffer.from("ld"));
      await atClient.until("world");
      expect(server.remote).toEqual({ address: "127.0.0.1", port: client.local.port });
      expect(client.remote.port).toBe(server.local.port);
      client.abort();
      stop();
    });

    test("ends each direction by itself", async () => {
      const { server, client, atServer, atClient, stop } = await pair(transport);
      client.writeLatin1("last");
      client.end();
      await atServer.until("<end>");
      expect(atServer.heard).toBe("last<end>");
      server.writeLatin1("answer");
      server.end();
      await Promise.all([atClient.until("<close>"), atServer.until("<close>")]);
      expect(atClient.heard.startsWith("answer")).toBe(true);
      stop();
    });

    test("holds a slow reader's bytes, says when they have left, and loses none", async () => {
      const { server, client, atServer, atClient, stop } = await pair(transport);
      client.pause();
      const block = Buffer.alloc(1_000_000, "x");
      let sent = 0;
      while (server.write(block)) sent++;
      sent++;
      expect(server.pending).toBeGreaterThan(0);
      client.resume();
      await atServer.until("<drain>");
      expect(server.pending).toBe(0);
      server.end();
      await atClient.until("<end>");
      expect(atClient.bytes).toBe(sent * block.length);
      client.end();
      await atClient.until("<close>");
      stop();
    });

    test("sends a stored body to a slow reader, between what is written around it", async () => {
      const { server, client, atServer, atClient, stop } = await pair(transport);
      const body = bodyMemory(24_000_000);
      for (let i = 0; i < body.length; i++) body[i] = (i * 31 + (i >> 12)) & 0xff;
      const came: Buffer[] = [];
      atClient.react = (chunk) => came.push(Buffer.from(chunk));
      client.pause();
      server.writeLatin1("head");
      const isGone = server.write(body.subarray(0, 20_000_000));
      server.write(body.subarray(20_000_000));
      server.writeLatin1("tail");
      expect(isGone).toBe(false);
      client.resume();
      await atServer.until("<drain>");
      server.end();
      await atClient.until("<end>");
      const whole = Buffer.concat(came);
      expect(whole.subarray(0, 4).toString()).toBe("head");
      expect(whole.subarray(4, -4).equals(body)).toBe(true);
      expect(whole.subarray(-4).toString()).toBe("tail");
      client.end();
      await atClient.until("<close>");
      stop();
    });

    test("moves a tunnel's bytes from one connection to the other, at the pace of a slow reader", async () => {
      const near = await pair(transport);
      const far = await pair(transport);
      const visitor = new ConnTunnel(near.server, null, () => {});
      const origin = new ConnTunnel(far.client, null, () => {});
      joinTunnels(visitor, origin, () => {});
      near.client.writeLatin1("ping");
      await far.atServer.until("ping");
      far.server.writeLatin1("pong");
      await near.atClient.until("pong");
      expect(visitor.passed).toBeGreaterThanOrEqual(8);
      const hash = new Bun.CryptoHasher("sha1");
      near.atClient.react = (chunk) => hash.update(chunk);
      near.client.pause();
      const block = Buffer.alloc(1_000_003, "0123456789abcdefg");
      let blocks = 1;
      while (far.server.write(block) && blocks < 64) blocks++;
      far.server.end();
      near.client.resume();
      await near.atClient.until("<end>");
      const whole = new Bun.CryptoHasher("sha1");
      for (let i = 0; i < blocks; i++) whole.update(block);
      expect(near.atClient.bytes).toBe(4 + blocks * block.length);
      expect(hash.digest("hex")).toBe(whole.digest("hex"));
      near.client.end();
      await Promise.all([near.atClient.until("<close>"), far.atServer.until("<close>")]);
      near.stop();
      far.stop();
    });

    test("pauses from inside a callback", async () => {
      const { server, client, atServer, stop } = await pair(transport);
      atServer.react = () => server.pause();
      client.writeLatin1("a");
      await atServer.until("a");
      client.writeLatin1("b");
      client.flush();
      const other = await pair(transport);
      other.client.writeLatin1("turn");
      await other.atServer.until("turn");
      expect(atServer.heard).toBe("a");
      server.resume();
      await atServer.until("ab");
      client.abort();
      other.client.abort();
      other.stop();
      stop();
    });

    test("an abort behind our FIN leaves what the kernel holds to a slow reader", async () => {
      const { server, client, atServer, atClient, stop } = await pair(transport);
      client.pause();
      // Less than the kernel takes for one connection: nothing is left to us.
      server.write(Buffer.alloc(300_000, "x"));
      server.end();
      expect(server.pending).toBe(0);
      server.abort();
      await atServer.until("<close>");
      client.resume();
      await Promise.race([atClient.until("<end>"), atClient.until("<lost>")]);
      expect(atClient.bytes).toBe(300_000);
      client.abort();
      stop();
    });

    test("a reader who pauses loses nothing when both sides have ended", async () => {
      const { server, client, atServer, atClient, stop } = await pair(transport);
      client.pause();
      client.end();
      await atServer.until("<end>");
      server.write(Buffer.alloc(100_000, "x"));
      server.end();
      await atServer.until("<close>");
      const other = await pair(transport);
      other.client.writeLatin1("turn");
      await other.atServer.until("turn");
      expect(atClient.heard).toBe("");
      client.resume();
      await atClient.until("<close>");
      expect(atClient.bytes).toBe(100_000);
      other.client.abort();
      other.stop();
      stop();
    });

    test("an abort is heard at the other end", async () => {
      const { server, atServer, atClient, stop } = await pair(transport);
      server.writeLatin1("never sent");
      server.abort();
      await Promise.all([
        atServer.until("<close>"),
        Promise.race([
          atClient.until("<lost>"),
          atClient.until("<close>"),
          atClient.until("<end>"),
        ]),
      ]);
      stop();
    });

    test("a port where nobody listens is a failure with a code", async () => {
      const listener = transport.listen(() => {});
      const { port } = listener;
      listener.stop();
      const error = await new Promise<Error>((resolve) => {
        transport.dial(
          port,
          () => {
            throw new Error("opened");
          },
          resolve,
        );
      });
      expect((error as { code?: string }).code).toBe("ECONNREFUSED");
    });
  });
}

describe("memory for bodies", () => {
  test.skipIf(nativeLoop() === null)(
    "lies in a file where it is large, which goes with it",
    async () => {
      const files = (): number =>
        readdirSync("/proc/self/fd").filter((fd) => linkOf(fd).includes("egide-body")).length;
      const before = files();
      let bodies: Uint8Array[] = [];
      for (let i = 0; i < 8; i++) bodies.push(bodyMemory(200_000));
      expect(bodies.every((body) => fileBelow(body) >= 0 && fileBelow(body.subarray(9)) >= 0)).toBe(
        true,
      );
      expect(fileBelow(bodyMemory(1000))).toBe(-1);
      expect(files()).toBe(before + 8);
      bodies = [];
      for (let i = 0; i < 100 && files() > before + 1; i++) {
        Bun.gc(true);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(files()).toBeLessThan(before + 8);
    },
  );
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

describe("addresses of sockets", () => {
  for (const [address, told] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:db8::1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"],
  ] as const) {
    test(address, () => {
      const name = encodeSockaddr(address, 8443);
      expect(name === null ? null : decodeSockaddr(name.bytes)).toEqual({
        address: told,
        port: 8443,
      });
    });
  }
});
