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
  /** What was noticed, and what a visitor meets whom it means, in words. */
  why: z.string(),
  does: z.string(),
  evidence: z.object({
    /** Requests a second that bore the signature, and those to be expected. */
    rate: z.number(),
    expected: z.number(),
    /** Shares, 0 to 1: of what is too much that the rule covers, of ordinary requests that it would meet. */
    coverage: z.number(),
    collateral: z.number(),
    /** Of the requests it was made for: by visitors who behave like people, and like machines. */
    people: z.number(),
    machines: z.number(),
  }),
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
