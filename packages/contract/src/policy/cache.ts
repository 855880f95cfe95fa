import { z } from "zod";

const seconds = z.int().min(0).max(31_536_000);
const fieldName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/);
/** `*` stands for any run of characters, also of none; everything else stands for itself. */
const glob = z.string().min(1).max(512);
const status = z.int().min(200).max(599);

/** What tells two stored responses of one URL apart before Vary has its say. */
const keySchema = z.strictObject({
  ignoreQuery: z
    .array(glob)
    .max(256)
    .default([])
    .describe("Query parameters that never reach the key, by name: `utm_*`, `fbclid`."),
  onlyQuery: z
    .array(glob)
    .max(256)
    .nullable()
    .default(null)
    .describe("Set: of the query, nothing but these parameters reaches the key."),
  sortQuery: z.boolean().default(false),
  headers: z.array(fieldName).max(16).default([]),
  cookies: z.array(z.string().min(1).max(64)).max(16).default([]),
  device: z
    .boolean()
    .default(false)
    .describe("Adds `mobile`, `tablet` or `desktop`, read off Sec-CH-UA-Mobile and User-Agent."),
});

/** The first rule whose path matches applies. */
const ruleSchema = z.strictObject({
  path: glob,
  mode: z
    .enum(["bypass", "default", "override"])
    .describe(
      "`bypass` neither reads nor stores; `default` sets a lifetime where the origin names none; `override` sets it whatever the origin says, no-store and private included.",
    ),
  ttlSeconds: seconds.default(0),
  staleWhileRevalidateSeconds: seconds.optional(),
  staleIfErrorSeconds: seconds.optional(),
});

/** How a zone's responses are stored and reused. Sizes in bytes. */
export const cacheSchema = z.strictObject({
  enabled: z.boolean().default(true),
  requestDirectives: z
    .enum(["honour", "ignore"])
    .default("honour")
    .describe(
      "`ignore` keeps visitors from forcing requests to the origin by Cache-Control and Pragma.",
    ),
  setCookie: z
    .enum(["bypass", "strip", "store"])
    .default("bypass")
    .describe(
      "Responses with Set-Cookie: not stored, stored without that field, or stored as they are.",
    ),
  authorization: z
    .enum(["explicit", "never"])
    .default("explicit")
    .describe(
      "Requests with Authorization: stored where RFC 9111, section 3.5, lets the origin allow it.",
    ),
  targetedFields: z
    .array(fieldName)
    .max(8)
    .default(["CDN-Cache-Control"])
    .describe("Fields of RFC 9213 that address this cache, the most specific first."),
  heuristic: z
    .strictObject({
      fraction: z.number().min(0).max(1).default(0.1),
      maxSeconds: seconds.default(86_400),
    })
    .prefault({})
    .describe("RFC 9111, section 4.2.2: a fraction of the time since Last-Modified."),
  key: keySchema.prefault({}),
  rules: z.array(ruleSchema).max(512).default([]),
  negative: z
    .array(z.strictObject({ statuses: z.array(status).min(1), ttlSeconds: seconds }))
    .max(32)
    .default([])
    .describe("Lifetimes of statuses for which the origin names none, e.g. 404 for a minute."),
  staleWhileRevalidateSeconds: seconds
    .default(0)
    .describe("RFC 5861 windows for responses that bring none of their own."),
  staleIfErrorSeconds: seconds.default(0),
  alwaysOnline: z
    .strictObject({
      enabled: z.boolean().default(true),
      maxSeconds: seconds.default(86_400),
      statuses: z.array(status).default([500, 502, 503, 504]),
    })
    .prefault({})
    .describe(
      "The origin is down: the last good copy is shown, marked with `Egide-Stale`, for so long.",
    ),
  collapse: z
    .strictObject({
      enabled: z.boolean().default(true),
      maxWaiters: z
        .int()
        .min(0)
        .max(100_000)
        .default(4096)
        .describe("Requests that may wait for one answer; more go to the origin by themselves."),
    })
    .prefault({}),
  limits: z
    .strictObject({
      objectBytes: z.int().min(0).default(1_073_741_824),
      headerBytes: z.int().min(256).max(1_048_576).default(32_768),
      variants: z.int().min(1).max(1024).default(64),
      tags: z.int().min(0).max(4096).default(256),
    })
    .prefault({}),
});

export type CacheSettings = z.infer<typeof cacheSchema>;
