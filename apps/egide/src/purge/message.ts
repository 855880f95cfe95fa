import { z } from "zod";

const textSchema = z.string().min(1).max(8192);

const targetSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("url"), url: textSchema }),
  z.strictObject({ kind: z.literal("prefix"), prefix: textSchema }),
  z.strictObject({ kind: z.literal("tag"), tag: textSchema }),
  z.strictObject({ kind: z.literal("host"), host: textSchema }),
  z.strictObject({ kind: z.literal("all") }),
]);

/** What `egide purge` asks of the running process over its control socket. */
export const purgeRequestSchema = z.strictObject({
  op: z.literal("purge"),
  zone: z.string(),
  targets: z.array(targetSchema).min(1).max(1000),
  /** Only make it stale. */
  soft: z.boolean(),
});

export type PurgeRequest = z.infer<typeof purgeRequestSchema>;

/** `error` alone is what a process says that doesn't know the request. */
export const purgeAnswerSchema = z.union([
  /** Milliseconds of the wall clock: what was asked of the origin until then is forgotten. */
  z.object({ at: z.number() }),
  z.object({ error: z.string(), code: z.string().optional() }),
]);

export type PurgeAnswer = z.infer<typeof purgeAnswerSchema>;

/** Longest line that the control socket takes. */
export const MAX_LINE = 65_536;
