import { type Attack, every, gather } from "./attack.ts";

/* What costs the edge most where a connection begins, and what stays open with nothing said. */

/** Connections under way at once, and begun in each step: as many as the edge and this machine take. */
const MOST = 200;
const STEP = 20;

const handshakes: Attack = {
  name: "TLS handshakes",
  about: "whole handshakes, each broken off as soon as it is done",
  async run(victim, signal) {
    let done = 0;
    let failed = 0;
    let underWay = 0;
    const connect = async (): Promise<void> => {
      underWay += 1;
      try {
        await Bun.connect({
          hostname: "127.0.0.1",
          port: victim.https,
          tls: { rejectUnauthorized: false, serverName: "site.test" },
          socket: {
            handshake(socket) {
              done += 1;
              socket.terminate();
            },
            close: () => void (underWay -= 1),
            data() {},
            error() {},
          },
        });
      } catch {
        underWay -= 1;
        failed += 1;
      }
    };
    await every(20, signal, () => {
      for (let i = Math.min(STEP, MOST - underWay); i > 0; i--) void connect();
    });
    return `${done} handshakes, ${failed} refused`;
  },
};

const UPGRADE =
  "GET /socket HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

const webSockets: Attack = {
  name: "WebSockets",
  about:
    "2,000 connections that ask for a WebSocket and say nothing, opened anew when they are cut",
  async run(victim, signal) {
    const mob = await gather({
      port: victim.http,
      count: 2000,
      replacements: 20_000,
      opened: (socket) => void socket.write(UPGRADE),
    });
    // Some frames that no server has to answer: an unmasked text frame is a fault of the protocol.
    await every(500, signal, () => {
      for (const socket of mob.sockets) socket.write(Buffer.from([0x81, 0x01, 0x78]));
    });
    mob.stop();
    return mob.tally.toString();
  },
};

export const openingAttacks: readonly Attack[] = [handshakes, webSockets];
