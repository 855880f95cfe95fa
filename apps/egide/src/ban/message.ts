import { z } from "zod";

const banAddSchema = z.strictObject({
  op: z.literal("ban"),
  what: z.literal("add"),
  prefixes: z.array(z.string().min(1).max(64)).min(1).max(1000),
  seconds: z.number().positive().max(31_622_400),
  evidence: z.string().max(512),
});

const banLiftSchema = z.strictObject({
  op: z.literal("ban"),
  what: z.literal("lift"),
  prefixes: z.array(z.string().min(1).max(64)).min(1).max(1000),
});

const banListSchema = z.strictObject({ op: z.literal("ban"), what: z.literal("list") });

/** What `egide ban` asks of the running process over its control socket. */
export const banRequestSchema = z.discriminatedUnion("what", [
  banAddSchema,
  banLiftSchema,
  banListSchema,
]);

export type BanOrder = z.infer<typeof banRequestSchema>;

const listedSchema = z.object({
  prefix: z.string(),
  /** Seconds left. */
  left: z.number(),
  by: z.string(),
  since: z.number(),
  evidence: z.string(),
});

export type ListedBan = z.infer<typeof listedSchema>;

export const bansSchema = z.union([
  /** For each prefix what became of it, in words that need no more. */
  z.object({ done: z.array(z.object({ prefix: z.string(), ok: z.boolean(), text: z.string() })) }),
  /** The last to end first; `total` where there are more than fit. */
  z.object({ bans: z.array(listedSchema), total: z.int() }),
]);

export type Bans = z.infer<typeof bansSchema>;
