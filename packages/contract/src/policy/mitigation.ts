import { z } from "zod";

/** How a zone is defended without anybody's doing. */
export const mitigationSchema = z.strictObject({
  mode: z
    .enum(["off", "watch", "on"])
    .default("on")
    .describe("on: attacks are held off by themselves; watch: it only says what it would do."),
  sensitivity: z
    .enum(["low", "medium", "high"])
    .default("medium")
    .describe("How much more than usual is too much."),
  underAttack: z
    .enum(["auto", "never"])
    .default("auto")
    .describe("May every stranger be challenged where nothing narrower covers an attack?"),
});

export type MitigationPolicy = z.infer<typeof mitigationSchema>;
