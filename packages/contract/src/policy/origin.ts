import { z } from "zod";

/*
 * Where a zone's content comes from and how the edge reaches it. Times in seconds, sizes in bytes.
 */

const seconds = z.number().positive().max(86_400);
const statusSchema = z.int().min(100).max(599);
/** A name of the host header or of TLS: no scheme, no path, no control byte. */
const hostSchema = z.string().regex(/^[A-Za-z0-9._~:[\]-]{1,255}$/, "a host name is expected");
const pemSchema = z.string().regex(/^-----BEGIN [A-Z0-9 ]+-----\r?\n/, "PEM text is expected");

/** What an origin's URL may say, taken apart. */
export type OriginAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls: boolean }
  | { readonly kind: "unix"; readonly path: string; readonly tls: boolean };

/**
 * Reads `http://host:port`, `https://host:port`, `unix:/path` or `unix+tls:/path`; null for anything
 * else. Paths and queries are refused rather than dropped: they would promise a rewrite.
 */
export function parseOriginUrl(url: string): OriginAddress | null {
  const unix = /^unix(\+tls)?:(?:\/\/)?(\/[^\0]{1,107})$/.exec(url);
  if (unix !== null) {
    return { kind: "unix", path: unix[2] as string, tls: unix[1] !== undefined };
  }
  const tcp =
    /^(https?):\/\/(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?\/?$/.exec(url);
  if (tcp === null) return null;
  const tls = tcp[1] === "https";
  const port = tcp[3] === undefined ? (tls ? 443 : 80) : Number(tcp[3]);
  if (port < 1 || port > 65_535) return null;
  const host = (tcp[2] as string).toLowerCase();
  return { kind: "tcp", host: host.startsWith("[") ? host.slice(1, -1) : host, port, tls };
}

/**
 * How the origin's certificate is judged. Verification can't be off by mistake: `none` needs a reason
 * in words, and the edge says so in its log and figures for as long as it lasts.
 */
const originTlsSchema = z
  .strictObject({
    /** `full`: chain and name; `chain`: chain alone; `none`: nothing. */
    verify: z.enum(["full", "chain", "none"]).default("full"),
    reasonForNone: z.string().min(10).max(500).optional(),
    /** Name sent as SNI and looked for in the certificate; else the URL's host. */
    serverName: hostSchema.optional(),
    /** Authorities trusted instead of the system's: PEM. */
    ca: pemSchema.optional(),
    /** Client certificate with its chain, and key: PEM. */
    certificate: pemSchema.optional(),
    key: pemSchema.optional(),
  })
  .refine((tls) => tls.verify !== "none" || tls.reasonForNone !== undefined, {
    path: ["reasonForNone"],
    message: "say why the origin's certificate must not be verified",
  })
  .refine((tls) => (tls.certificate === undefined) === (tls.key === undefined), {
    path: ["key"],
    message: "a client certificate and its key come together",
  });

const originSchema = z.strictObject({
  /** Stable name for logs, figures and sticky cookies; else the URL. */
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional(),
  url: z.string().refine((url) => parseOriginUrl(url) !== null, {
    message: "an origin is http://host:port, https://host:port or unix:/path",
  }),
  /** Share of the requests against its neighbours; 0 takes no new ones (drained). */
  weight: z.int().min(0).max(1000).default(1),
  /** `auto`: HTTP/1.1, and HTTP/2 for gRPC. `h2c`: HTTP/2 without TLS, by prior knowledge. */
  protocol: z.enum(["auto", "h1", "h2", "h2c"]).default("auto"),
  /** Sent as Host in place of what the visitor asked for. */
  hostHeader: hostSchema.optional(),
  tls: originTlsSchema.prefault({}),
});

const balanceSchema = z.strictObject({
  by: z.enum(["round_robin", "least_connections", "consistent_hash"]).default("round_robin"),
  /** Consistent hash: no origin takes more than this times its fair share of what is in flight. */
  boundedLoad: z.number().min(1.05).max(10).default(1.25),
  /** Set: a signed cookie keeps a visitor with the origin that served him first. */
  sticky: z
    .strictObject({
      cookie: z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/)
        .default("egide_origin"),
      maxAgeSeconds: z.int().min(0).max(31_536_000).default(86_400),
    })
    .optional(),
  /** After a recovery an origin's weight grows from a tenth to the whole over this time. */
  slowStartSeconds: z.number().min(0).max(3600).default(0),
});

const activeCheckSchema = z.strictObject({
  path: z
    .string()
    .regex(/^\/[!-~]{0,1023}$/)
    .default("/"),
  /** Host of the check; else the origin's `hostHeader` or the URL's host. */
  host: hostSchema.optional(),
  intervalSeconds: seconds.default(10),
  timeoutSeconds: seconds.default(5),
  /** Statuses that count as well: single ones, or the first and last of a range. */
  expect: z
    .array(z.union([statusSchema, z.tuple([statusSchema, statusSchema])]))
    .min(1)
    .default([[200, 399]]),
  /** Good results in a row that bring an origin up, and bad ones that take it down. */
  rise: z.int().min(1).max(100).default(2),
  fall: z.int().min(1).max(100).default(3),
});

