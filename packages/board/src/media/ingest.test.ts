import { afterAll, describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import sharp from "sharp";
import type { Ingested } from "#media/ingest.ts";
import { DEFAULT_MEDIA_POLICY } from "#media/policy.ts";
import { findFfmpeg } from "#media/recording/ffmpeg.ts";
import { MEDIA_TEXTS } from "#media/texts.ts";
import { drawing, PAYLOAD } from "#media/testing/make.ts";
import { testParts } from "#media/testing/parts.ts";

const parts = testParts();
afterAll(() => parts.stop());
const FFMPEG = findFfmpeg();

async function take(content: Uint8Array, filename = "a.bin"): Promise<Ingested> {
  return await parts.ingest.ingest({ content, filename }, DEFAULT_MEDIA_POLICY);
}

async function stored(file: Ingested, thumb = false): Promise<Buffer> {
  const blob = await parts.store.open({ sha256: file.sha256, kind: file.kind, thumb });
  return Buffer.from((await blob?.bytes()) as Uint8Array);
}

async function film(kind: "mp4" | "webm" | "ogg" | "mp3"): Promise<Uint8Array> {
  const codecs = {
    mp4: ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"],
    webm: ["-c:v", "libvpx", "-c:a", "libvorbis"],
    ogg: ["-vn", "-c:a", "libvorbis"],
    mp3: ["-vn", "-c:a", "libmp3lame"],
  }[kind];
  const path = `${parts.root}/made.${kind}`;
  const child = Bun.spawnSync([
    FFMPEG?.ffmpeg as string,
    "-nostdin",
    "-v",
    "error",
    "-y",
    "-f",
    "lavfi",
    "-i",
    "testsrc=size=160x120:rate=10:duration=2",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=440:duration=2",
    "-metadata",
    `title=${PAYLOAD}`,
    "-metadata",
    `comment=${PAYLOAD}`,
    ...codecs,
    path,
  ]);
  expect(child.stderr.toString()).toBe("");
  return await Bun.file(path).bytes();
}

describe("taking a file in", () => {
  for (const kind of ["jpeg", "png", "gif", "webp", "avif"] as const) {
    test(`${kind}: encoded anew, with a thumbnail and a hash of its look`, async () => {
      const file = await take(await drawing().toFormat(kind).toBuffer(), "../x/y\u202egnp.exe");
      expect(file).toMatchObject({ kind, width: 320, height: 240, durationMs: null });
      expect(file.thumb).toEqual({ width: 250, height: 188, kind: "webp" });
      expect(file.pdq?.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(file.filename).toBe(`ygnp.${kind === "jpeg" ? "jpg" : kind}`);
      expect(new Bun.CryptoHasher("sha256").update(await stored(file)).digest("hex")).toBe(
        file.sha256,
      );
      expect((await sharp(await stored(file, true)).metadata()).format).toBe("webp");
    });
  }

  test("metadata is gone, and the picture stands as its orientation said", async () => {
    const jpeg = await drawing()
      .withExif({ IFD0: { Artist: PAYLOAD }, IFD3: { GPSLatitude: "48/1 51/1 0/1" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect((await sharp(jpeg).metadata()).orientation).toBe(6);
    const file = await take(jpeg, "holiday.jpg");
    expect([file.width, file.height]).toEqual([240, 320]);
    const kept = await sharp(await stored(file)).metadata();
    for (const name of ["exif", "icc", "xmp", "iptc", "orientation", "comments"] as const) {
      expect(kept[name]).toBeUndefined();
    }
    expect((await stored(file)).includes("Exif")).toBe(false);
    // The top left of what is seen is the bottom left of what was stored.
    const { data } = await sharp(await stored(file))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(data[2] as number).toBeGreaterThan(200);
  });

  test("an animation keeps its frames", async () => {
    const frames = await Promise.all(
      [10, 120, 240].map((level) =>
        sharp({
          create: { width: 40, height: 30, channels: 3, background: { r: level, g: 0, b: 0 } },
        })
          .png()
          .toBuffer(),
      ),
    );
    for (const kind of ["gif", "webp"] as const) {
      const file = await take(
        await sharp(frames, { join: { animated: true } })
          .toFormat(kind)
          .toBuffer(),
      );
      expect((await sharp(await stored(file)).metadata()).pages).toBe(3);
      expect([file.width, file.height]).toEqual([40, 30]);
    }
  });

  for (const kind of ["mp4", "webm", "ogg", "mp3"] as const) {
    for (const ffmpeg of [true, false]) {
      test.skipIf(FFMPEG === null)(
        `${kind} ${ffmpeg ? "by" : "without"} ffmpeg: metadata is gone, and it still plays`,
        async () => {
          const content = await film(kind);
          expect(Buffer.from(content).includes(PAYLOAD)).toBe(true);
          const own = ffmpeg ? parts : testParts({ ffmpeg });
          const file = await own.ingest.ingest(
            { content, filename: `a.${kind}` },
            DEFAULT_MEDIA_POLICY,
          );
          const path = `${own.root}/public/${file.sha256.slice(0, 2)}/${file.sha256.slice(2, 4)}/${file.sha256}.${kind}`;
          const out = await Bun.file(path).bytes();
          expect(Buffer.from(out).includes(PAYLOAD)).toBe(false);
          expect(file.durationMs).toBeGreaterThan(1500);
          expect(file.durationMs).toBeLessThan(2500);
          const sound = kind === "mp3" || kind === "ogg";
          expect([file.width, file.height]).toEqual(sound ? [null, null] : [160, 120]);
          expect(file.thumb === null).toBe(sound || !ffmpeg);
          const played = Bun.spawnSync([
            FFMPEG?.ffmpeg as string,
            "-v",
            "error",
            "-xerror",
            "-i",
            path,
            "-f",
            "null",
            "-",
          ]);
          expect([played.exitCode, played.stderr.toString()]).toEqual([0, ""]);
          if (!ffmpeg) own.stop();
        },
        20_000,
      );
    }
  }

  test("where as many wait as may, the next is told to come again", async () => {
    const own = testParts({ limits: { waiting: 0 } });
    expect(() => own.decoders.ready()).toThrow(MEDIA_TEXTS["media.busy"].en);
    const upload = { content: await drawing().png().toBuffer(), filename: "a.png" };
    const failed = await own.ingest.ingest(upload, DEFAULT_MEDIA_POLICY).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: "media.busy", retry: true, retryAfter: 5 });
    own.stop();
  });

  test("a decoder that takes too long or too much is ended, and the next picture is read", async () => {
    const large = await drawing(3000, 2500).png({ compressionLevel: 1 }).toBuffer();
    for (const limits of [{ timeoutMs: 1 }, { memoryBytes: 1_000_000 }]) {
      const own = testParts({ limits: { ...limits, processes: 1 } });
      const upload = { content: large, filename: "a.png" };
      const failed = await own.ingest.ingest(upload, DEFAULT_MEDIA_POLICY).catch((e: unknown) => e);
      expect((failed as AppError).code).toBe("media.too_costly");
      own.stop();
    }
    expect((await take(large)).width).toBe(3000);
  }, 30_000);
});
