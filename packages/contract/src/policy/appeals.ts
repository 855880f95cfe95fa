import { z } from "zod";

/** Whether visitors who were refused get a receipt and a form. */
export const appealsSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Refusals come with a receipt that the visitor can contest: docs/guide/appeals.md."),
  days: z
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe("How long a refusal can be contested, and its outcome be looked up."),
});

export type AppealsPolicy = z.infer<typeof appealsSchema>;
