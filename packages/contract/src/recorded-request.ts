import { z } from "zod";

/**
 * One line of a zone's sample of recent requests: enough to hold other rules against it. The values
 * of cookies, authorization, and of whatever is named like a secret are `*`. Texts hold one char a
 * byte (latin1). Files: `<state>/samples/<zone>.<worker>.jsonl`, and `….1.jsonl` for the older half.
 */
export const recordedRequestSchema = z.strictObject({
  time: z.iso.datetime({ precision: 3 }),
  zone: z.string(),
  requestId: z.string(),
  /** As the zone's log policy lets it be written. */
  client: z.string(),
  country: z.string(),
  method: z.string(),
  /** Path and query, as they were sent. */
  target: z.string(),
  version: z.union([z.literal(10), z.literal(11), z.literal(20), z.literal(30)]),
  scheme: z.enum(["http", "https"]),
  /** Name and value in turn, Host among them. */
  headers: z.array(z.string()),
  /** Null: none, not kept, or of a kind that can't be cleaned. */
  body: z.string().nullable(),
  /** Bytes of the body as it was sent, as far as the edge saw it. */
  bodyBytes: z.int().min(0),
  /** Who asked, as far as the edge could tell. */
  visitor: z.enum(["unknown", "verifiedBot", "feedReader", "passedChallenge"]),
  status: z.int().min(0).max(999),
  /** What the rules in force made of it. */
  waf: z.strictObject({
    action: z.enum(["none", "detected", "blocked", "failed"]),
    inboundScore: z.int(),
    rules: z.array(z.int()),
  }),
});

export type RecordedRequest = z.infer<typeof recordedRequestSchema>;
