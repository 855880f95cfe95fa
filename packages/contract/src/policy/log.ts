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
  /**
   * `truncated` keeps the /24 of an IPv4 and the /48 of an IPv6 address; `hashed` writes a keyed
   * hash, the same for the same address until the key changes; `none` writes an empty text.
   */
  address: z.enum(["whole", "truncated", "hashed", "none"]).default("truncated"),
  /** False: the path is written without its query. */
  query: z.boolean().default(true),
  /** Names of query parameters whose values become `*`, besides those that always do. */
  redact: z.array(z.string().min(1).max(200)).max(500).default([]),
  userAgent: z.boolean().default(true),
  /** `origin` writes scheme and host of the referring page alone. */
  referer: z.enum(["whole", "origin", "none"]).default("origin"),
  /** Share of the ordinary requests that are written. */
  sample: z.number().min(0).max(1).default(1),
  /** Responses from this status on are always written, whatever the share; 600 makes no exception. */
  alwaysFrom: z.int().min(100).max(600).default(400),
});

export type LogPolicy = z.infer<typeof logPolicySchema>;

/** Where a node writes the records of all its zones. */
export const logSinkSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("stdout") }),
  z.strictObject({
    kind: z.literal("file"),
    path: z.string().min(1),
    /** Rotate once the file is this long; 0 never does. */
    maxBytes: z.int().min(0).default(104_857_600),
    /** Rotate once the file is this old; 0 never does. */
    maxSeconds: z.int().min(0).default(86_400),
    /** Rotated files that are kept. */
    keep: z.int().min(0).max(10_000).default(14),
    gzip: z.boolean().default(true),
  }),
]);

/** Traces by OTLP over HTTP with JSON. Off without an endpoint. */
export const traceSettingsSchema = z.strictObject({
  /** Where a collector listens, e.g. `http://127.0.0.1:4318`; `/v1/traces` is added. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  /** Sent with each export, e.g. a collector's key. */
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(4096)).default({}),
  /** Share of the requests that are traced. */
  share: z.number().min(0).max(1).default(0.01),
  /**
   * Continue a visitor's own trace (W3C traceparent) and heed its wish to be sampled. Only where all
   * visitors are one's own programs: strangers could have every request traced.
   */
  continueIncoming: z.boolean().default(false),
  serviceName: z.string().min(1).max(255).default("egide"),
});

export const logSettingsSchema = z.strictObject({
  sink: logSinkSchema.default({ kind: "stdout" }),
  /** Longest time a record waits before it is written. */
  flushSeconds: z.number().positive().max(60).default(1),
  /** Memory of a worker for records that wait; those beyond are counted and dropped. */
  bufferBytes: z.int().min(262_144).max(268_435_456).default(4_194_304),
  traces: traceSettingsSchema.prefault({}),
});

export type LogSink = z.infer<typeof logSinkSchema>;
export type LogSettings = z.infer<typeof logSettingsSchema>;
export type TraceSettings = z.infer<typeof traceSettingsSchema>;
