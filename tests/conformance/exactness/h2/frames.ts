import {
  Flag,
  FrameType,
  frame,
  rstStream,
  settings,
  uint32,
  windowUpdate,
} from "@egide/testkit/h2/frame.ts";
import { encodeLiterals } from "@egide/testkit/h2/hpack.ts";
import { forward, refuse } from "../case.ts";
import { get, type H2Case, post } from "./case.ts";

/* Frames that break the protocol (RFC 9113, sections 4 to 6): the connection ends, nothing is carried out. */

const { headers, data, continuation, settings: SETTINGS, ping, priority, pushPromise } = FrameType;
const BROKEN = refuse([0], { closes: true, stage: "body" });
const block = encodeLiterals(get());
const EMPTY = Buffer.alloc(0);

function broken(id: string, about: string, ...frames: Uint8Array[]): H2Case {
  return { id: `frame/${id}`, about, fields: [], frames, expect: BROKEN };
}

const opened = frame(headers, Flag.endHeaders, 1, encodeLiterals(post()));

const faults: H2Case[] = [
  broken("data-on-0", "DATA belongs to a stream (6.1)", frame(data, 0, 0, Buffer.from("x"))),
  broken(
    "data-on-idle",
    "DATA on a stream that was never opened (5.1)",
    frame(data, 0, 1, Buffer.from("x")),
  ),
  broken("headers-on-0", "HEADERS belongs to a stream (6.2)", frame(headers, 5, 0, block)),
  broken("headers-even", "clients open odd streams (5.1.1)", frame(headers, 5, 2, block)),
  broken(
    "continuation-alone",
    "CONTINUATION follows HEADERS (6.10)",
    frame(continuation, 4, 1, block),
  ),
  broken(
    "continuation-other-stream",
    "nothing stands between HEADERS and CONTINUATION (6.10)",
    frame(headers, 1, 1, block.subarray(0, 10)),
    frame(continuation, 4, 3, block.subarray(10)),
  ),
  broken(
    "ping-inside-headers",
    "nothing stands between HEADERS and CONTINUATION (6.10)",
    frame(headers, 1, 1, block.subarray(0, 10)),
    frame(ping, 0, 0, Buffer.alloc(8)),
    frame(continuation, 4, 1, block.subarray(10)),
  ),
  broken(
    "settings-length",
    "SETTINGS come by six bytes (6.5)",
    frame(SETTINGS, 0, 0, Buffer.alloc(5)),
  ),
  broken(
    "settings-on-stream",
    "SETTINGS are of the connection (6.5)",
    frame(SETTINGS, 0, 1, EMPTY),
  ),
  broken(
    "settings-ack-payload",
    "an acknowledgement is empty (6.5)",
    frame(SETTINGS, 1, 0, Buffer.alloc(6)),
  ),
  broken("settings-window", "a window beyond 2^31-1 (6.5.2)", settings([4, 0x80000000])),
  broken("settings-frame-size", "a frame size below 2^14 (6.5.2)", settings([5, 16_383])),
  broken("settings-push", "ENABLE_PUSH is 0 or 1 (6.5.2)", settings([2, 2])),
  broken("ping-length", "PING has eight bytes (6.7)", frame(ping, 0, 0, Buffer.alloc(7))),
  broken("ping-on-stream", "PING is of the connection (6.7)", frame(ping, 0, 1, Buffer.alloc(8))),
  broken("push-promise", "clients don't push (8.4)", frame(pushPromise, 4, 1, Buffer.alloc(4))),
  broken("rst-on-0", "RST_STREAM belongs to a stream (6.4)", rstStream(0, 8)),
  broken("rst-on-idle", "RST_STREAM on a stream that was never opened (6.4)", rstStream(1, 8)),
  broken("rst-length", "RST_STREAM has four bytes (6.4)", opened, frame(3, 0, 1, Buffer.alloc(3))),
  broken("window-zero", "an increment of 0 (6.9)", windowUpdate(0, 0)),
  broken(
    "window-overflow",
    "a window beyond 2^31-1 (6.9.1)",
    windowUpdate(0, 0x7fffffff),
    windowUpdate(0, 0x7fffffff),
  ),
  broken("window-length", "WINDOW_UPDATE has four bytes (6.9)", frame(8, 0, 0, Buffer.alloc(3))),
  broken("goaway-on-stream", "GOAWAY is of the connection (6.8)", frame(7, 0, 1, Buffer.alloc(8))),
  broken(
    "padding-too-long",
    "more padding than frame (6.1)",
    opened,
    frame(data, Flag.padded, 1, Buffer.from([9, 0])),
  ),
  broken(
    "frame-too-large",
    "beyond SETTINGS_MAX_FRAME_SIZE (4.2)",
    opened,
    frame(data, 0, 1, Buffer.alloc(1 << 20)),
  ),
  broken("hpack-index-0", "index 0 (RFC 7541, 6.1)", frame(headers, 5, 1, Buffer.from([0x80]))),
  broken(
    "hpack-index-far",
    "an index beyond the tables (RFC 7541, 2.3.3)",
    frame(headers, 5, 1, Buffer.from([0xff, 0x7f])),
  ),
  broken(
    "hpack-integer",
    "an endless integer (RFC 7541, 5.1)",
    frame(headers, 5, 1, Buffer.from([0xff, ...Array(20).fill(0xff), 0x7f])),
  ),
  broken(
    "hpack-string",
    "a string longer than the block (RFC 7541, 5.2)",
    frame(headers, 5, 1, Buffer.from([0, 5, 0x61])),
  ),
  broken(
    "hpack-table-size",
    "a table larger than allowed (RFC 7541, 6.3)",
    frame(headers, 5, 1, Buffer.concat([Buffer.from([0x3f, 0xff, 0xff, 0x03]), block])),
  ),
  broken(
    "hpack-padding",
    "Huffman padding that is not ones (RFC 7541, 5.2)",
    frame(headers, 5, 1, Buffer.concat([block, Buffer.from([0, 1, 0x78, 0x81, 0x00])])),
  ),
];

