import { z } from "zod";

const urlSchema = z.url({ protocol: /^https?$/ }).max(2048);

/**
 * What the origin removed: whoever keeps copies drops them (DSA, Article 5(1)(e)), and says when.
 * Addresses and hashes, never the content.
 */
export const tombstoneSchema = z.strictObject({
  /** Of the act that removed it; one act, one tombstone. */
  act: z.string().min(1).max(100),
  removedAt: z.iso.datetime(),
  urls: z.array(urlSchema).min(1).max(1000),
  /** SHA-256 of media that must not be served under any address. */
  media: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(100),
  /** Report that asked for it, where it was one of the provider's. */
  report: z.string().max(100).optional(),
});

export type Tombstone = z.infer<typeof tombstoneSchema>;

export const purgedSchema = z.strictObject({
  act: z.string().min(1).max(100),
  purgedAt: z.iso.datetime(),
});
