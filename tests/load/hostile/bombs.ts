import { type Attack, every, gather } from "./attack.ts";

/* Bodies that are small on the wire and huge once unpacked, aimed at the cache and the compressor. */

function askForBombs(name: string, about: string, fields: string): Attack {
  return {
    name,
    about,
    async run(victim, signal) {
      let asked = 0;
      const mob = await gather({ port: victim.http, count: 50, replacements: 200 });
      await every(100, signal, () => {
        for (const socket of mob.sockets) {
          // Ten different ones, so that some are fetched anew and some come from the cache.
          socket.write(`GET /bomb?${asked++ % 10} HTTP/1.1\r\nHost: site.test\r\n${fields}\r\n`);
        }
      });
      mob.stop();
      return `${asked} requests for 64 MB packed into 64 kB; ${mob.tally.toString()}`;
    },
  };
}

export const bombAttacks: readonly Attack[] = [
  askForBombs(
    "gzip bombs",
    "cached gzip bodies asked for as they are",
    "Accept-Encoding: gzip\r\n",
  ),
  askForBombs(
    "gzip bombs, plain",
    "the same asked for unpacked: nobody here unpacks, or only in bounded memory",
    "Accept-Encoding: identity\r\n",
  ),
];
