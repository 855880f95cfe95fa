import { z } from "zod";
import { boardMediaSchema } from "#media/policy.ts";

/** What an owner may set on a board. Kept as JSON: what is missing takes its default when read. */
export const boardSettingsSchema = z.object({
  /** Names are not taken: everybody is `anonymousName`. */
  forcedAnonymous: z.boolean().default(false),
  anonymousName: z.string().trim().min(1).max(48).default("Anonymous"),
  /** Posters are told apart within a thread. */
  posterIds: z.boolean().default(false),
  /** The country of the address stands beside the post. */
  countryFlags: z.boolean().default(false),
  tripcodes: z.boolean().default(true),
  /** Longest text of a post, in characters. */
  textMost: z.number().int().min(1).max(20_000).default(4000),
  subjectRequired: z.boolean().default(false),
  /** A new thread needs a file; replies never do. */
  fileRequired: z.boolean().default(false),
  filesMost: z.number().int().min(0).max(10).default(4),
  /** Of the files that the site takes. */
  media: boardMediaSchema.prefault({}),
  threadsPerPage: z.number().int().min(1).max(30).default(10),
  pages: z.number().int().min(1).max(50).default(15),
  /** Replies that the index shows of each thread. */
  previewReplies: z.number().int().min(0).max(10).default(5),
  /** After so many replies a thread is not bumped any more. */
  bumpLimit: z.number().int().min(1).max(2000).default(300),
  /** After so many replies a thread takes none; a cyclic one lets its oldest go instead. */
  replyLimit: z.number().int().min(1).max(5000).default(1000),
  /** After so many files a thread takes none. */
  mediaLimit: z.number().int().min(0).max(5000).default(300),
  archive: z.boolean().default(true),
  archiveDays: z.number().int().min(1).max(36_500).default(90),
  /** Threads on page `page` or later with fewer than `replies` replies end when a new one comes. */
  earlyEnd: z
    .object({
      on: z.boolean().default(false),
      page: z.number().int().min(2).max(50).default(5),
      replies: z.number().int().min(1).max(50).default(3),
    })
    .prefault({}),
  /** Posters may delete their posts … */
  deletion: z.boolean().default(true),
  /** … for so many minutes; 0: as long as the thread lives. */
  deletionMinutes: z.number().int().min(0).max(1_000_000).default(0),
  dice: z.boolean().default(true),
  /** Posts through Tor: taken like any, for work, once approved, or not at all. */
  tor: z.enum(["allow", "proof", "hold", "refuse"]).default("proof"),
  /** Who has no post standing here proves work first, whatever the site says of it. */
  proofOfNewcomers: z.boolean().default(false),
  /** Without JavaScript, work is waited for, or the post is for approval. */
  withoutScript: z.enum(["wait", "hold"]).default("wait"),
  /** What waits until staff have seen it. */
  approval: z
    .object({
      posts: z.boolean().default(false),
      /** Posts that open a thread. */
      threads: z.boolean().default(false),
      media: z.boolean().default(false),
      /** Posts of who has fewer than so many standing here; 0: nobody's. */
      newPosters: z.number().int().min(0).max(100).default(0),
    })
    .prefault({}),
});

export type BoardSettings = z.infer<typeof boardSettingsSchema>;

export const DEFAULT_BOARD_SETTINGS: BoardSettings = boardSettingsSchema.parse({});
