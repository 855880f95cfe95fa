import { afterAll, describe, expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { type MediaPolicy, mediaPolicySchema } from "#media/policy.ts";
import { type Outcome, tried } from "#media/testing/hostile.ts";
import * as make from "#media/testing/make.ts";
import { testParts } from "#media/testing/parts.ts";

const { latin1, PAYLOAD, SCRIPT, u16, u32 } = make;
const parts = testParts();
const without = testParts({ ffmpeg: false });

/** Everything is taken that can be: what is refused is refused for what it is. */
const POLICY: MediaPolicy = mediaPolicySchema.parse({
  kinds: ["jpeg", "png", "gif", "webp", "avif", "mp4", "webm", "mp3", "ogg", "pdf"],
  seconds: 60,
});

const jpeg = await make.drawing().jpeg().toBuffer();
const png = await make.drawing().png().toBuffer();
const webp = await make.drawing().webp().toBuffer();
const tiny = await make.drawing(1, 1).webp({ lossless: true }).toBuffer();
const avif = await make.drawing(64, 48).avif().toBuffer();
const gif = make.gif(32, 24, 2);
const zip = make.zip();
const html = latin1(`<!doctype html><html>${SCRIPT}</html>`);
const svg = latin1(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">${SCRIPT}</svg>`);
const rar = latin1("Rar!\x1a\x07\x01\x00");
const elf = latin1(`\x7fELF\x02\x01\x01\0${PAYLOAD}`);
const mz = latin1(`MZ\x90\0${PAYLOAD}`);

function join(...pieces: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? latin1(piece) : piece)));
}

/** A copy with some bytes written over. */
function over(file: Buffer, at: number, bytes: Buffer): Buffer {
  const out = Buffer.from(file);
  bytes.copy(out, at);
  return out;
}

/** Replaces a length of the same size, wherever it stands. */
function jpegSized(width: number, height: number): Buffer {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  return over(jpeg, at + 5, join(u16(height), u16(width)));
}

function bomb(type: string, head: string): Buffer {
  const packed = deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
  return make.pngChunk(type, join(head, packed));
}

/** RIFF files count from the end of their own header. */
function riff(...chunks: readonly Buffer[]): Buffer {
  const body = join("WEBP", ...chunks);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return join("RIFF", size, body);
}

function chunk(type: string, body: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return join(type, size, body, body.length % 2 === 1 ? "\0" : "");
}

function vp8x(width: number, height: number, flags = 0): Buffer {
  const body = Buffer.alloc(10);
  body[0] = flags;
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  return chunk("VP8X", body);
}

