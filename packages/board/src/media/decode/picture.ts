import sharp, { type Sharp } from "sharp";
import type { Decoded, DecodeJob } from "#media/decode/job.ts";

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

/** A decoded picture, turned as its orientation said and in sRGB. */
export interface Raw {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

function from(raw: Raw): Sharp {
  const { width, height, channels } = raw;
  return sharp(raw.data, { raw: { width, height, channels }, limitInputPixels: false });
}

function limitsOf(job: DecodeJob) {
  return { limitInputPixels: job.pixels, failOn: "error" } as const;
}

export async function readPixels(job: DecodeJob): Promise<Raw> {
  const { data, info } = await sharp(job.input, limitsOf(job))
    .autoOrient()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels < 3) throw new Error("not a colour picture");
  const { width, height } = info;
  return { data, width, height, channels: info.channels === 4 ? 4 : 3 };
}

/** Writes the picture anew. No metadata goes along: sharp writes none unless asked to. */
export async function encodeAnew(raw: Raw, job: DecodeJob, output: string): Promise<void> {
  const image = job.animated ? sharp(job.input, { ...limitsOf(job), animated: true }) : from(raw);
  await encoder(image, job).toFile(output);
}

function encoder(image: Sharp, job: DecodeJob): Sharp {
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

export async function drawThumb(raw: Raw, job: DecodeJob): Promise<Decoded["thumb"]> {
  const { width, height } = await from(raw)
    .resize(job.thumb, job.thumb, { fit: "inside", withoutEnlargement: true })
    .webp({ quality: 75, effort: 2 })
    .toFile(job.thumbOutput);
  return { width, height };
}
