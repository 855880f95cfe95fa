import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seeded } from "@egide/std/random.ts";
import sharp from "sharp";
import { KEPT } from "./fill/kept.ts";

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Files of JPEG pictures that all differ, as large as photographs of their size are: soft shapes with
 * the grain of a sensor. Kept, as they take a while to make.
 */
export async function keptPictures(size: PictureSize, count: number): Promise<readonly string[]> {
  const { width, height } = size;
  const folder = join(KEPT, `pictures-${width}x${height}-${count}`);
  const paths = Array.from({ length: count }, (_, at) => join(folder, `${at}.jpg`));
  if (existsSync(folder)) return paths;
  const fresh = `${folder}-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    const grain = grainOf(size);
    for (let at = 0; at < count; at += 1) {
      writeFileSync(join(fresh, `${at}.jpg`), await picture(size, grain, at));
    }
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return paths;
}

/** Grain is the same in all; the shapes behind it are each picture's own. */
function grainOf({ width, height }: PictureSize): Buffer {
  const random = seeded(7);
  const grain = Buffer.alloc(width * height * 3);
  for (let at = 0; at < grain.length; at += 1) grain[at] = 118 + Math.floor(random() * 20);
  return grain;
}

async function picture({ width, height }: PictureSize, grain: Buffer, seed: number) {
  const random = seeded(seed + 1);
  const [columns, rows] = [16, 12];
  const shapes = Buffer.from(
    Array.from({ length: columns * rows * 3 }, () => Math.floor(random() * 256)),
  );
  const soft = await sharp(shapes, { raw: { width: columns, height: rows, channels: 3 } })
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
  return sharp(soft, { raw: { width, height, channels: 3 } })
    .composite([{ input: grain, raw: { width, height, channels: 3 }, blend: "soft-light" }])
    .jpeg({ quality: 85 })
    .toBuffer();
}
