import { z } from "zod";

/** A rule that matched. Texts are cut, and hold nothing that looks like a secret by its name. */
const wafMatchSchema = z.strictObject({
  rule: z.int().min(0),
  phase: z.int().min(1).max(5),
  message: z.string(),
  tags: z.array(z.string()),
  /** 0 (emergency) to 7 (debug); null where the rule names none. */
  severity: z.int().min(0).max(7).nullable(),
  /** What it matched on, such as `ARGS:q`; "" for a rule that looks at nothing. */
  variable: z.string(),
  excerpt: z.string(),
  /** What the rule itself wants written. */
  data: z.string(),
});

/** What the rule engine made of a request. */
export const wafLogSchema = z.strictObject({
  /** `failed`: it could not judge, and the zone's fail mode decided. */
  action: z.enum(["none", "detected", "blocked", "failed"]),
  inboundScore: z.int(),
  outboundScore: z.int(),
  matches: z.array(wafMatchSchema),
  /** Matches beyond those written. */
  dropped: z.int().min(0),
  /** Rules whose bound ended their search; 0 stands for the whole request's. */
  unfinished: z.array(z.int().min(0)),
  /** Time that the engine took, milliseconds. */
  duration: z.number().min(0),
});

export type WafLog = z.infer<typeof wafLogSchema>;

/**
 * One line of the request log: what every request leaves behind, exactly once. No cookie, no
 * authorization value and no body ever stands in it. Texts that came over the wire hold one char a
 * byte (latin1), so that a byte above 0x7f is seen as it was sent.
 */
export const requestLogSchema = z.strictObject({
  /** When the head was complete: ISO 8601, UTC, milliseconds. */
  time: z.iso.datetime({ precision: 3 }),
  /** Zone that answered; "" where no zone was found for the host. */
  zone: z.string(),
  requestId: z.string(),
  /** Serial number of the worker, of the connection in it, and of the request on that connection. */
  worker: z.int().min(0),
  connection: z.int().min(0),
  request: z.int().min(0),
  /** As the zone's log policy lets it be written: whole, a prefix such as `192.0.2.0/24`, a hash, or "". */
  client: z.string(),
  /** ISO 3166-1 alpha-2, or "" where not known. */
  country: z.string(),
  method: z.string(),
  scheme: z.enum(["http", "https"]),
  host: z.string(),
  path: z.string(),
  /** Without `?`, configured values redacted; "" where there is none or it is not to be written. */
  query: z.string(),
  version: z.union([z.literal(10), z.literal(11), z.literal(20), z.literal(30)]),
  /** 0: the connection was dropped without an answer, or the visitor left before one. */
  status: z.int().min(0).max(999),
  bytesIn: z.int().min(0),
  bytesOut: z.int().min(0),
  /** From the complete head to the last byte handed over, milliseconds. */
  duration: z.number().min(0),
  /** Until the origin's head was there, milliseconds; null where no origin was asked. */
  originTime: z.number().min(0).nullable(),
  cache: z.enum(["none", "hit", "miss", "stale", "revalidated", "bypass", "collapsed"]),
  verdict: z.enum([
    "allow",
    "redirect",
    "deny",
    "interstitial",
    "challenge",
    "tarpit",
    "drop",
    "unavailable",
    "refused",
  ]),
  /** Code of the rule, order, refusal or failure behind what was answered: docs/reference/errors.md. */
  code: z.string().nullable(),
  /** Ids of the zone's rules that matched, in order. */
  rules: z.array(z.string()),
  /** Whose fault a failure was. */
  fault: z.enum(["client", "origin", "edge", "operator"]).nullable(),
  outcome: z.enum(["complete", "aborted", "failed"]),
  /** e.g. `TLSv1.3`, "" for plain HTTP. */
  tls: z.string(),
  ja4: z.string(),
  /** How the client opened its HTTP/2 connection (settings, window, priorities, pseudo-headers); "" elsewhere. */
  http2: z.string(),
  userAgent: z.string(),
  referer: z.string(),
  /** Null where no rule engine looked at the request. */
  waf: wafLogSchema.nullable(),
});

export type RequestLog = z.infer<typeof requestLogSchema>;
