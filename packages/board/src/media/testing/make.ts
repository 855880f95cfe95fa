import { deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";

/** What no stored file may hold. */
export const PAYLOAD = "EGIDE-PAYLOAD";
export const SCRIPT = `<script>alert("${PAYLOAD}")</script>`;

export function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

export function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

export function u16(value: number): Buffer {
  const out = Buffer.alloc(2);
  out.writeUInt16BE(value);
  return out;
}

/** A picture with something to see in it. */
export function drawing(width = 320, height = 240): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[at++] = (x * 255) / width;
      data[at++] = (((x >> 5) ^ (y >> 5)) & 1) * 200;
      data[at++] = (y * 255) / height;
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A whole ZIP archive with one stored file. */
export function zip(): Buffer {
  const name = latin1("payload.html");
  const body = latin1(SCRIPT);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(Bun.hash.crc32(body));
  const le = (...pairs: readonly (readonly [number, number])[]): Buffer =>
    Buffer.concat(
      pairs.map(([value, size]) => {
        const out = Buffer.alloc(size);
        out.writeUIntLE(value, 0, size);
        return out;
      }),
    );
  const facts = [
    le([20, 2], [0, 2], [0, 2], [0, 4]),
    crc,
    le([body.length, 4], [body.length, 4], [name.length, 2], [0, 2]),
  ];
  const local = Buffer.concat([latin1("PK\x03\x04"), ...facts, name, body]);
  const central = Buffer.concat([
    latin1("PK\x01\x02"),
    le([20, 2]),
    ...facts,
    le([0, 2], [0, 2], [0, 2], [0, 4], [0, 4]),
    name,
  ]);
  const end = le([0, 4], [1, 2], [1, 2], [central.length, 4], [local.length, 4], [0, 2]);
  return Buffer.concat([local, central, latin1("PK\x05\x06"), end]);
}

export function pngChunk(type: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([latin1(type), body]);
  return Buffer.concat([u32(body.length), named, u32(Bun.hash.crc32(named))]);
}

const PNG_SIGNATURE = latin1("\x89PNG\r\n\x1a\n");

/** A PNG of any announced size; `more` stands before the data. */
export function png(
  width: number,
  height: number,
  more: readonly Buffer[] = [],
  data?: Buffer,
): Buffer {
  const head = Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])]);
  const rows = data ?? deflateSync(Buffer.alloc(Math.min(1_000_000, (width * 3 + 1) * height), 0));
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk("IHDR", head),
    ...more,
    pngChunk("IDAT", rows),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Puts segments behind the start of a JPEG. */
export function withSegments(
  jpeg: Buffer,
  ...segments: readonly (readonly [number, Buffer])[]
): Buffer {
  const made = segments.map(([marker, body]) =>
    Buffer.concat([Buffer.from([0xff, marker]), u16(body.length + 2), body]),
  );
  return Buffer.concat([jpeg.subarray(0, 2), ...made, jpeg.subarray(2)]);
}

/** A GIF89a with frames of one colour, each as large as the canvas, and what else is given. */
export function gif(
  width: number,
  height: number,
  frames: number,
  more: Buffer = Buffer.alloc(0),
): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  const control = Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0]);
  // Clear, one pixel, end: what the rest of the frame shows is left open.
  const picture = Buffer.concat([
    Buffer.from([0x2c, 0, 0, 0, 0]),
    size,
    Buffer.from([0, 2, 2, 0x4c, 0x01, 0]),
  ]);
  return Buffer.concat([
    latin1("GIF89a"),
    size,
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
    more,
    ...Array.from({ length: frames }, () => Buffer.concat([control, picture])),
    Buffer.from([0x3b]),
  ]);
}

export function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), latin1(type), body]);
}

/** The outer boxes of an MP4, as headers alone would have it. */
export function mp4(
  options: { seconds?: number; width?: number; height?: number; dref?: Buffer; last?: Buffer } = {},
): Buffer {
  const { seconds = 1, width = 64, height = 48 } = options;
  const mvhd = box(
    "mvhd",
    u32(0),
    u32(0),
    u32(0),
    u32(1000),
    u32(seconds * 1000),
    Buffer.alloc(80),
  );
  const tkhd = box("tkhd", u32(7), Buffer.alloc(72), u32(width << 16), u32(height << 16));
  const dref = options.dref ?? box("url ", u32(1));
  const dinf = box("dinf", box("dref", u32(0), u32(1), dref));
  const trak = box("trak", tkhd, box("mdia", box("minf", dinf)));
  return Buffer.concat([
    box("ftyp", latin1("isom"), u32(512), latin1("isomiso2mp41")),
    box("moov", mvhd, trak),
    options.last ?? box("mdat", Buffer.alloc(64)),
  ]);
}

/** An EBML element with a size of eight bytes. */
export function ebml(id: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const hex = id.toString(16);
  const size = Buffer.alloc(8);
  size.writeUInt32BE(body.length, 4);
  size[0] = 1;
  return Buffer.concat([Buffer.from(hex, "hex"), size, body]);
}

export function webm(options: { docType?: string; more?: Buffer; seconds?: number } = {}): Buffer {
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE((options.seconds ?? 1) * 1000);
  const video = ebml(0xe0, ebml(0xb0, u16(64)), ebml(0xba, u16(48)));
  return Buffer.concat([
    ebml(0x1a45dfa3, ebml(0x4282, latin1(options.docType ?? "webm"))),
    ebml(
      0x18538067,
      ebml(
        0x1549a966,
        ebml(0x2ad7b1, u32(1_000_000)),
        ebml(0x4489, duration),
        ebml(0x7ba9, latin1(PAYLOAD)),
      ),
      ebml(0x1654ae6b, ebml(0xae, ebml(0xd7, Buffer.from([1])), video)),
      options.more ?? Buffer.alloc(0),
    ),
  ]);
}

/** Silent frames of MPEG 1 layer III, 128 kbit/s, 44,100 Hz: 417 bytes and 26 ms each. */
export function mp3(frames: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

export function id3(text: string): Buffer {
  const body = Buffer.concat([
    latin1("TIT2"),
    u32(text.length + 1),
    u16(0),
    Buffer.from([0]),
    latin1(text),
  ]);
  const size = Buffer.from([0, 0, body.length >> 7, body.length & 127]);
  return Buffer.concat([latin1("ID3\x03\x00\x00"), size, body]);
}

export function pdf(objects: string): Buffer {
  return latin1(
    `%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R ${objects} >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n`,
  );
}
