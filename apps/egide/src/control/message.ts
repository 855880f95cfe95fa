import { z } from "zod";

/** Longest line that the control socket takes. */
export const MAX_LINE = 65_536;

/** A refusal. Without a code: the process doesn't know the request. */
export const failedSchema = z.object({ error: z.string(), code: z.string().optional() });
