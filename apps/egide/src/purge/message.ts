import { z } from "zod";
import type { failedSchema } from "#control/message.ts";

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

/** Milliseconds of the wall clock: what was asked of the origin until then is forgotten. */
export const purgedSchema = z.object({ at: z.number() });

export type PurgeAnswer = z.infer<typeof purgedSchema> | z.infer<typeof failedSchema>;
