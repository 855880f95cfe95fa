import { z } from "zod";

/** Who asked for a ban: a person, the edge by itself, or another operator that this one trusts. */
const banOriginSchema = z.enum(["operator", "automation", "peer"]);

/** A ban as it is kept over a restart: see edge/kernel/ban-file.ts. */
const banRecordSchema = z.strictObject({
  prefix: z.string().max(64),
  seconds: z.number().positive(),
  evidence: z.string().max(512),
  by: banOriginSchema,
  /** Wall clock, milliseconds. */
  since: z.number(),
  /** Milliseconds of the machine's monotonic clock. */
  ends: z.number(),
});

export const banFileSchema = z.strictObject({
  format: z.literal(1),
  /** The start of the machine that `at` and `ends` are counted from. */
  boot: z.string(),
  /** Monotonic and wall clock when it was written. */
  at: z.number(),
  wall: z.number(),
  bans: z.array(banRecordSchema),
});

export type BanFileContent = z.infer<typeof banFileSchema>;
