import { z } from "zod";

/** What programs that say who they are come for. */
export const BOT_CATEGORIES = [
  "search",
  "preview",
  "feed",
  "monitoring",
  "aiSearch",
  "aiTraining",
] as const;

export type BotCategory = (typeof BOT_CATEGORIES)[number];

const measure = z.enum(["allow", "none", "limit", "challenge", "block"]);

export const botsSchema = z.strictObject({
  search: measure.default("allow"),
  preview: measure.default("allow"),
  feed: measure.default("allow"),
  monitoring: measure.default("allow"),
  aiSearch: measure.default("allow"),
  aiTraining: measure
    .default("none")
    .describe(
      "`allow`: who proved to be such a bot passes challenges; `none`: like anybody; `limit`: `perTenMinutes`, then 429; `challenge`: must meet one; `block`: 403. The last three hold for whoever claims to be one.",
    ),
  perTenMinutes: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(600)
    .describe("Requests of one category that `limit` lets through."),
  robotsTxt: z
    .strictObject({
      serve: z
        .boolean()
        .default(false)
        .describe(
          "Answer /robots.txt here: `text`, and what is set to `block` disallowed by name.",
        ),
      text: z.string().max(65_536).default("User-agent: *\nAllow: /\n"),
    })
    .prefault({}),
  agents: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        host: z
          .string()
          .regex(/^[a-z0-9.-]{3,253}$/)
          .describe("Host that Signature-Agent names; its key directory is fetched over HTTPS."),
        category: z.enum(BOT_CATEGORIES),
      }),
    )
    .max(64)
    .default([])
    .describe("Further bots that sign their requests (Web Bot Auth)."),
});

export type BotsPolicy = z.infer<typeof botsSchema>;