const FILES: Record<string, readonly [Outcome, () => Buffer]> = {
  // Two files in one.
  "ZIP behind a JPEG": ["media.trailing", () => join(jpeg, zip)],
  "ZIP behind a JPEG and padding": ["media.trailing", () => join(jpeg, Buffer.alloc(64), zip)],
  "RAR behind a JPEG": ["media.trailing", () => join(jpeg, rar)],
  "ZIP behind a PNG": ["media.trailing", () => join(png, zip)],
  "HTML behind a PNG": ["media.trailing", () => join(png, html)],
  "ZIP behind a GIF": ["media.trailing", () => join(gif, zip)],
  "HTML behind a GIF": ["media.trailing", () => join(gif, html)],
  "ZIP behind a WebP": ["media.trailing", () => join(webp, zip)],
  "ZIP behind an AVIF": ["media.trailing", () => join(avif, zip)],
  "ZIP within the last box of an MP4": [
    "media.trailing",
    () => make.mp4({ last: make.box("mdat", zip) }),
  ],
  "ZIP behind an MP4": ["media.trailing", () => join(make.mp4(), zip)],
  "ZIP behind a WebM": ["media.trailing", () => join(make.webm(), zip)],
  "ZIP behind an MP3": ["media.trailing", () => join(make.mp3(20), zip)],
  "HTML behind an Ogg page": [
    "media.broken",
    () => join(latin1("OggS\0\x02"), Buffer.alloc(22), html),
  ],
  "a program behind a JPEG": ["media.trailing", () => join(jpeg, elf)],
  "a JPEG behind which a PDF begins": ["media.trailing", () => join(jpeg, make.pdf(""))],
  "GIF that is JavaScript (GIFAR comment)": [
    "media.broken",
    () => join("GIF89a=1;", html, "/*", gif),
  ],
  "GIF with HTML in a comment": [
    "neutralised",
    () => {
      const body = html.subarray(0, 200);
      return make.gif(32, 24, 2, join("\x21\xfe", Buffer.from([body.length]), body, "\0"));
    },
  ],
  "JPEG with a ZIP in a comment": ["neutralised", () => make.withSegments(jpeg, [0xfe, zip])],
  "JPEG with PHP in a comment": [
    "neutralised",
    () => make.withSegments(jpeg, [0xfe, latin1(`<?php system('${PAYLOAD}'); ?>`)]),
  ],
  "PNG with a ZIP in a chunk of its own": [
    "neutralised",
    () => join(png.subarray(0, 33), make.pngChunk("zIPp", zip), png.subarray(33)),
  ],
  "PNG with HTML in tEXt": [
    "neutralised",
    () =>
      join(png.subarray(0, 33), make.pngChunk("tEXt", join("Comment\0", html)), png.subarray(33)),
  ],
  // Metadata with something in it.
  "JPEG with scripts in Exif": [
    "neutralised",
    () => make.withSegments(jpeg, [0xe1, join("Exif\0\0II*\0\x08\0\0\0\0\0", SCRIPT)]),
  ],
  "JPEG with scripts in XMP": [
    "neutralised",
    () => make.withSegments(jpeg, [0xe1, join("http://ns.adobe.com/xap/1.0/\0", SCRIPT)]),
  ],
  "JPEG with scripts in IPTC": [
    "neutralised",
    () => make.withSegments(jpeg, [0xed, join("Photoshop 3.0\0", SCRIPT)]),
  ],
  "JPEG with a damaged ICC profile": [
    "neutralised",
    () => make.withSegments(jpeg, [0xe2, join("ICC_PROFILE\0\x01\x01", PAYLOAD.repeat(20))]),
  ],
  "JPEG with a damaged Exif directory": [
    "neutralised",
    () => make.withSegments(jpeg, [0xe1, join("Exif\0\0MM\0*\xff\xff\xff\xff", PAYLOAD)]),
  ],
  "JPEG with fifty segments of metadata": [
    "neutralised",
    () =>
      make.withSegments(
        jpeg,
        ...Array.from({ length: 50 }, () => [0xe1, Buffer.alloc(60_000, PAYLOAD)] as const),
      ),
  ],
  "PNG with scripts in eXIf": [
    "neutralised",
    () => join(png.subarray(0, 33), make.pngChunk("eXIf", join("II*\0", SCRIPT)), png.subarray(33)),
  ],
  "PNG with scripts in compressed text": [
    "neutralised",
    () =>
      join(
        png.subarray(0, 33),
        make.pngChunk("zTXt", join("Comment\0\0", deflateSync(html))),
        png.subarray(33),
      ),
  ],
  "WebP with scripts in XMP": [
    "neutralised",
    () => {
      const own = webp.subarray(12);
      return riff(vp8x(320, 240, 4), own, chunk("XMP ", html));
    },
  ],
  "MP3 with scripts in ID3": [
    "neutralised",
    () => join(make.id3(SCRIPT.slice(0, 60)), make.mp3(20)),
  ],
  "WebM with a title and tags": [
    "neutralised",
    () => make.webm({ more: make.ebml(0x1254c367, latin1(SCRIPT)) }),
  ],
  "MP4 with scripts in its user data": [
    "neutralised",
    () => make.mp4({ last: make.box("udta", html) }),
  ],
  // Bombs.
  "PNG of 50,000 by 50,000": ["media.dimensions", () => make.png(50_000, 50_000)],
  "PNG as wide as numbers go": ["media.dimensions", () => make.png(0x7fffffff, 1)],
  "PNG within the sides but with too many pixels": [
    "media.dimensions",
    () => make.png(9_000, 9_000),
  ],
  "JPEG of 65,500 by 65,500": ["media.dimensions", () => jpegSized(65_500, 65_500)],
  "GIF of 65,535 by 65,535": ["media.dimensions", () => make.gif(65_535, 65_535, 1)],
  "WebP canvas of 16,777,216 by 240": [
    "media.dimensions",
    () => riff(vp8x(16_777_216, 240), webp.subarray(12)),
  ],
  "AVIF that announces 60,000 by 60,000": [
    "media.dimensions",
    () => over(avif, avif.indexOf("ispe") + 8, join(u32(60_000), u32(60_000))),
  ],
  "MP4 of 20,000 by 20,000": [
    "media.dimensions",
    () => make.mp4({ width: 20_000, height: 20_000 }),
  ],
  "GIF of 100,000 small frames": ["media.frames", () => make.gif(1, 1, 100_000)],
  "GIF of few large frames": ["media.frames", () => make.gif(5_000, 5_000, 100)],
  "WebP of 10,000 frames": [
    "media.frames",
    () => {
      const frame = chunk("ANMF", join(Buffer.alloc(16), tiny.subarray(12)));
      return riff(vp8x(320, 240, 2), ...Array.from({ length: 10_000 }, () => frame));
    },
  ],
  "PNG with a profile that inflates to 64 MB": [
    "media.bomb",
    () => join(png.subarray(0, 33), bomb("iCCP", "x\0\0"), png.subarray(33)),
  ],
  "PNG with text that inflates to 64 MB": [
    "media.bomb",
    () => join(png.subarray(0, 33), bomb("zTXt", "x\0\0"), png.subarray(33)),
  ],
  "PNG with international text that inflates to 64 MB": [
    "media.bomb",
    () => join(png.subarray(0, 33), bomb("iTXt", "x\0\x01\0\0\0"), png.subarray(33)),
  ],
  "PNG whose data go on for 64 MB": [
    "neutralised",
    () => make.png(64, 64, [], deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 })),
  ],
  "PNG of 200,000 chunks": [
    "media.bomb",
    () =>
      join(
        png.subarray(0, 33),
        ...Array.from({ length: 200_000 }, () => make.pngChunk("aaAa", Buffer.alloc(0))),
        png.subarray(33),
      ),
  ],
  "JPEG of 1,000 scans": [
    "media.bomb",
    () => {
      const at = jpeg.indexOf(Buffer.from([0xff, 0xda]));
      const scan = jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2));
      return join(
        jpeg.subarray(0, at),
        ...Array.from({ length: 1_000 }, () => join(scan, "\0")),
        jpeg.subarray(at),
      );
    },
  ],
  "MP4 of boxes in boxes": [
    "media.bomb",
    () => {
      let inner = make.box("free");
      for (let i = 0; i < 100; i++) inner = make.box("moov", inner);
      return join(make.mp4(), inner);
    },
  ],
  "MP4 of 300,000 boxes": [
    "media.bomb",
    () => join(make.mp4(), ...Array.from({ length: 300_000 }, () => make.box("free"))),
  ],
  "MP4 that says it lasts a day": ["media.duration", () => make.mp4({ seconds: 86_400 })],
  "WebM that says it lasts a day": ["media.duration", () => make.webm({ seconds: 86_400 })],
  "MP3 of an hour": ["media.duration", () => make.mp3(3_000)],
  "PDF with a stream that inflates to 64 MB": [
    "media.bomb",
    () =>
      join(
        "%PDF-1.7\n1 0 obj <<>> stream\n",
        deflateSync(Buffer.alloc(64 * 1024 * 1024)),
        "\nendstream\n%%EOF",
      ),
  ],
  "a file that is larger than any is taken": [
    "media.too_large",
    () => Buffer.alloc(20 * 1024 * 1024, "a"),
  ],
  // Not what they say.
  "SVG with a script": ["media.unknown_kind", () => svg],
  "SVG behind an XML declaration": [
    "media.unknown_kind",
    () =>
      join('<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>', svg),
  ],
  "SVG packed with gzip": [
    "media.unknown_kind",
    () => Buffer.from(Bun.gzipSync(Uint8Array.from(svg))),
  ],
  "HTML called picture.jpg": ["media.unknown_kind", () => html],
  "JavaScript called picture.png": ["media.unknown_kind", () => latin1(`alert("${PAYLOAD}")`)],
  "PHP called picture.gif": ["media.unknown_kind", () => latin1("<?php system($_GET[0]); ?>")],
  "a Windows program": ["media.unknown_kind", () => mz],
  "a Linux program": ["media.unknown_kind", () => elf],
  "a ZIP": ["media.unknown_kind", () => zip],
  TIFF: ["media.unknown_kind", () => join("II*\0\x08\0\0\0\0\0", PAYLOAD)],
  "big TIFF": ["media.unknown_kind", () => join("MM\0+\0\x08\0\0", PAYLOAD)],
  ICO: ["media.unknown_kind", () => join("\0\0\x01\0\x01\0", Buffer.alloc(16), png)],
  "BMP of 4 billion pixels": ["media.unknown_kind", () => join("BM", Buffer.alloc(50, 0xff))],
  "MVG (ImageMagick's drawing language)": [
    "media.unknown_kind",
    () =>
      latin1(
        'push graphic-context\nfill "url(https://a.example/x.jpg"|ls "-la)"\npop graphic-context',
      ),
  ],
  "MSL (ImageMagick's scripting language)": [
    "media.unknown_kind",
    () => latin1('<image><read filename="text:/etc/passwd"/></image>'),
  ],
  PostScript: ["media.unknown_kind", () => latin1("%!PS\n(/etc/passwd) (r) file")],
  XBM: [
    "media.unknown_kind",
    () => latin1("#define x_width 99999\n#define x_height 99999\nstatic char x_bits[] = {"),
  ],
  HEIC: ["media.unknown_kind", () => make.box("ftyp", latin1("heic\0\0\0\0mif1heic"))],
  "AVIF sequence": ["media.unknown_kind", () => make.box("ftyp", latin1("avis\0\0\0\0avisavif"))],
  "JPEG XL": ["media.unknown_kind", () => join("\0\0\0\x0cJXL \r\n\x87\n", Buffer.alloc(40))],
  FLV: ["media.unknown_kind", () => latin1("FLV\x01\x05\0\0\0\x09")],
  AVI: ["media.unknown_kind", () => latin1("RIFF\x20\0\0\0AVI LIST")],
  WAV: ["media.unknown_kind", () => latin1("RIFF\x20\0\0\0WAVEfmt ")],
  "a script behind a byte order mark": ["media.unknown_kind", () => join("\xef\xbb\xbf", html)],
  Flash: ["media.unknown_kind", () => latin1("CWS\x0a\0\0\0\0")],
  "an empty file": ["media.empty", () => Buffer.alloc(0)],
  "one byte": ["media.unknown_kind", () => latin1("\xff")],
  // ffmpeg's doors to elsewhere.
  "playlist (m3u8) called film.mp4": [
    "media.unknown_kind",
    () => latin1("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"),
  ],
  "playlist that reads the cloud's metadata": [
    "media.unknown_kind",
    () => latin1("#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/latest/meta-data/\n"),
  ],
  "playlist behind the header of an MP4": [
    "media.trailing",
    () => join(make.mp4(), "#EXTM3U\nfile:///etc/passwd\n\0\0\0\0"),
  ],
  ffconcat: ["media.unknown_kind", () => latin1("ffconcat version 1.0\nfile /etc/passwd\n")],
  "concat: address as content": [
    "media.unknown_kind",
    () => latin1("concat:http://a.example/header.y4m|file:///etc/passwd"),
  ],
  SDP: [
    "media.unknown_kind",
    () => latin1("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 1234 RTP/AVP 96\n"),
  ],
  "DASH manifest": [
    "media.unknown_kind",
    () => latin1('<?xml version="1.0"?><MPD><BaseURL>file:///etc/</BaseURL></MPD>'),
  ],
  "MP4 whose media lie in another file": [
    "media.active",
    () => make.mp4({ dref: make.box("url ", u32(0), latin1("file:///etc/passwd\0")) }),
  ],
  "MP4 with an alias to another file": [
    "media.active",
    () => make.mp4({ dref: make.box("alis", u32(0), latin1("/etc/passwd\0")) }),
  ],
  "WebM with an attachment": [
    "media.active",
    () => make.webm({ more: make.ebml(0x1941a469, html) }),
  ],
  "Matroska that says it is WebM by its name": [
    "media.unknown_kind",
    () => make.webm({ docType: "matroska" }),
  ],
  "Ogg with a film (Theora)": ["media.codec", () => oggOf("\x80theora\x03\x02\x01")],
  "Ogg of two streams": [
    "media.codec",
    () => join(oggPage(2, 1, "OpusHead"), oggPage(2, 2, "OpusHead"), oggPage(4, 1, "x")),
  ],
  // Broken and cut off.
  "JPEG cut off in its data": ["media.broken", () => jpeg.subarray(0, jpeg.length - 50)],
  "JPEG cut off in its head": ["media.broken", () => jpeg.subarray(0, 100)],
  "JPEG without a scan": ["media.broken", () => join(jpeg.subarray(0, 20), "\xff\xd9")],
  "JPEG of no height": ["media.broken", () => jpegSized(320, 0)],
  "JPEG with a second frame header": [
    "media.broken",
    () => {
      const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
      const frame = jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2));
      return join(jpeg.subarray(0, at), over(frame, 5, u16(60_000)), jpeg.subarray(at));
    },
  ],
  "PNG cut off": ["media.broken", () => png.subarray(0, png.length - 20)],
  "PNG with a wrong checksum": [
    "media.broken",
    () => over(png, 40, Buffer.from([(png[40] as number) ^ 1])),
  ],
  "PNG without a header": ["media.broken", () => join(png.subarray(0, 8), png.subarray(33))],
  "PNG with two headers": ["media.broken", () => join(png.subarray(0, 33), png.subarray(8))],
  "PNG whose data are no data": [
    "media.broken",
    () => make.png(64, 64, [], Buffer.from("no deflate at all")),
  ],
  "PNG with a chunk of 4 GB": [
    "media.broken",
    () => over(png, 33, Buffer.from([0xff, 0xff, 0xff, 0xff])),
  ],
  APNG: [
    "neutralised",
    () =>
      join(
        png.subarray(0, 33),
        make.pngChunk("acTL", join(u32(1_000_000), u32(0))),
        png.subarray(33),
      ),
  ],
  "GIF cut off": ["media.broken", () => gif.subarray(0, gif.length - 8)],
  "GIF without a picture": ["media.broken", () => make.gif(10, 10, 0)],
  "GIF with a frame beyond its canvas": [
    "media.broken",
    () => {
      const at = gif.lastIndexOf(Buffer.from([0x2c]));
      return over(gif, at + 5, Buffer.from([0xff, 0xff, 0xff, 0xff]));
    },
  ],
  "WebP that is shorter than it says": ["media.broken", () => webp.subarray(0, webp.length - 20)],
  "WebP with an unknown chunk": [
    "media.broken",
    () => riff(webp.subarray(12), chunk("EVIL", html)),
  ],
  "WebP with a picture larger than its canvas": [
    "media.broken",
    () => riff(vp8x(10, 10), webp.subarray(12)),
  ],
  "AVIF cut off": ["media.broken", () => avif.subarray(0, avif.length - 10)],
  "AVIF whose data are noise": [
    "media.broken",
    () => over(avif, avif.length - 40, Buffer.alloc(40, 0xa5)),
  ],
  "MP4 with no film in it": [
    "media.broken",
    () => join(make.box("ftyp", latin1("isom\0\0\0\0isom")), make.box("mdat", zip.subarray(0, 20))),
  ],
  "MP4 with a box larger than the file": [
    "media.broken",
    () => over(make.mp4(), 28, Buffer.from([0x7f])),
  ],
  "WebM cut off": ["media.broken", () => make.webm().subarray(0, 60)],
  "MP3 of one frame and noise": ["media.broken", () => join(make.mp3(1), Buffer.alloc(5000, 0x55))],
  "ID3 that is longer than its file": [
    "media.broken",
    () => join("ID3\x03\0\0\x7f\x7f\x7f\x7f", make.mp3(20)),
  ],
  // PDF that acts.
  "PDF with JavaScript": [
    "media.active",
    () => make.pdf("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
  ],
  "PDF with JavaScript in escapes": [
    "media.active",
    () => make.pdf("/Names << /#4aavaScript 3 0 R >>"),
  ],
  "PDF that starts a program": [
    "media.active",
    () => make.pdf("/A << /S /Launch /F (calc.exe) >>"),
  ],
  "PDF with an attachment": ["media.active", () => make.pdf("/Names << /EmbeddedFiles 3 0 R >>")],
  "PDF with JavaScript in a compressed stream": [
    "media.active",
    () =>
      join(
        "%PDF-1.7\n1 0 obj << /Type /ObjStm >> stream\r\n",
        deflateSync(latin1("<< /S /JavaScript >>")),
        "\r\nendstream\n%%EOF",
      ),
  ],
  "encrypted PDF": ["media.active", () => make.pdf("/Encrypt 5 0 R")],
  "PDF with a ZIP behind it": ["media.trailing", () => join(make.pdf(""), zip)],
};

