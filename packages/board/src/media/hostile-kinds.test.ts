import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { deflateRawSync, deflateSync } from "node:zlib";
import { type MediaPolicy, mediaPolicySchema } from "#media/policy.ts";
import { findFfmpeg } from "#media/recording/ffmpeg.ts";
import { type Outcome, tried } from "#media/testing/hostile.ts";
import * as make from "#media/testing/make.ts";
import { testParts } from "#media/testing/parts.ts";

/*
 * More hostile files, each kind attacked where its own format is weak. Those that need a real film
 * are left out, and said, where there is no ffmpeg.
 */

const { latin1, PAYLOAD, SCRIPT, u16, u32 } = make;
const parts = testParts();
const bare = testParts({ ffmpeg: false });
const FFMPEG = findFfmpeg();
afterAll(() => {
  parts.stop();
  bare.stop();
});

const POLICY: MediaPolicy = mediaPolicySchema.parse({
  kinds: ["jpeg", "png", "gif", "webp", "avif", "mp4", "webm", "mp3", "ogg", "pdf"],
  seconds: 60,
});

const jpeg = await make.drawing().jpeg().toBuffer();
const progressive = await make.drawing().jpeg({ progressive: true }).toBuffer();
const png = await make.drawing().png().toBuffer();
const webp = await make.drawing().webp().toBuffer();
const avif = await make.drawing(64, 48).avif().toBuffer();
const html = latin1(`<!doctype html><html>${SCRIPT}</html>`);

function join(...pieces: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? latin1(piece) : piece)));
}

function over(file: Buffer, at: number, bytes: Uint8Array): Buffer {
  const out = Buffer.from(file);
  out.set(bytes, at);
  return out;
}

/** Puts chunks behind the header of a PNG. */
function pngWith(...chunks: readonly Buffer[]): Buffer {
  return join(png.subarray(0, 33), ...chunks, png.subarray(33));
}

function le(value: number, size: number): Buffer {
  const out = Buffer.alloc(size);
  out.writeUIntLE(value, 0, size);
  return out;
}

function riff(...chunks: readonly Buffer[]): Buffer {
  const body = join("WEBP", ...chunks);
  return join("RIFF", le(body.length, 4), body);
}

function chunk(type: string, body: Buffer): Buffer {
  return join(type, le(body.length, 4), body, body.length % 2 === 1 ? "\0" : "");
}

function vp8x(width: number, height: number, flags = 0, length = 10): Buffer {
  const body = join(Buffer.from([flags, 0, 0, 0]), le(width - 1, 3), le(height - 1, 3));
  return chunk("VP8X", join(body, Buffer.alloc(Math.max(0, length - 10))).subarray(0, length));
}

/** A frame of an animation at a place, in pixels. */
function frame(x: number, y: number, width: number, height: number): Buffer {
  const head = join(le(x / 2, 3), le(y / 2, 3), le(width - 1, 3), le(height - 1, 3), le(100, 3));
  return chunk("ANMF", join(head, "\0", webp.subarray(12)));
}

const ANIM = chunk("ANIM", Buffer.alloc(6));

function object(dictionary: string, body: Uint8Array): Buffer {
  return join(`%PDF-1.7\n1 0 obj << ${dictionary} >> stream\r\n`, body, "\r\nendstream\n%%EOF");
}

const ACTS = "<< /S /JavaScript /JS (app.alert(1)) >>";

