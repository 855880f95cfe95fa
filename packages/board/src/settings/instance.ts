import { z } from "zod";
import { mediaPolicySchema } from "#media/policy.ts";
import { filterSettingsSchema } from "#settings/filter.ts";
import { providerInputSchema } from "#settings/provider.ts";

/** What the instance's admin sets; rooms add a line each with a schema in a file of their own. */
export const instanceSettingsSchema = z.strictObject({
  /** Shown in titles and in the webring. */
  name: z.string().trim().min(1).max(80).default("Égide board"),
  /** Where visitors reach it: `https://board.example`. */
  url: z.url({ protocol: /^https?$/ }).default("http://localhost"),
  language: z.enum(["en", "fr"]).default("en"),
  /** Who may make boards: any account at once, any account once approved, or staff alone. */
  boardCreation: z.enum(["open", "approval", "staff"]).default("approval"),
  boardsPerAccount: z.number().int().min(0).max(1000).default(3),
  /** Hours for which plain addresses are kept; 0: never. */
  addressHours: z.number().int().min(0).max(720).default(24),
  /** Files that are taken. */
  media: mediaPolicySchema.prefault({}),
  filters: filterSettingsSchema.prefault({}),
  /** Whom reports go to, and who is called: docs/guide/moderation.md. */
  provider: providerInputSchema.prefault({}),
  threadsWatchedMost: z.number().int().min(1).max(1000).default(200),
});

export type InstanceSettings = z.infer<typeof instanceSettingsSchema>;
