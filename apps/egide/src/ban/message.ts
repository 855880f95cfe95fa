import { sharedBanSchema } from "@egide/contract/ban-list.ts";
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

/** Of a list whose signature the command has checked; the process weighs it. */
const banImportSchema = z.strictObject({
  op: z.literal("ban"),
  what: z.literal("import"),
  /** Name of the peer, as in `bans.peers`. */
  peer: z.string().max(64),
  bans: z.array(sharedBanSchema).min(1).max(1000),
});

/** What `egide ban` asks of the running process over its control socket. */
export const banRequestSchema = z.discriminatedUnion("what", [
  banAddSchema,
  banLiftSchema,
  banListSchema,
  banImportSchema,
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

/** What became of an imported list: see ban/peers.ts. */
export const takenSchema = z.object({
  applied: z.int(),
  noted: z.int(),
  kept: z.int(),
  refused: z.int(),
});
