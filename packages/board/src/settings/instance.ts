import { z } from "zod";
import { mediaPolicySchema } from "#media/policy.ts";
import { filterSettingsSchema } from "#settings/filter.ts";
import { providerInputSchema } from "#settings/provider.ts";
import { storageSettingsSchema } from "#settings/storage.ts";

/** What the instance's admin sets; rooms add a line each with a schema in a file of their own. */
export const instanceSettingsSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .default("Égide board")
    .describe("Shown in titles and in the webring."),
  url: z
    .url({ protocol: /^https?$/ })
    .default("http://localhost")
    .describe("Where visitors reach it; the option `--url` wins."),
  language: z
    .enum(["en", "fr"])
    .default("en")
    .describe("For whoever prefers neither English nor French."),
  boardCreation: z
    .enum(["open", "approval", "staff"])
    .default("approval")
    .describe(
      "Who may make boards: any account at once, any account once approved, or staff alone.",
    ),
  boardsPerAccount: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(3)
    .describe("How many one account may own."),
  addressHours: z
    .number()
    .int()
    .min(0)
    .max(720)
    .default(24)
    .describe("Hours for which plain addresses are kept; 0: never. Keyed hashes are kept longer."),
  media: mediaPolicySchema
    .prefault({})
    .describe("Files that are taken: docs/guide/board-files.md."),
  storage: storageSettingsSchema.describe("Where files lie: docs/guide/board-files.md."),
  countries: z
    .string()
    .max(4096)
    .default("")
    .describe("A database of countries in MaxMind's format, for boards that show them; its path."),
  filters: filterSettingsSchema
    .prefault({})
    .describe("What posts are held against, on all boards: docs/guide/board-files.md."),
  provider: providerInputSchema
    .prefault({})
    .describe("Whom reports go to, and who is called: docs/guide/moderation.md."),
  threadsWatchedMost: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(200)
    .describe("Threads that one visitor may watch."),
});

export type InstanceSettings = z.infer<typeof instanceSettingsSchema>;

/** The same as JSON Schema, as an admin writes it: what has a default may be left out. */
export function instanceJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(instanceSettingsSchema, { io: "input", unrepresentable: "any" }),
    title: "Settings of a board's site",
  };
}
