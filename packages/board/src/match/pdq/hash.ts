import { decimate, jarosz, qualityOf, SIDE } from "#match/pdq/filter.ts";
import { bitsOf, DIHEDRAL, transform, turned } from "#match/pdq/transform.ts";

/** Images whose hashes differ in no more bits than this are taken for the same picture. */
export const SAME_PICTURE = 31;
/** Hashes of images below this quality (0 to 100) are not compared: a plain surface is like any other. */
export const LEAST_QUALITY = 50;
/** Below this there is nothing to hash. */
const SMALLEST = 5;

export interface PdqHash {
  /** 256 bits as 64 hexadecimal digits, most significant first. */
  readonly hash: string;
  readonly quality: number;
}

/** Rows of pixels, one byte a channel: 1 (grey), 3 (RGB) or 4 (RGBA, over black). */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/**
 * PDQ ("TMK+PDQF: Identifying and comparing images and videos", Facebook, 2019; published with
 * ThreatExchange): a hash of how an image looks, near to that of its re-encoded, resized or lightly
 * edited copies. Null for images under five pixels.
 */
export function pdq(pixels: Pixels): PdqHash | null {
  const seen = coefficientsOf(pixels);
  return seen === null ? null : { hash: hex(bitsOf(seen.coefficients)), quality: seen.quality };
}

/** The hash of the image and of its seven turned and mirrored copies, in the order of `DIHEDRAL`. */
export function pdqDihedral(pixels: Pixels): readonly PdqHash[] {
  const seen = coefficientsOf(pixels);
  if (seen === null) return [];
  return DIHEDRAL.map((how) => ({
    hash: hex(bitsOf(turned(seen.coefficients, how))),
    quality: seen.quality,
  }));
}

function coefficientsOf(
  pixels: Pixels,
): { readonly coefficients: Float32Array; readonly quality: number } | null {
  const { width, height } = pixels;
  if (width < SMALLEST || height < SMALLEST) return null;
  const luma = lumaOf(pixels);
  let small = luma;
  if (width !== SIDE || height !== SIDE) {
    jarosz(luma, height, width);
    small = decimate(luma, height, width);
  }
  return { coefficients: transform(small), quality: qualityOf(small) };
}

/** Luma of ITU-R BT.601. */
function lumaOf({ data, width, height, channels }: Pixels): Float32Array {
  const out = new Float32Array(width * height);
  if (channels === 1) {
    out.set(data.subarray(0, out.length));
    return out;
  }
  for (let i = 0, at = 0; i < out.length; i++, at += channels) {
    const luma =
      0.299 * (data[at] as number) +
      0.587 * (data[at + 1] as number) +
      0.114 * (data[at + 2] as number);
    out[i] = channels === 4 ? (luma * (data[at + 3] as number)) / 255 : luma;
  }
  return out;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
