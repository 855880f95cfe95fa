import { z } from "zod";

const MB = 1024 * 1024;

const KINDS = ["jpeg", "png", "gif", "webp", "avif", "mp4", "webm", "mp3", "ogg", "pdf"] as const;

/** What files the site takes, and how large. */
export const mediaPolicySchema = z.strictObject({
  kinds: z
    .array(z.enum(KINDS))
    .default(["jpeg", "png", "gif", "webp", "avif", "mp4", "webm", "mp3", "ogg"])
    .describe("Kinds that are taken, by content and never by name."),
  imageBytes: z
    .number()
    .int()
    .min(1024)
    .default(8 * MB)
    .describe("Bytes of a picture."),
  videoBytes: z
    .number()
    .int()
    .min(1024)
    .default(16 * MB)
    .describe("Bytes of a film."),
  audioBytes: z
    .number()
    .int()
    .min(1024)
    .default(16 * MB)
    .describe("Bytes of a recording."),
  documentBytes: z
    .number()
    .int()
    .min(1024)
    .default(8 * MB)
    .describe("Bytes of a document."),
  side: z
    .number()
    .int()
    .min(16)
    .max(16_383)
    .default(10_000)
    .describe("Width or height, in pixels."),
  pixels: z.number().int().min(256).default(40_000_000).describe("Width times height."),
  frames: z.number().int().min(1).default(500).describe("Pictures of an animation …"),
  framePixels: z
    .number()
    .int()
    .min(256)
    .default(120_000_000)
    .describe("… and the pixels of all of them together."),
  seconds: z.number().int().min(1).default(600).describe("Length of a film or a recording."),
  thumb: z
    .number()
    .int()
    .min(16)
    .max(1000)
    .default(250)
    .describe("Longest side of a thumbnail, in pixels."),
});

export type MediaPolicy = z.infer<typeof mediaPolicySchema>;

export const DEFAULT_MEDIA_POLICY: MediaPolicy = mediaPolicySchema.parse({});

const kilobytes = z.number().int().min(0).max(1_000_000).default(0);

/** What of it a board takes: never more. 0 leaves a bound where the site has it. */
export const boardMediaSchema = z.object({
  kinds: z.array(z.enum(KINDS)).default([...KINDS]),
  imageKilobytes: kilobytes,
  videoKilobytes: kilobytes,
  audioKilobytes: kilobytes,
  documentKilobytes: kilobytes,
  seconds: z.number().int().min(0).max(86_400).default(0),
});

type BoardMedia = z.infer<typeof boardMediaSchema>;

/** What holds on a board: the narrower of the two in everything. */
export function narrowed(site: MediaPolicy, board: BoardMedia): MediaPolicy {
  const least = (bound: number, own: number): number => (own === 0 ? bound : Math.min(bound, own));
  return {
    ...site,
    kinds: site.kinds.filter((kind) => board.kinds.includes(kind)),
    imageBytes: least(site.imageBytes, board.imageKilobytes * 1024),
    videoBytes: least(site.videoBytes, board.videoKilobytes * 1024),
    audioBytes: least(site.audioBytes, board.audioKilobytes * 1024),
    documentBytes: least(site.documentBytes, board.documentKilobytes * 1024),
    seconds: least(site.seconds, board.seconds),
  };
}