const FILES: Record<string, readonly [Outcome, () => Buffer]> = {
  // PNG.
  "PNG of 1,000 texts that inflate to 3 MB each": [
    "media.bomb",
    () => {
      const packed = deflateSync(Buffer.alloc(3 * 1024 * 1024), { level: 9 });
      const text = make.pngChunk("zTXt", join("x\0\0", packed));
      return pngWith(...Array.from({ length: 1000 }, () => text));
    },
  ],
  "PNG with 6 MB of international text": [
    "neutralised",
    () => pngWith(make.pngChunk("iTXt", join("x\0\0\0\0\0", Buffer.alloc(6_000_000, PAYLOAD)))),
  ],
  "PNG with text that says it is compressed and is not": [
    "media.broken",
    () => pngWith(make.pngChunk("iTXt", join("x\0\x01\0\0\0", html))),
  ],
  "PNG with a keyword without an end": [
    "media.broken",
    () => pngWith(make.pngChunk("zTXt", Buffer.alloc(100_000, "k"))),
  ],
  "PNG whose data come in 90,000 empty pieces": [
    "neutralised",
    () => {
      const empty = make.pngChunk("IDAT", Buffer.alloc(0));
      const at = png.indexOf("IDAT") - 4;
      return join(
        png.subarray(0, at),
        ...Array.from({ length: 90_000 }, () => empty),
        png.subarray(at),
      );
    },
  ],
  "PNG of 0 by 5": ["media.broken", () => make.png(0, 5)],
  "PNG of a bit depth that there is none of": [
    "media.broken",
    () => {
      const head = make.pngChunk("IHDR", join(u32(8), u32(8), Buffer.from([7, 2, 0, 0, 0])));
      return join(png.subarray(0, 8), head, png.subarray(33));
    },
  ],
  "PNG with a palette of HTML": [
    "neutralised",
    () => pngWith(make.pngChunk("PLTE", Buffer.alloc(768, html))),
  ],
  "PNG with a colour profile of 3 MB of nothing": [
    "neutralised",
    () => {
      const packed = deflateSync(Buffer.alloc(3 * 1024 * 1024));
      return pngWith(make.pngChunk("iCCP", join("x\0\0", packed)));
    },
  ],
  // JPEG.
  "JPEG whose first segment is as long as a comment of JavaScript": [
    "neutralised",
    () => {
      const body = join(`*/=1;alert("${PAYLOAD}");/*`, Buffer.alloc(0x2f2a - 2 - 40));
      return join(jpeg.subarray(0, 2), "\xff\xe1", u16(body.length + 2), body, jpeg.subarray(2));
    },
  ],
  "progressive JPEG of 6,000 by 6,000 with 90 scans": [
    "media.broken",
    () => {
      const at = progressive.indexOf(Buffer.from([0xff, 0xc2]));
      const large = over(progressive, at + 5, join(u16(6000), u16(6000)));
      const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 1, 5, 0x00]);
      return join(
        large.subarray(0, large.length - 2),
        ...Array.from({ length: 90 }, () => scan),
        "\xff\xd9",
      );
    },
  ],
  "JPEG of 255 components": [
    "media.broken",
    () => {
      const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
      return over(jpeg, at + 9, Buffer.from([255]));
    },
  ],
  "JPEG of 12 bits": [
    "media.broken",
    () => {
      const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
      return over(jpeg, at + 4, Buffer.from([12]));
    },
  ],
  "JPEG with a segment of no length": [
    "media.broken",
    () => join(jpeg.subarray(0, 2), "\xff\xe1\0\0", jpeg.subarray(2)),
  ],
  "JPEG of a thousand fill bytes and restarts": [
    "neutralised",
    () => join(jpeg.subarray(0, 2), Buffer.alloc(100_000, 0xff), jpeg.subarray(3)),
  ],
  "JPEG behind a JPEG, ten times": [
    "media.trailing",
    () => join(...Array.from({ length: 10 }, () => jpeg)),
  ],
  "JPEG with a second one that is larger than all bounds": [
    "media.dimensions",
    () => {
      const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
      return join(jpeg, over(jpeg, at + 5, join(u16(65_000), u16(65_000))));
    },
  ],
  // GIF.
  "GIF of 10,000 frames": ["media.frames", () => make.gif(2, 2, 10_000)],
  "GIF with a code size that there is none of": [
    "media.broken",
    () => {
      const file = make.gif(32, 24, 1);
      return over(file, file.lastIndexOf(0x2c) + 10, Buffer.from([200]));
    },
  ],
  "GIF with 5 MB of comments": [
    "neutralised",
    () => {
      const block = join("\xff", Buffer.alloc(255, PAYLOAD));
      return make.gif(
        32,
        24,
        2,
        join("\x21\xfe", ...Array.from({ length: 20_000 }, () => block), "\0"),
      );
    },
  ],
  "GIF that names an application of its own": [
    "neutralised",
    () => make.gif(32, 24, 2, join("\x21\xff\x0bXMP DataXMP", "\x40", html.subarray(0, 64), "\0")),
  ],
  // WebP.
  "WebP of odd sizes: a header of 11 bytes": [
    "media.broken",
    () => riff(vp8x(320, 240, 0, 11), webp.subarray(12)),
  ],
  "WebP of odd sizes: a header of 4 bytes": [
    "media.broken",
    () => riff(vp8x(320, 240, 0, 4), webp.subarray(12)),
  ],
  "WebP with a frame that lies beyond its canvas": [
    "media.broken",
    () => riff(vp8x(320, 240, 2), ANIM, frame(300, 0, 320, 240)),
  ],
  "WebP that says it moves and does not": [
    "media.broken",
    () => riff(vp8x(320, 240, 2), ANIM, webp.subarray(12)),
  ],
  "WebP with frames and a still picture": [
    "media.broken",
    () => riff(vp8x(320, 240, 2), ANIM, frame(0, 0, 320, 240), webp.subarray(12)),
  ],
  "WebP within whose frame stands something else": [
    "media.broken",
    () => {
      const head = frame(0, 0, 320, 240).subarray(8, 24);
      return riff(vp8x(320, 240, 2), ANIM, chunk("ANMF", join(head, chunk("EVIL", html))));
    },
  ],
  "WebP whose chunk is longer than numbers go": [
    "media.broken",
    () => riff(join("VP8 ", "\xff\xff\xff\xff", webp.subarray(20))),
  ],
  // AVIF.
  "AVIF that announces less than it is": [
    "media.broken",
    () => over(avif, avif.indexOf("ispe") + 8, join(u32(4), u32(4))),
  ],
  "AVIF whose item lies beyond the file": [
    "media.broken",
    () => over(avif, avif.indexOf("iloc") + 22, join("\x7f\xff\xff\xff")),
  ],
  "animated AVIF under the name of a still one": [
    "media.unknown_kind",
    () => {
      const head = make.box("ftyp", latin1("avif\0\0\0\0avifavismsf1"));
      return join(head, make.mp4().subarray(28));
    },
  ],
  "AVIF with two files in it": [
    "media.broken",
    () => {
      const at = avif.indexOf("meta") - 4;
      const meta = avif.subarray(at, at + avif.readUInt32BE(at));
      return join(avif, meta);
    },
  ],
  // MP4 by its headers alone.
  "MP4 that refers to another film (rmra)": [
    "media.active",
    () => {
      const reference = make.box(
        "rdrf",
        u32(0),
        latin1("url "),
        u32(20),
        latin1("http://a.example/x\0\0"),
      );
      const film = make.mp4();
      const inner = make.box("rmra", make.box("rmda", reference));
      const at = film.indexOf("moov") - 4;
      const size = film.readUInt32BE(at);
      const moov = make.box("moov", film.subarray(at + 8, at + size), inner);
      return join(film.subarray(0, at), moov, film.subarray(at + size));
    },
  ],
  "MP4 whose index is packed (cmov)": [
    "media.bomb",
    () => {
      const packed = deflateSync(Buffer.alloc(16 * 1024 * 1024), { level: 9 });
      const cmov = make.box(
        "cmov",
        make.box("dcom", latin1("zlib")),
        make.box("cmvd", u32(0xffffffff), packed),
      );
      return join(
        make.box("ftyp", latin1("isom"), u32(512), latin1("isomiso2mp41")),
        make.box("moov", cmov),
        make.box("mdat", Buffer.alloc(64)),
      );
    },
  ],
  "MP4 of 5,000 films in one": [
    "media.bomb",
    () => {
      const film = make.mp4();
      const at = film.indexOf("moov") - 4;
      const size = film.readUInt32BE(at);
      const trak = film.indexOf("trak") - 4;
      const one = film.subarray(trak, trak + film.readUInt32BE(trak));
      const moov = make.box(
        "moov",
        film.subarray(at + 8, at + size),
        ...Array.from({ length: 5000 }, () => one),
      );
      return join(film.subarray(0, at), moov, film.subarray(at + size));
    },
  ],
  // WebM, Ogg, MP3 by their headers alone.
  "WebM of endless duration": ["media.duration", () => make.webm({ seconds: Infinity })],
  "MP3 with a picture of 8 MB in its tags": [
    "neutralised",
    () => {
      const size = 8_000_000;
      const bytes = [21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f);
      return join("ID3\x04\0\0", Buffer.from(bytes), Buffer.alloc(size, html), make.mp3(40));
    },
  ],
  "MP3 of two tags, one within the other's length": [
    "neutralised",
    () => join(make.id3(PAYLOAD), make.id3(PAYLOAD), make.mp3(40)),
  ],
  "MP3 with a page behind its last frame": ["media.trailing", () => join(make.mp3(40), html)],
  "MP3 within whose sound lies an archive": [
    "media.trailing",
    () => {
      const frame = make.mp3(40);
      return over(frame, frame.length - 417 + 8, make.zip());
    },
  ],
  "MP3 whose first frame holds the beginning of a PDF": [
    "media.trailing",
    () => over(make.mp3(40), 100, latin1("%PDF-1.7\n1 0 obj")),
  ],
  "MP3 within whose sound lies a RAR": [
    "media.trailing",
    () => over(make.mp3(4000 / 40), 5000, latin1("Rar!\x1a\x07\x01\0")),
  ],
  "WebM with an archive in its last cluster, within a block": [
    "media.trailing",
    () => {
      const block = make.ebml(0xa3, Buffer.from([0x81, 0, 0, 0x80]), make.zip());
      return make.webm({ more: make.ebml(0x1f43b675, make.ebml(0xe7, Buffer.from([0])), block) });
    },
  ],
  // PDF.
  "PDF that says who wrote it, in every way": [
    "neutralised",
    () =>
      make.pdf(
        `/Author (${PAYLOAD} \\) (of) somewhere) /Title(${PAYLOAD}) /Producer <45> /Type /Catalog ` +
          `/M (<?xpacket begin="" id=""?><x:xmpmeta>${PAYLOAD}</x:xmpmeta><?xpacket end="w"?>)`,
      ),
  ],
  "PDF of a million strings without an end": [
    "media.broken",
    () => make.pdf("/Title (".repeat(900_000)),
  ],
  "PDF of a million packets without an end": [
    "media.broken",
    () => make.pdf("<?xpacket begin".repeat(500_000)),
  ],
  "PDF of 19,000 streams and no object": [
    "neutralised",
    () => latin1(`%PDF-1.7\n${" ".repeat(7_000_000)}${"stream\n x ".repeat(19_000)}\n%%EOF`),
  ],
  "PDF with an archive in a stream": [
    "media.trailing",
    () => object("/Type /Embedded /Length 1", make.zip()),
  ],
  "PDF that acts from a stream in hexadecimal": [
    "media.active",
    () =>
      object(
        "/Type /ObjStm /Filter /ASCIIHexDecode",
        latin1(Buffer.from(ACTS, "latin1").toString("hex")),
      ),
  ],
  "PDF that acts from a stream that is packed twice": [
    "media.active",
    () =>
      object(
        "/Type /ObjStm /Filter [/FlateDecode /FlateDecode]",
        deflateSync(deflateSync(latin1(ACTS))),
      ),
  ],
  "PDF that acts from a stream whose checksum is wrong": [
    "media.active",
    () => {
      const packed = deflateSync(latin1(ACTS.repeat(20)));
      return object("/Type /ObjStm /Filter /FlateDecode", over(packed, packed.length - 2, u16(0)));
    },
  ],
  "PDF that acts from a stream whose rows are predicted": [
    "media.active",
    () => {
      // Each byte but the first of a row is written as its difference (PNG's Sub).
      const row = latin1(ACTS);
      const coded = row.map((byte, i) => (byte - (i === 0 ? 0 : (row[i - 1] as number))) & 255);
      const parms = `/DecodeParms << /Predictor 11 /Columns ${row.length} >>`;
      return object(
        `/Type /ObjStm /Filter /FlateDecode ${parms}`,
        deflateSync(join("\x01", coded)),
      );
    },
  ],
  "PDF that acts from a stream with the abbreviated filter": [
    "media.active",
    () => object("/Type /ObjStm /Filter /Fl", deflateRawSync(latin1(ACTS))),
  ],
  "PDF that leads to javascript: on a click": [
    "media.active",
    () => make.pdf("/A << /S /URI /URI (javascript:alert\\(1\\)) >>"),
  ],
  "PDF that acts when a page is opened": [
    "media.active",
    () => make.pdf("/AA << /O << /S /Launch /F (calc.exe) >> >>"),
  ],
  "PDF that sends a form": ["media.active", () => make.pdf("/A << /S /SubmitForm /F (x) >>")],
};