const fine: H2Case[] = [
  {
    id: "frame/unknown-type",
    about: "unknown frames are ignored (RFC 9113, 4.1)",
    fields: [],
    frames: [frame(0xfa, 0xff, 0, Buffer.from("what?")), frame(headers, 5, 1, block)],
    expect: forward({ method: "GET", target: "/c" }),
  },
  {
    id: "frame/unknown-setting",
    about: "unknown settings are ignored (RFC 9113, 6.5.2)",
    fields: [],
    frames: [settings([0xfafa, 1]), frame(headers, 5, 1, block)],
    expect: forward({ method: "GET", target: "/c" }),
  },
  {
    id: "frame/padding",
    about: "padding is not part of the fields or the body (RFC 9113, 6.1 and 6.2)",
    fields: [],
    frames: [
      frame(
        headers,
        Flag.endHeaders | Flag.padded,
        1,
        Buffer.concat([Buffer.from([3]), encodeLiterals(post()), Buffer.alloc(3)]),
      ),
      frame(data, Flag.endStream | Flag.padded, 1, Buffer.from("\x04hello\0\0\0\0")),
    ],
    expect: forward({ method: "POST", target: "/c", body: "hello" }),
  },
  {
    id: "frame/priority",
    about: "PRIORITY is read and ignored (RFC 9113, 5.3.2)",
    fields: [],
    frames: [
      frame(priority, 0, 1, Buffer.concat([uint32(0), Buffer.from([15])])),
      frame(headers, 5 | Flag.priority, 1, Buffer.concat([uint32(0), Buffer.from([15]), block])),
    ],
    expect: forward({ method: "GET", target: "/c" }),
  },
  {
    id: "frame/continuation",
    about: "a field block in many pieces (RFC 9113, 4.3)",
    fields: [],
    frames: [
      frame(headers, Flag.endStream, 1, block.subarray(0, 3)),
      frame(continuation, 0, 1, block.subarray(3, 9)),
      frame(continuation, 0, 1, block.subarray(9, 20)),
      frame(continuation, Flag.endHeaders, 1, block.subarray(20)),
    ],
    expect: forward({ method: "GET", target: "/c" }),
  },
];

export const frameCases: readonly H2Case[] = [...faults, ...fine];
