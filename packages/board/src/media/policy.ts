import { z } from "zod";

const MB = 1024 * 1024;

/** What files a board takes, and how large. */
export const mediaPolicySchema = z.strictObject({
  kinds: z
    .array(z.enum(["jpeg", "png", "gif", "webp", "avif", "mp4", "webm", "mp3", "ogg", "pdf"]))
    .default(["jpeg", "png", "gif", "webp", "avif", "mp4", "webm", "mp3", "ogg"]),
  imageBytes: z
    .number()
    .int()
    .min(1024)
    .default(8 * MB),
  videoBytes: z
    .number()
    .int()
    .min(1024)
    .default(16 * MB),
  audioBytes: z
    .number()
    .int()
    .min(1024)
    .default(16 * MB),
  documentBytes: z
    .number()
    .int()
    .min(1024)
    .default(8 * MB),
  /** Width or height, in pixels. */
  side: z.number().int().min(16).max(16_383).default(10_000),
  pixels: z.number().int().min(256).default(40_000_000),
  /** Pictures of an animation … */
  frames: z.number().int().min(1).default(500),
  /** … and the pixels of all of them together. */
  framePixels: z.number().int().min(256).default(120_000_000),
  seconds: z.number().int().min(1).default(600),
  /** Longest side of a thumbnail. */
  thumb: z.number().int().min(16).max(1000).default(250),
});

export type MediaPolicy = z.infer<typeof mediaPolicySchema>;

export const DEFAULT_MEDIA_POLICY: MediaPolicy = mediaPolicySchema.parse({});