describe("hostile files, kind by kind", () => {
  for (const [name, [outcome, build]] of Object.entries(FILES)) {
    test(`${name}: ${outcome}`, async () => {
      // Recordings that are made of headers alone have nothing that ffmpeg could copy.
      const headers =
        /^(?:MP[34]|WebM)/.test(name) && (outcome === "neutralised" || / within /.test(name));
      expect(await tried(headers ? bare : parts, build(), POLICY)).toBe(outcome);
    }, 30_000);
  }
});

const QUIET = ["-nostdin", "-v", "error", "-y"];
const SUBTITLED = ["-map", "0:v", "-map", "1:a", "-map", "2:s", "-c:s", "mov_text"];

/** Makes a film or a sound by ffmpeg, with arguments of one's own before the file. */
function made(kind: string, ...own: readonly string[]): Buffer {
  const path = `${parts.root}/made-${crypto.randomUUID()}.${kind}`;
  const input = (what: string) => ["-f", "lavfi", "-i", what];
  const command = [
    FFMPEG?.ffmpeg as string,
    ...QUIET,
    ...input("testsrc=size=160x120:rate=10:duration=2"),
    ...input("sine=frequency=440:duration=2"),
    ...own,
    path,
  ];
  const child = Bun.spawnSync(command);
  expect(child.stderr.toString()).toBe("");
  return readFileSync(path);
}

