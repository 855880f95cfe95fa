import { afterAll, expect, test } from "bun:test";
import sharp, { type Sharp } from "sharp";
import { DEFAULT_MEDIA_POLICY } from "#media/policy.ts";
import { drawing } from "#media/testing/make.ts";
import { testParts } from "#media/testing/parts.ts";

const parts = testParts({ ffmpeg: false });
afterAll(() => parts.stop());

/** Pictures as programs and scanners write them. */
const MODES: Readonly<Record<string, () => Sharp>> = {
  "grey JPEG": () => drawing().greyscale().jpeg(),
  "progressive JPEG": () => drawing().jpeg({ progressive: true }),
  "CMYK JPEG": () => drawing().toColourspace("cmyk").jpeg(),
  "grey PNG": () => drawing().greyscale().png(),
  "grey PNG with alpha": () => drawing().greyscale().ensureAlpha(0.5).png(),
  "palette PNG": () => drawing().png({ palette: true, colours: 16 }),
  "black and white PNG": () =>
    drawing().greyscale().threshold(128).png({ palette: true, colours: 2 }),
  "PNG of 16 bits": () => drawing().toColourspace("rgb16").png(),
  "PNG with alpha": () => drawing().ensureAlpha(0.5).png(),
  "lossless WebP with alpha": () => drawing().ensureAlpha(0.5).webp({ lossless: true }),
  "JPEG with a wide profile": () => drawing().withIccProfile("p3").jpeg(),
  "picture of one pixel": () => drawing(1, 1).png(),
  "very wide picture": () => drawing(4000, 3).png(),
};

for (const [name, draw] of Object.entries(MODES)) {
  test(`${name} is taken`, async () => {
    const content = await draw().toBuffer();
    const before = await sharp(content).metadata();
    const file = await parts.ingest.ingest({ content, filename: "a" }, DEFAULT_MEDIA_POLICY);
    expect([file.width, file.height]).toEqual([before.width, before.height]);
    const { sha256, kind } = file;
    const blob = await parts.store.open({ sha256, kind, thumb: false });
    const kept = await sharp((await blob?.bytes()) as Uint8Array).metadata();
    expect([kept.hasAlpha, kept.hasProfile, kept.space]).toEqual([before.hasAlpha, false, "srgb"]);
  });
}
