import type { Target } from "#drill/connection.ts";

/** RFC 9113, section 6. */
export const TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;

type Pair = readonly [name: string, value: string];

/** An HTTP/2 frame (RFC 9113, section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const PREFACE = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(TYPE.settings, 0, 0, Buffer.alloc(0)),
]);
export const PING = frame(TYPE.ping, 0, 0, Buffer.alloc(8));

/** A GET in HPACK without a table: literal fields, never indexed. */
export function headers({ name, tls }: Target, path = "/", more: readonly Pair[] = []): Buffer {
  const fields: readonly Pair[] = [
    [":method", "GET"],
    [":scheme", tls ? "https" : "http"],
    [":path", path],
    [":authority", name],
    ...more,
  ];
  return Buffer.concat(
    fields.flatMap(([name, value]) => [
      Buffer.from([0x10, name.length]),
      Buffer.from(name),
      integer(value.length),
      Buffer.from(value),
    ]),
  );
}

/** RFC 7541, section 5.1, behind one bit. */
function integer(value: number): Buffer {
  return Buffer.from(value < 127 ? [value] : [127, (value - 127) | 0x80, (value - 127) >> 7]);
}
