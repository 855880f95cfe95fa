import { formatListenAddress, parseListenAddress } from "@egide/contract/policy/address.ts";
import { AppError } from "@egide/std/error.ts";
import type { FromWorker } from "#run/message.ts";
import { workerLoop } from "#run/worker-loop.ts";

/*
 * A worker that answers every connection once and closes it: what tests of the process around it
 * need, and nothing of an edge. `GET /fall` lets it throw where nobody catches.
 */
declare const self: Worker;

const receive = workerLoop(
  async ({ settings, snapshot: first }, log) => {
    let snapshot = first;
    const at = parseListenAddress(settings.listen.http[0] ?? "");
    if (at === null) {
      const publicMessage = "nothing to listen on";
      throw new AppError({ code: "test.listen", source: "operator", retry: false, publicMessage });
    }
    const shared = { hostname: at.host, port: at.port, reusePort: true };
    const listener: Bun.TCPSocketListener<undefined> = Bun.listen({
      ...shared,
      socket: {
        data(socket, chunk) {
          if (chunk.toString("latin1").startsWith("GET /fall ")) throw new Error("fell as told");
          const body = `${process.pid} ${snapshot.version} ${snapshot.zones[0]?.id} ${snapshot.orders.length}`;
          socket.end(
            `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          );
        },
      },
    });
    log({ kind: "log", level: "debug", message: "listening", fields: { port: listener.port } });
    return {
      addresses: {
        http: [formatListenAddress({ host: at.host, port: listener.port })],
        https: [],
      },
      apply(next) {
        snapshot = next;
      },
      setCertificates() {},
      setChallenges() {},
      reopenLog() {},
      setMitigations() {},
      purge: () => 0,
      drain: async () => listener.stop(),
    };
  },
  (message: FromWorker) => self.postMessage(message),
);

self.addEventListener("message", (event: MessageEvent) => void receive(event.data));