function oggPage(type: number, serial: number, body: string): Buffer {
  const head = Buffer.alloc(28);
  head.write("OggS", 0, "latin1");
  head[5] = type;
  head[14] = serial;
  head[26] = 1;
  head[27] = body.length;
  return join(head, body);
}

function oggOf(first: string): Buffer {
  return join(oggPage(2, 1, first), oggPage(0, 1, "x"), oggPage(4, 1, "x"));
}

const counts = { refused: 0, neutralised: 0 };

afterAll(() => {
  process.stdout.write(
    `${counts.refused + counts.neutralised} hostile files: ${counts.refused} refused, ${counts.neutralised} neutralised\n`,
  );
  parts.stop();
  without.stop();
});

describe("hostile files", () => {
  test("are at least sixty", () => {
    expect(Object.keys(FILES).length).toBeGreaterThanOrEqual(60);
  });

  for (const [name, [outcome, build]] of Object.entries(FILES)) {
    test(`${name}: ${outcome}`, async () => {
      const content = build();
      // Films and sounds that are made of headers alone have nothing that ffmpeg could copy.
      const isMade = /^(?:MP[34]|WebM)/.test(name) && outcome === "neutralised";
      const headers = isMade || name.startsWith("ZIP within");
      expect(await tried(headers ? without : parts, content, POLICY)).toBe(outcome);
      if (outcome !== "neutralised") {
        counts.refused++;
        return;
      }
      counts.neutralised++;
    }, 30_000);
  }

  test("leave nothing behind: neither in the store nor among files under way", async () => {
    const kept = new Set<string>();
    for await (const { sha256 } of parts.store.list()) kept.add(sha256);
    const neutralised = Object.entries(FILES).filter(
      ([name, [outcome]]) => outcome === "neutralised" && !/^(?:MP[34]|WebM)/.test(name),
    );
    expect(kept.size).toBeLessThanOrEqual(neutralised.length);
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(`${parts.root}/temp`)).toEqual([]);
  });
});
