import { z } from "zod";

const floodLimit = (seconds: number, burst: number) =>
  z
    .strictObject({
      /** One more post each so many seconds … */
      seconds: z.number().min(0.01).max(86_400).default(seconds),
      /** … and so many at once. */
      burst: z.number().int().min(1).max(10_000).default(burst),
    })
    .prefault({});

/** What posts are held against, on all boards of the instance. */
export const filterSettingsSchema = z.strictObject({
  linksMost: z.number().int().min(0).max(500).default(20),
  /** Who has no post standing here proves work first. Forms do not ask for it yet: for clients of one's own. */
  proofOfNewcomers: z.boolean().default(false),
  duplicateFilesRefused: z.boolean().default(false),
  /** Minutes for which texts and files count as posted a moment ago. */
  recentMinutes: z.number().int().min(1).max(10_080).default(10),
  threads: floodLimit(120, 2),
  replies: floodLimit(8, 4),
  /** All who share a prefix of addresses, together. */
  prefix: floodLimit(2, 30),
  /** Lists of addresses by DNS (RFC 5782): they learn the address of everybody who posts. */
  dnsbl: z
    .strictObject({
      zones: z.array(z.string().min(3)).max(5).default([]),
      action: z.enum(["off", "flag", "hold", "proof", "refuse"]).default("off"),
      timeoutMs: z.number().int().min(50).max(5000).default(1500),
      servers: z.array(z.string()).default([]),
    })
    .prefault({}),
});

export type FilterSettings = z.infer<typeof filterSettingsSchema>;
