import { z } from "zod";

/** What a zone calls one of its rules or limits. */
export const ruleIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
    error: "not an id: lower-case letters, digits, dots, dashes, at most 64",
  })
  .describe("Name in the log and in metrics; unique in its zone.");
