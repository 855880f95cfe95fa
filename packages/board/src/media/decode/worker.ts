import { setPriority } from "node:os";
import sharp, { type Sharp } from "sharp";
import type { DecodeAnswer, Decoded, DecodeJob } from "#media/decode/job.ts";
import { pdq } from "#match/pdq/hash.ts";

/*
 * The process that touches strangers' pictures. It has no environment, no secrets and no connection
 * but the pipe to its parent, who ends it when it takes too long or too much.
 */

/** Longest side of what is hashed: larger pictures are shrunk to a square first, as published. */
const HASHED = 512;

sharp.cache(false);
sharp.concurrency(1);
// Whatever the library could read besides (SVG, TIFF, PDF …) is out of reach, whoever asks.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpeg",
    "VipsForeignLoadPng",
    "VipsForeignLoadNsgif",
    "VipsForeignLoadWebp",
    "VipsForeignLoadHeif",
  ],
});
setPriority(10);

interface Raw {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

function from(raw: Raw): Sharp {
  const { width, height, channels } = raw;
  return sharp(raw.data, { raw: { width, height, channels }, limitInputPixels: false });
}

async function decode(job: DecodeJob): Promise<Decoded> {
  const limits = { limitInputPixels: job.pixels, failOn: "error" } as const;
  const { data, info } = await sharp(job.input, limits)
    .autoOrient()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const raw: Raw = { ...info, data, channels: info.channels === 4 ? 4 : 3 };
  if (info.channels < 3) throw new Error("not a colour picture");
  if (job.output !== null) {
    const image = job.animated ? sharp(job.input, { ...limits, animated: true }) : from(raw);
    await encode(image, job).toFile(job.output);
  }
  const thumb = await from(raw)
    .resize(job.thumb, job.thumb, { fit: "inside", withoutEnlargement: true })
    .webp({ quality: 75, effort: 2 })
    .toFile(job.thumbOutput);
  return {
    width: info.width,
    height: info.height,
    thumb: { width: thumb.width, height: thumb.height },
    pdq: await hash(raw),
  };
}

/** No metadata goes along: sharp writes none unless asked to. */
function encode(image: Sharp, job: DecodeJob): Sharp {
  switch (job.kind) {
    case "jpeg":
      return image.jpeg({ quality: 88 });
    case "png":
      return image.png({ compressionLevel: 6 });
    case "gif":
      return image.gif({ effort: 3 });
    case "webp":
      return image.webp({ quality: 85, effort: 3 });
    case "avif":
      return image.avif({ quality: 60, effort: 2 });
  }
}

async function hash(raw: Raw): Promise<Decoded["pdq"]> {
  let { data, width, height } = raw;
  if (width > HASHED || height > HASHED) {
    data = await from(raw).resize(HASHED, HASHED, { fit: "fill", kernel: "linear" }).toBuffer();
    width = HASHED;
    height = HASHED;
  }
  return pdq({ data, width, height, channels: raw.channels });
}

function answer(message: DecodeAnswer): void {
  process.send?.(message);
}

process.on("message", (job: DecodeJob) => {
  decode(job).then(
    (decoded) => answer({ ok: true, decoded }),
    (error: unknown) => answer({ ok: false, reason: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
