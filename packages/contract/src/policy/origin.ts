import { z } from "zod";
import {
  activeCheckSchema,
  hostSchema,
  passiveCheckSchema,
  retrySchema,
  seconds,
} from "#policy/origin-health.ts";

/*
 * Where a zone's content comes from and how the edge reaches it. Times in seconds, sizes in bytes.
 */

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
    verify: z
      .enum(["full", "chain", "none"])
      .default("full")
      .describe("`full`: chain and name; `chain`: chain alone; `none`: nothing."),
    reasonForNone: z
      .string()
      .min(10)
      .max(500)
      .optional()
      .describe("Why nothing is verified; needed with `none`."),
    serverName: hostSchema
      .optional()
      .describe("Name sent as SNI and looked for in the certificate; else the URL's host."),
    ca: pemSchema.optional().describe("Authorities trusted instead of the system's: PEM."),
    certificate: pemSchema.optional().describe("Client certificate with its chain, and key: PEM."),
    key: pemSchema.optional().describe("Key of the client certificate: PEM."),
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
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional()
    .describe("Stable name for logs, figures and sticky cookies; else the URL."),
  url: z
    .string()
    .refine((url) => parseOriginUrl(url) !== null, {
      message: "an origin is http://host:port, https://host:port or unix:/path",
    })
    .describe("http://host:port, https://host:port, unix:/path or unix+tls:/path."),
  weight: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe("Share of the requests against its neighbours; 0 takes no new ones (drained)."),
  protocol: z
    .enum(["auto", "h1", "h2", "h2c"])
    .default("auto")
    .describe(
      "`auto`: HTTP/1.1, and HTTP/2 for gRPC. `h2c`: HTTP/2 without TLS, by prior knowledge.",
    ),
  hostHeader: hostSchema
    .optional()
    .describe("Sent as Host in place of what the visitor asked for."),
  tls: originTlsSchema.prefault({}).describe("How TLS to the origin is judged."),
});

const balanceSchema = z.strictObject({
  by: z
    .enum(["round_robin", "least_connections", "consistent_hash"])
    .default("round_robin")
    .describe("How an origin is chosen; a sticky cookie goes first."),
  boundedLoad: z
    .number()
    .min(1.05)
    .max(10)
    .default(1.25)
    .describe(
      "Consistent hash: no origin takes more than this times its fair share of what is in flight.",
    ),
  sticky: z
    .strictObject({
      cookie: z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/)
        .default("egide_origin")
        .describe("Name of the cookie."),
      maxAgeSeconds: z
        .int()
        .min(0)
        .max(31_536_000)
        .default(86_400)
        .describe("How long browsers keep it; 0: until they are closed."),
    })
    .optional()
    .describe("Set: a signed cookie keeps a visitor with the origin that served him first."),
  slowStartSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(0)
    .describe(
      "After a recovery an origin's weight grows from a tenth to the whole over this time.",
    ),
});

/** A zone's origins and how to reach them. */
export const originsSchema = z
  .strictObject({
    origins: z.array(originSchema).min(1).max(256).describe("The servers, one or several."),
    balance: balanceSchema.prefault({}).describe("How requests are spread over several origins."),
    connectSeconds: seconds.default(5).describe("To open a connection, TLS included."),
    firstByteSeconds: seconds
      .default(60)
      .describe("From the request's last byte (or the body's last progress) to the answer's head."),
    idleSeconds: seconds
      .default(60)
      .describe(
        "Without a byte in either direction, once the answer has begun or while a body is sent.",
      ),
    continueSeconds: seconds
      .default(1)
      .describe(
        "Wait for 100 (Continue) before a body is sent all the same (RFC 9110, section 10.1.1).",
      ),
    keepAlive: z
      .strictObject({
        idleSeconds: seconds.default(55).describe("How long an idle connection is kept."),
        maxIdle: z
          .int()
          .min(0)
          .max(10_000)
          .default(64)
          .describe(
            "Idle connections kept per origin; 0: each request has a connection of its own.",
          ),
        maxRequests: z.int().min(1).default(10_000).describe("Requests on one connection."),
      })
      .prefault({})
      .describe("Connections kept for the next request."),
    maxInFlight: z
      .int()
      .min(1)
      .max(100_000)
      .default(1024)
      .describe(
        "Requests at one origin at the same time; beyond, they wait in a queue that is fair.",
      ),
    queue: z
      .strictObject({
        size: z
          .int()
          .min(0)
          .max(100_000)
          .default(1024)
          .describe("Requests that may wait; beyond, 503 with Retry-After."),
        waitSeconds: seconds.default(10).describe("How long one may wait."),
      })
      .prefault({})
      .describe("Where requests beyond `maxInFlight` wait."),
    response: z
      .strictObject({
        headerBytes: z
          .int()
          .min(1024)
          .max(1_048_576)
          .default(131_072)
          .describe("Bytes of an answer's head."),
        headerCount: z.int().min(8).max(5000).default(1000).describe("Fields of an answer."),
        trailerBytes: z.int().min(256).max(65_536).default(16_384).describe("Bytes of trailers."),
        informational: z
          .int()
          .min(0)
          .max(1000)
          .default(32)
          .describe("1xx answers before the final one."),
      })
      .prefault({})
      .describe("What an answer may look like."),
    health: z
      .strictObject({
        active: activeCheckSchema
          .optional()
          .describe("Set: each origin is asked, time and again, whether it is well."),
        passive: passiveCheckSchema
          .prefault({})
          .describe("Judging an origin by the answers to visitors' requests."),
      })
      .prefault({})
      .describe("When an origin is left out."),
    retry: retrySchema.prefault({}).describe("What happens after a failure."),
    dns: z
      .strictObject({ minSeconds: seconds.default(5), maxSeconds: seconds.default(60) })
      .refine((dns) => dns.minSeconds <= dns.maxSeconds, {
        path: ["minSeconds"],
        message: "must not be above maxSeconds",
      })
      .prefault({})
      .describe("How long a name's addresses are good, whatever the name server says."),
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
