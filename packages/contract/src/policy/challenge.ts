import { z } from "zod";

/** A path (`/health`), all below one (`/api/*`), or all that end alike (`*.rss`). */
const pathSchema = z
  .string()
  .max(512)
  .regex(/^(?:\/[^*?#\s]*\*?|\*[^*?#\s/]+)$/, {
    error: "write a path (/health), a beginning (/api/*) or an ending (*.rss)",
  });

const name = z.string().regex(/^[a-z0-9-]{1,32}$/, {
  error: "a name is 1 to 32 lower-case letters, digits and dashes",
});

/** Where feed readers, health checks and link previews ask: also what no page of a site lives on. */
const QUIET_PATHS = [
  "/feed",
  "/feed/*",
  "/rss",
  "/atom",
  "*.rss",
  "*.atom",
  "/feed.xml",
  "/rss.xml",
  "/atom.xml",
  "/index.xml",
  "/feed.json",
  "/robots.txt",
  "/sitemap.xml",
  "/favicon.ico",
  "/health",
  "/healthz",
  "/.well-known/*",
];

export const widgetSchema = z.strictObject({
  siteKey: z
    .string()
    .regex(/^[A-Za-z0-9_-]{4,64}$/)
    .describe("What pages name in `data-sitekey`; everybody may know it."),
  secret: z
    .string()
    .min(16)
    .max(256)
    .describe("What the site's own server sends to `siteverify`; nobody else may know it."),
});

/** What uncleared visitors are asked for, and how long it lasts. Times in seconds. */
export const challengeSchema = z.strictObject({
  proof: z
    .enum(["memory", "hash"])
    .default("memory")
    .describe(
      "`memory`: cycles in graphs, hard to speed up; `hash`: SHA-256, for the least devices.",
    ),
  difficulty: z
    .enum(["easy", "normal", "hard"])
    .default("normal")
    .describe("Each step doubles the work; suspicious networks are asked for more by themselves."),
  lifetimeSeconds: z
    .int()
    .min(60)
    .max(604_800)
    .default(3600)
    .describe(
      "How long a proof clears its visitor; less for who stops early because of a slow device.",
    ),
  withoutScript: z
    .strictObject({
      enabled: z.boolean().default(true),
      seconds: z.int().min(1).max(60).default(5).describe("How long such visitors wait."),
      lifetimeSeconds: z.int().min(60).max(86_400).default(900),
      perNetwork: z
        .int()
        .min(0)
        .max(100_000)
        .default(30)
        .describe("Clearances of this kind in ten minutes for a /24 or /56."),
    })
    .prefault({})
    .describe("Visitors whose browser runs no script wait instead of working."),
  bind: z
    .strictObject({
      address: z
        .enum(["off", "prefix", "exact"])
        .default("prefix")
        .describe("`prefix`: the /24 of an IPv4 and the /56 of an IPv6 address."),
      networks: z
        .int()
        .min(0)
        .max(14)
        .default(4)
        .describe("Other networks that a session may move to without a new challenge."),
      userAgent: z.boolean().default(false),
    })
    .prefault({})
    .describe("What a clearance is bound to besides its zone and session."),
  exempt: z
    .strictObject({
      paths: z.array(pathSchema).max(256).default([]).describe("Never challenged, for any method."),
      clients: z
        .array(name)
        .max(256)
        .default([])
        .describe(
          "Programs that pass with a token in `Egide-Client`: see `egide challenge token`.",
        ),
    })
    .prefault({}),
  quiet: z
    .strictObject({
      enabled: z.boolean().default(true),
      paths: z.array(pathSchema).max(256).default(QUIET_PATHS),
      perNetwork: z.int().min(0).max(1_000_000).default(60),
      perZone: z.int().min(0).max(100_000_000).default(6000),
    })
    .prefault({})
    .describe(
      "Reads by feed readers, link previews and health checks: so many in ten minutes pass unchallenged.",
    ),
  keepBodyBytes: z
    .int()
    .min(0)
    .max(262_144)
    .default(65_536)
    .describe("Forms up to this size are sent again by themselves after the challenge."),
  widgets: z.array(widgetSchema).max(64).default([]),
});

export type ChallengePolicy = z.infer<typeof challengeSchema>;
export type ChallengeInput = z.input<typeof challengeSchema>;

export const underAttackSchema = z
  .enum(["off", "on"])
  .default("off")
  .describe(
    "`on`: every visitor without a clearance is challenged at once; `off` leaves it to `mitigation` to find out when.",
  );
