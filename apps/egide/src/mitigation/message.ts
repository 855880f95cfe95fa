import { z } from "zod";

/** What `egide mitigation` asks of the running process over its control socket. */
export const mitigationRequestSchema = z.strictObject({
  op: z.literal("mitigation"),
  /** Takes this rule back; absent: only tells. */
  lift: z.string().max(64).optional(),
});

export type MitigationRequest = z.infer<typeof mitigationRequestSchema>;

const ruleSchema = z.object({
  id: z.string(),
  zone: z.string(),
  measure: z.enum(["probe", "challenge", "throttle", "block"]),
  expression: z.string(),
  /** The evidence in words. */
  figures: z.string(),
  /** Milliseconds it has been in force, and that are left if nothing more comes. */
  age: z.number(),
  left: z.number(),
  /** Requests it stopped: a second lately, and in all. */
  rate: z.number(),
  stopped: z.number(),
  /** False: the zone only watches. */
  enforced: z.boolean(),
});

export const mitigationsSchema = z.object({
  rules: z.array(ruleSchema),
  /** What was done lately, the oldest first: milliseconds ago, and in words. */
  past: z.array(z.object({ ago: z.number(), zone: z.string(), text: z.string() })),
});

export type Mitigations = z.infer<typeof mitigationsSchema>;
