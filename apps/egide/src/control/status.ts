import { z } from "zod";

/** Who serves, and where. */
export const statusRequestSchema = z.strictObject({ op: z.literal("status") });

export const statusSchema = z.object({
  pid: z.int(),
  addresses: z.object({ http: z.array(z.string()), https: z.array(z.string()) }),
});
