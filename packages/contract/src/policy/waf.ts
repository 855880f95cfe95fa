import { z } from "zod";

/** Ready lists of what a well-known application needs taken out: packages/waf-rules holds them. */
export const READY_EXCLUSIONS = ["wordpress", "nextcloud", "phpbb", "discourse"] as const;

const idRangeSchema = z.union([
  z.int().min(1).max(999_999_999),
  z
    .string()
    .regex(/^\d{1,9}-\d{1,9}$/, { error: "an id such as 942100, or a range 942100-942199" }),
]);

/**
 * Something that is not looked at. `rules` and `tags` say which rules it is about (without either:
 * all), `path` on which requests, `arguments` and `targets` which values (without either: the rules
 * as a whole).
 */
export const wafExclusionSchema = z
  .strictObject({
    rules: z.array(idRangeSchema).min(1).optional().describe("Ids and ranges of ids."),
    tags: z
      .array(z.string().min(1).max(200))
      .min(1)
      .optional()
      .describe("Whole tags, such as `attack-sqli`."),
    path: z
      .string()
      .regex(/^[/*]/, { error: "a path starts with / or *" })
      .max(2048)
      .optional()
      .describe("Only for requests with this path; `*` stands for any run of characters."),
    arguments: z
      .array(z.string().min(1).max(500))
      .min(1)
      .optional()
      .describe(
        "Only these arguments, of query and body alike: names, or `/pattern/` matched anywhere in a name.",
      ),
    targets: z
      .array(z.string().min(1).max(500))
      .min(1)
      .optional()
      .describe("Only these variables as rules name them, such as `REQUEST_COOKIES:session`."),
  })
  .refine((exclusion) => Object.values(exclusion).some((value) => value !== undefined), {
    error: "an exclusion names rules, tags, a path, arguments or targets",
  });

export type WafExclusion = z.infer<typeof wafExclusionSchema>;

/** What the edge keeps of recent requests, so that a change of rules can be tried on them. */
const recordingSchema = z.strictObject({
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe("Share of the requests that are kept; 0 keeps none."),
  bytes: z
    .int()
    .min(0)
    .max(1_073_741_824)
    .default(4_194_304)
    .describe("Size of the sample on disk, for each worker; the oldest go first. 0 keeps none."),
  bodies: z
    .boolean()
    .default(false)
    .describe("Keep forms and JSON too, without what looks like a secret by its name."),
});

/** The rule engine of one zone. */
export const wafSchema = z.strictObject({
  mode: z
    .enum(["off", "detect", "block"])
    .default("off")
    .describe("`detect` writes down what would be blocked, and lets it pass."),
  rules: z
    .union([z.enum(["auto", "crs", "own"]), z.array(z.string().min(1).max(4096)).min(1).max(100)])
    .default("auto")
    .describe(
      "`crs`: the OWASP Core Rule Set that `egide rules install` fetched, else Debian's; `own`: the small set that comes along; `auto`: `crs` where there is one, else `own`; or files and folders of rules.",
    ),
  paranoia: z
    .int()
    .min(1)
    .max(4)
    .default(1)
    .describe("Paranoia level of the Core Rule Set: rules up to it count."),
  detectionParanoia: z
    .int()
    .min(1)
    .max(4)
    .optional()
    .describe("Rules up to this level are written down without counting; `paranoia` if absent."),
  inboundThreshold: z
    .int()
    .min(1)
    .max(10_000)
    .default(5)
    .describe("Anomaly score from which a request is blocked."),
  outboundThreshold: z
    .int()
    .min(1)
    .max(10_000)
    .default(4)
    .describe("Anomaly score from which a response is blocked."),
  exclusions: z
    .array(z.union([z.enum(READY_EXCLUSIONS), wafExclusionSchema]))
    .max(1000)
    .default([])
    .describe("What is not looked at: ready lists by the application's name, and one's own."),
  sample: z.number().min(0).max(1).default(1).describe("Share of the requests that are inspected."),
  bodyLimit: z
    .int()
    .min(0)
    .max(16_777_216)
    .default(131_072)
    .describe("Bytes of a request's body that are inspected; 0 inspects none."),
  responseBodyLimit: z
    .int()
    .min(0)
    .max(16_777_216)
    .default(524_288)
    .describe("Bytes of a response's body that are inspected; 0 inspects none."),
  onLimit: z
    .enum(["reject", "partial"])
    .default("partial")
    .describe("Request bodies past the limit: refused with 413, or inspected up to it."),
  failMode: z
    .enum(["open", "closed"])
    .default("closed")
    .describe("Requests that the engine can't judge within its bounds: let through, or refused."),
  budgetMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(120)
    .describe("Milliseconds of work that one request may take; past it the fail mode decides."),
  record: recordingSchema
    .prefault({})
    .describe("Sample of recent requests for `egide rules backtest`."),
});

export type WafPolicy = z.infer<typeof wafSchema>;
