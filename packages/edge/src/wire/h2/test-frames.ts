import { FRAME_HEADER, PREFACE } from "#wire/h2/constants.ts";
import { HpackDecoder } from "#wire/h2/hpack/decoder.ts";
import { HpackEncoder } from "#wire/h2/hpack/encoder.ts";
import { nameInfo } from "#wire/h2/hpack/names.ts";

/** A frame as a test sees it. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, id: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(FRAME_HEADER);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** SETTINGS of id, value, id, value … */
export function settings(...pairs: number[]): Buffer {
  const bytes = Buffer.alloc(pairs.length * 3);
  for (let i = 0; i < pairs.length; i += 2) {
    bytes.writeUInt16BE(pairs[i] as number, i * 3);
    bytes.writeUInt32BE(pairs[i + 1] as number, i * 3 + 2);
  }
  return frame(4, 0, 0, bytes);
}

/** What a client says first. */
export function hello(...pairs: number[]): Buffer {
  return Buffer.concat([PREFACE, settings(...pairs)]);
}

export function block(encoder: HpackEncoder, fields: readonly string[]): Buffer {
  const out = Buffer.alloc(fields.join("").length + fields.length * 16 + 64);
  encoder.begin(out, 0);
  for (let i = 0; i < fields.length; i += 2) {
    encoder.field(nameInfo(fields[i] as string), fields[i + 1] as string);
  }
  return out.subarray(0, encoder.at);
}

/** Fields as literals without indexing, whatever is wrong with them. */
export function rawBlock(fields: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < fields.length; i++) {
    const text = Buffer.from(fields[i] as string, "latin1");
    if (i % 2 === 0) parts.push(Buffer.from([0]));
    const { length } = text;
    parts.push(
      length < 127
        ? Buffer.from([length])
        : Buffer.from([127, ((length - 127) & 127) | 128, ((length - 127) >> 7) & 127]),
      text,
    );
  }
  return Buffer.concat(parts);
}

export const GET = [":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a.test"];
export const POST = [":method", "POST", ":scheme", "https", ":path", "/", ":authority", "a.test"];

/** HEADERS with END_HEADERS. */
export function headers(id: number, fields: readonly string[], endStream = true): Buffer {
  return frame(1, endStream ? 5 : 4, id, rawBlock(fields));
}

export function data(id: number, content: string | Uint8Array, endStream = false): Buffer {
  return frame(0, endStream ? 1 : 0, id, Buffer.from(content as string));
}

/** Cuts what the other side wrote into frames, and reads its header blocks. */
export class FrameLog {
  readonly frames: Frame[] = [];
  /** Values of Date fields, which `show` leaves out. */
  readonly dates: string[] = [];
  readonly #decoder = new HpackDecoder(4096);
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): void {
    let bytes = Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= FRAME_HEADER) {
      const end = FRAME_HEADER + bytes.readUIntBE(0, 3);
      if (bytes.length < end) break;
      this.frames.push({
        type: bytes[3] as number,
        flags: bytes[4] as number,
        id: bytes.readUInt32BE(5) & 0x7fff_ffff,
        payload: Buffer.from(bytes.subarray(FRAME_HEADER, end)),
      });
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }

  of(type: number, id?: number): Frame[] {
    return this.frames.filter((f) => f.type === type && (id === undefined || f.id === id));
  }

  /** Takes out and shows everything: `HEADERS 1 END :status: 200 | …`, `DATA 1 END 5`. */
  show(): string[] {
    return this.frames.splice(0).map((f) => this.#show(f));
  }

  #show({ type, flags, id, payload }: Frame): string {
    const end = (flags & 1) !== 0;
    switch (type) {
      case 0:
        return `DATA ${id} ${payload.length}${end ? " END" : ""}`;
      case 1:
        return `HEADERS ${id}${end ? " END" : ""} ${this.#fields(payload)}`;
      case 3:
        return `RST ${id} ${payload.readUInt32BE(0)}`;
      case 4:
        return end ? "SETTINGS ACK" : "SETTINGS";
      case 6:
        return end ? "PING ACK" : "PING";
      case 7:
        return `GOAWAY ${payload.readUInt32BE(0)} ${payload.readUInt32BE(4)}`;
      case 8:
        return `WINDOW ${id} ${payload.readUInt32BE(0)}`;
      default:
        return `type ${type} ${id}`;
    }
  }

  #fields(payload: Buffer): string {
    const fields: string[] = [];
    const sink = {
      field: (name: { lower: string }, value: string): void => {
        if (name.lower === "date") this.dates.push(value);
        else fields.push(`${name.lower}: ${value}`);
      },
    };
    if (!this.#decoder.decode(payload, 0, payload.length, sink, 1e6)) return "(broken)";
    return fields.join(" | ");
  }

  body(id: number): string {
    return Buffer.concat(this.of(0, id).map((f) => f.payload)).toString("latin1");
  }
}
