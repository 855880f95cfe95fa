import type { Socket } from "node:net";
import type { Field } from "#drill/attack/attack.ts";
import { cut, open } from "#drill/connection.ts";

const GROUP = 3;
const TICK_MS = 50;

/** Holds many connections, opens those again that are closed, and does something with each. */
export function hold(
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
      for (const socket of sockets) cut(socket);
    },
  };
}