/** Judging an origin by the answers to visitors' requests. */
const passiveCheckSchema = z.strictObject({
  /** Failures in a row to connect or to get an answer; 0: not judged. */
  consecutiveFailures: z.int().min(0).max(1000).default(5),
  /**
   * Share of 5xx answers in the window that opens the breaker; 0: not judged. Off by default, since
   * who finds one URL that answers 500 could otherwise take an origin out for everybody.
   */
  serverErrorShare: z.number().min(0).max(1).default(0),
  minRequests: z.int().min(1).max(100_000).default(20),
  windowSeconds: seconds.default(10),
  /** First pause; doubles with each failed trial up to `maxOpenSeconds`. */
  openSeconds: seconds.default(1),
  maxOpenSeconds: seconds.default(30),
  /** Trial requests let through at once while half-open, and successes that close the breaker. */
  trials: z.int().min(1).max(100).default(1),
});

const retrySchema = z.strictObject({
  /** Further attempts after the first; 0: none (a stale kept-alive connection is still replaced). */
  attempts: z.int().min(0).max(5).default(2),
  /** Retries may add this share to the load, and never less than `minPerSecond`. */
  budgetShare: z.number().min(0).max(1).default(0.2),
  minPerSecond: z.number().min(0).max(1000).default(3),
  /** Statuses of an answer that are tried at another origin, for idempotent requests. */
  statuses: z.array(statusSchema).default([]),
  /** Bodies of idempotent requests up to this size are kept to be sent again. */
  replayBytes: z.int().min(0).max(1_048_576).default(65_536),
  /** Set: a GET or HEAD that is not answered after this time is sent to a second origin as well. */
  hedgeSeconds: z.number().min(0.01).max(60).optional(),
});

/** A zone's origins and how to reach them. */
export const originsSchema = z
  .strictObject({
    origins: z.array(originSchema).min(1).max(256),
    balance: balanceSchema.prefault({}),
    connectSeconds: seconds.default(5),
    /** From the request's last byte (or the body's last progress) to the answer's head. */
    firstByteSeconds: seconds.default(60),
    /** Without a byte in either direction, once the answer has begun or while a body is sent. */
    idleSeconds: seconds.default(60),
    /** Wait for 100 (Continue) before a body is sent all the same (RFC 9110, section 10.1.1). */
    continueSeconds: seconds.default(1),
    keepAlive: z
      .strictObject({
        idleSeconds: seconds.default(55),
        /** Idle connections kept per origin; 0: each request has a connection of its own. */
        maxIdle: z.int().min(0).max(10_000).default(64),
        maxRequests: z.int().min(1).default(10_000),
      })
      .prefault({}),
    /** Requests at one origin at the same time; beyond, they wait in a queue that is fair. */
    maxInFlight: z.int().min(1).max(100_000).default(1024),
    queue: z
      .strictObject({
        size: z.int().min(0).max(100_000).default(1024),
        waitSeconds: seconds.default(10),
      })
      .prefault({}),
    response: z
      .strictObject({
        headerBytes: z.int().min(1024).max(1_048_576).default(131_072),
        headerCount: z.int().min(8).max(5000).default(1000),
        trailerBytes: z.int().min(256).max(65_536).default(16_384),
        /** 1xx answers before the final one. */
        informational: z.int().min(0).max(1000).default(32),
      })
      .prefault({}),
    health: z
      .strictObject({
        active: activeCheckSchema.optional(),
        passive: passiveCheckSchema.prefault({}),
      })
      .prefault({}),
    retry: retrySchema.prefault({}),
    /** Bounds for what the name server says of how long an address is good. */
    dns: z
      .strictObject({ minSeconds: seconds.default(5), maxSeconds: seconds.default(60) })
      .refine((dns) => dns.minSeconds <= dns.maxSeconds, {
        path: ["minSeconds"],
        message: "must not be above maxSeconds",
      })
      .prefault({}),
  })
  .superRefine((zone, context) => {
    const seen = new Set<string>();
    zone.origins.forEach((origin, i) => {
      const name = origin.id ?? origin.url;
      if (seen.has(name)) {
        context.addIssue({
          code: "custom",
          path: ["origins", i, origin.id === undefined ? "url" : "id"],
          message: `two origins are called ${name}`,
        });
      }
      seen.add(name);
      const tls = parseOriginUrl(origin.url)?.tls;
      const clash =
        (origin.protocol === "h2" && tls === false) || (origin.protocol === "h2c" && tls === true);
      if (clash) {
        context.addIssue({
          code: "custom",
          path: ["origins", i, "protocol"],
          message: "h2 goes over TLS (https:), h2c without it (http: or unix:)",
        });
      }
    });
  });

export type OriginsSettings = z.infer<typeof originsSchema>;
export type OriginSettings = OriginsSettings["origins"][number];
