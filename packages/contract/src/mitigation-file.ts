import { z } from "zod";

const HOURS = 24;
const finite = z.number().nonnegative();

/** A request as the detection remembers it: without who sent it. */
const keptSchema = z.strictObject({
  weight: finite,
  known: z.boolean(),
  resource: z.string().max(1024),
  features: z.record(z.string().max(32), z.string().max(256)),
});

/** What is usual on a zone. Rates are requests a second. */
const zoneSchema = z.strictObject({
  hours: z.array(finite).length(HOURS),
  rate: finite,
  variance: finite,
  served: finite,
  work: finite,
  latency: finite,
  inFlight: finite,
  ceiling: finite,
  /** Milliseconds of ordinary traffic that it rests on. */
  learned: finite,
  /** Requests for pages, and for what they bring along. */
  pages: finite,
  assets: finite,
  /** Visitors who read on, those of them with cookies, and with cookies that others have too. */
  readers: finite,
  withCookies: finite,
  shared: finite,
  /** Those with cookies that somebody else has too; who loaded a page with its files, and with cookies. */
  moved: finite.default(0),
  loaders: finite.default(0),
  loadersWithCookies: finite.default(0),
  /** Milliseconds between two pages of a reader, and how many times that was seen. */
  gap: finite.default(0),
  gaps: finite.default(0),
  kept: z.array(keptSchema).max(1000),
});

/** What mitigation keeps over a restart and hands over to a newer process. */
export const mitigationFileSchema = z.strictObject({
  format: z.literal(1),
  /** Wall clock when it was written. */
  wall: z.number(),
  zones: z.record(z.string().max(256), zoneSchema),
  /** Keyed hashes of known visitors with the requests a second they are used to, the latest first. */
  visitors: z.array(z.tuple([z.int(), z.int().positive()])).max(65_536),
});

export type SavedZone = z.infer<typeof zoneSchema>;
export type SavedRequest = z.infer<typeof keptSchema>;
export type MitigationFileContent = z.infer<typeof mitigationFileSchema>;
