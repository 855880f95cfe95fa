import { type Pixels, qualityOf, reduce } from "#match/pdq/filter.ts";
import { bitsOf, DIHEDRAL, transform, turned } from "#match/pdq/transform.ts";

/** Images whose hashes differ in no more bits than this are taken for the same picture. */
export const SAME_PICTURE = 31;
/** Hashes of images below this quality (0 to 100) are not compared: a plain surface is like any other. */
export const LEAST_QUALITY = 50;
/** Below this there is nothing to hash. */
const SMALLEST = 5;
/** Images with a longer side are brought to a square of this one, as the published command line does. */
const LARGEST = 512;

export interface PdqHash {
  /** 256 bits as 64 hexadecimal digits, most significant first. */
  readonly hash: string;
  readonly quality: number;
}

/**
 * PDQ ("TMK+PDQF: Identifying and comparing images and videos", Facebook, 2019; published with
 * ThreatExchange): a hash of how an image looks, near to that of its re-encoded, resized or lightly
 * edited copies. Null for images under five pixels.
 */
export function pdq(pixels: Pixels): PdqHash | null {
  const seen = coefficientsOf(pixels, LARGEST);
  return seen === null ? null : { hash: hex(bitsOf(seen.coefficients)), quality: seen.quality };
}

/**
 * The hash of the image, at whatever size it has, and of its seven turned and mirrored copies, in the
 * order of `DIHEDRAL`.
 */
export function pdqDihedral(pixels: Pixels): readonly PdqHash[] {
  const seen = coefficientsOf(pixels, Number.POSITIVE_INFINITY);
  if (seen === null) return [];
  return DIHEDRAL.map((how) => ({
    hash: hex(bitsOf(turned(seen.coefficients, how))),
    quality: seen.quality,
  }));
}

function coefficientsOf(
  pixels: Pixels,
  square: number,
): { readonly coefficients: Float32Array; readonly quality: number } | null {
  const { width, height } = pixels;
  if (width < SMALLEST || height < SMALLEST) return null;
  const small = reduce(pixels, square);
  return { coefficients: transform(small), quality: qualityOf(small) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
