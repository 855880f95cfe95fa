import { z } from "zod";

/** Fields of a query that never reach a log, whatever a zone says. */
export const ALWAYS_REDACTED = [
  "access_token",
  "api_key",
  "apikey",
  "auth",
  "client_secret",
  "code",
  "id_token",
  "password",
  "passwd",
  "refresh_token",
  "secret",
  "sig",
  "signature",
  "token",
];

/** What a zone lets be written down about its visitors. */
export const logPolicySchema = z.strictObject({
  enabled: z.boolean().default(true),
  address: z
    .enum(["whole", "truncated", "hashed", "none"])
    .default("truncated")
    .describe(
      "`truncated` keeps the /24 of an IPv4 and the /48 of an IPv6 address; `hashed` writes a keyed hash, the same for the same address until the key changes; `none` writes an empty text.",
    ),
  query: z.boolean().default(true).describe("False: the path is written without its query."),
  redact: z
    .array(z.string().min(1).max(200))
    .max(500)
    .default([])
    .describe("Names of query parameters whose values become `*`, besides those that always do."),
  userAgent: z.boolean().default(true),
  referer: z
    .enum(["whole", "origin", "none"])
    .default("origin")
    .describe("`origin` writes scheme and host of the referring page alone."),
  sample: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("Share of the ordinary requests that are written."),
  alwaysFrom: z
    .int()
    .min(100)
    .max(600)
    .default(400)
    .describe(
      "Responses from this status on are always written, whatever the share; 600 makes no exception.",
    ),
});

export type LogPolicy = z.infer<typeof logPolicySchema>;

/** Where a node writes the records of all its zones. */
export const logSinkSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("stdout") }),
  z.strictObject({
    kind: z.literal("file"),
    path: z.string().min(1),
    maxBytes: z
      .int()
      .min(0)
      .default(104_857_600)
      .describe("Rotate once the file is this long; 0 never does."),
    maxSeconds: z
      .int()
      .min(0)
      .default(86_400)
      .describe("Rotate once the file is this old; 0 never does."),
    keep: z.int().min(0).max(10_000).default(14).describe("Rotated files that are kept."),
    gzip: z.boolean().default(true),
  }),
]);

/** Traces by OTLP over HTTP with JSON. Off without an endpoint. */
export const traceSettingsSchema = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe("Where a collector listens, e.g. `http://127.0.0.1:4318`; `/v1/traces` is added."),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(4096))
    .default({})
    .describe("Sent with each export, e.g. a collector's key."),
  share: z.number().min(0).max(1).default(0.01).describe("Share of the requests that are traced."),
  continueIncoming: z
    .boolean()
    .default(false)
    .describe(
      "Continue a visitor's own trace (W3C traceparent) and heed its wish to be sampled. Only where all visitors are one's own programs: strangers could have every request traced.",
    ),
  serviceName: z.string().min(1).max(255).default("egide"),
});

export const logSettingsSchema = z.strictObject({
  sink: logSinkSchema.default({ kind: "stdout" }),
  flushSeconds: z
    .number()
    .positive()
    .max(60)
    .default(1)
    .describe("Longest time a record waits before it is written."),
  bufferBytes: z
    .int()
    .min(262_144)
    .max(268_435_456)
    .default(4_194_304)
    .describe("Memory of a worker for records that wait; those beyond are counted and dropped."),
  traces: traceSettingsSchema.prefault({}),
});

export type LogSink = z.infer<typeof logSinkSchema>;
export type LogSettings = z.infer<typeof logSettingsSchema>;
export type TraceSettings = z.infer<typeof traceSettingsSchema>;