const MP4 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"];

describe.skipIf(FFMPEG === null)("hostile recordings", () => {
  const film = (): Buffer => made("mp4", ...MP4);

  /** The 32-bit numbers of a box, written over at a place within it. */
  function patched(file: Buffer, type: string, at: number, value: number): Buffer {
    let out = file;
    for (let from = file.indexOf(type); from >= 0; from = file.indexOf(type, from + 4)) {
      out = over(out, from + 4 + at, u32(value));
    }
    return out;
  }

  test("a film that lasts longer than its headers say is refused", async () => {
    // Every picture lasts ten thousand times as long.
    const long = patched(film(), "stts", 12, 10_240_000);
    for (const own of [parts, bare]) {
      expect(await tried(own, long, POLICY)).toBe("media.duration");
    }
  }, 30_000);

  test("a WebM that lasts longer than its headers say is refused", async () => {
    const path = `${parts.root}/long.webm`;
    const input = ["-f", "lavfi", "-i", "testsrc=size=32x32:rate=1:duration=90"];
    Bun.spawnSync([FFMPEG?.ffmpeg as string, ...QUIET, ...input, "-c:v", "libvpx", path]);
    const long = readFileSync(path);
    const second = Buffer.alloc(8);
    second.writeDoubleBE(1000);
    const at = long.indexOf(Buffer.from([0x44, 0x89, 0x88]));
    expect(at).toBeGreaterThan(0);
    for (const own of [parts, bare]) {
      expect(await tried(own, over(long, at + 3, second), POLICY)).toBe("media.duration");
    }
  }, 30_000);

  test("an index of four billion pictures costs nothing", async () => {
    expect(await tried(parts, patched(film(), "stsz", 8, 0xfffffff0), POLICY)).toMatch(
      /^media\.(?:broken|codec|bomb|duration)$/,
    );
  }, 30_000);

  test("subtitles, chapters, covers and places go", async () => {
    const text = `${parts.root}/text.srt`;
    await Bun.write(text, `1\n00:00:00,000 --> 00:00:02,000\n${PAYLOAD}\n`);
    const about = [
      "-metadata",
      `location=+48.8577+002.295/${PAYLOAD}`,
      "-metadata",
      `title=${PAYLOAD}`,
    ];
    const rich = made(
      "mp4",
      "-i",
      text,
      ...SUBTITLED,
      "-metadata:s:a:0",
      `handler_name=${PAYLOAD}`,
      ...MP4,
      ...about,
    );
    expect(rich.includes(PAYLOAD)).toBe(true);
    expect(await tried(parts, rich, POLICY)).toBe("neutralised");
    const webm = made("webm", "-c:v", "libvpx", "-c:a", "libvorbis", ...about);
    expect(await tried(parts, webm, POLICY)).toBe("neutralised");
    const ogg = made("ogg", "-vn", "-c:a", "libvorbis", ...about);
    for (const own of [parts, bare]) expect(await tried(own, ogg, POLICY)).toBe("neutralised");
  }, 60_000);

  test("what lies in a film's data and belongs to none of its pictures goes", async () => {
    const file = film();
    const at = file.indexOf("mdat") - 4;
    const size = file.readUInt32BE(at);
    // Behind all that the index speaks of, within the same box.
    const grown = join(
      file.subarray(0, at),
      make.box("mdat", file.subarray(at + 8, at + size), html),
      file.subarray(at + size),
    );
    const moved =
      file.indexOf("moov") > at ? grown : join(file.subarray(0, at), grown.subarray(at));
    expect(await tried(parts, moved, POLICY)).toBe("neutralised");
  }, 30_000);

  test("films cut off in the middle, or of noise", async () => {
    const file = film();
    expect(await tried(parts, file.subarray(0, file.length >> 1), POLICY)).toBe("media.broken");
    const noise = over(file, file.indexOf("mdat") + 4, Buffer.alloc(2000, 0xa5));
    expect(await tried(parts, noise, POLICY)).toMatch(/^media\.|^neutralised$/);
  }, 30_000);

  test("a sound of another codec than browsers play is refused", async () => {
    const flac = made("ogg", "-vn", "-c:a", "flac");
    expect(await tried(parts, flac, POLICY)).toBe("media.codec");
    const mjpeg = made("mp4", "-c:v", "mjpeg", "-an");
    expect(await tried(parts, mjpeg, POLICY)).toBe("media.codec");
  }, 30_000);
});
