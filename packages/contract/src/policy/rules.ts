import { z } from "zod";
import { ruleIdSchema } from "#policy/rule-id.ts";

/** As long as an expression may be: packages/expr reads it, and says where it is wrong. */
const expressionSchema = z
  .string()
  .min(1)
  .max(16_384)
  .describe('In the rules language: `http.request.uri.path contains "/admin"`.');

/** A text as it is, or an expression that gives one. */
const valueSchema = z.union([
  z.string().max(8192),
  z.strictObject({ expression: expressionSchema }),
]);

const headerNameSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, { error: "not the name of a field" })
  .refine((name) => !FRAMING.has(name.toLowerCase()), {
    error: "this field frames the message: no rule may touch it",
  });

const FRAMING = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
  "keep-alive",
  "proxy-connection",
  "via",
  "cdn-loop",
]);

const plainText = z
  .string()
  .regex(/^[^\0\r\n]*$/, { error: "no line feeds in the value of a field" });

const headerValueSchema = z.union([
  plainText.max(8192),
  z.strictObject({ expression: expressionSchema }),
]);

const headersSchema = {
  set: z
    .record(headerNameSchema, headerValueSchema)
    .default({})
    .describe("Fields and their only value."),
  add: z
    .record(headerNameSchema, headerValueSchema)
    .default({})
    .describe("Fields that get one more value."),
  remove: z.array(headerNameSchema).max(100).default([]).describe("Fields that are taken out."),
};

const common = {
  id: ruleIdSchema,
  description: z.string().max(500).default("").describe("For people."),
  expression: expressionSchema,
  enabled: z.boolean().default(true),
};

/** What `skip` may leave out: the rest of these rules, and the engines that come after them. */
export const SKIPPABLE = ["rules", "limits", "waf", "challenge"] as const;

const statusSchema = z.union([z.literal(301), z.literal(302), z.literal(307), z.literal(308)]);

/** One rule of a zone: what it is about, and what is done then. */
const ruleSchema = z.discriminatedUnion("action", [
  z.strictObject({ ...common, action: z.literal("allow") }),
  z.strictObject({
    ...common,
    action: z.literal("skip"),
    skip: z.array(z.enum(SKIPPABLE)).min(1).describe("What is left out for these requests."),
  }),
  z.strictObject({ ...common, action: z.literal("log") }),
  z.strictObject({
    ...common,
    action: z.literal("challenge"),
    mode: z
      .enum(["managed", "js", "interactive"])
      .default("managed")
      .describe("`managed` leaves the choice to the edge."),
  }),
  z.strictObject({
    ...common,
    action: z.literal("block"),
    status: z.int().min(400).max(599).default(403),
    body: z.string().max(65_536).optional().describe("Sent instead of the page for the status."),
    contentType: plainText.min(3).max(100).default("text/plain; charset=utf-8"),
  }),
  z.strictObject({
    ...common,
    action: z.literal("redirect"),
    to: valueSchema.describe("Where to: a URL, a path, or an expression that gives one."),
    status: statusSchema.default(302),
    keepQuery: z.boolean().default(false).describe("Put the query of the request behind it."),
  }),
  z
    .strictObject({
      ...common,
      action: z.literal("rewrite"),
      path: valueSchema.optional().describe("The path that cache and origin are asked for."),
      query: valueSchema.optional().describe("The query, without `?`; empty for none."),
    })
    .refine((rule) => rule.path !== undefined || rule.query !== undefined, {
      error: "a rewrite names a path or a query",
    }),
  z.strictObject({ ...common, action: z.literal("request-headers"), ...headersSchema }),
  z.strictObject({ ...common, action: z.literal("response-headers"), ...headersSchema }),
  z.strictObject({
    ...common,
    action: z.literal("tarpit"),
    seconds: z.number().min(1).max(120).default(20).describe("How long the visitor is kept."),
  }),
]);

export const rulesSchema = z
  .array(ruleSchema)
  .max(1000)
  .superRefine((rules, ctx) => {
    const seen = new Set<string>();
    rules.forEach(({ id }, i) => {
      if (seen.has(id)) {
        const message = `${JSON.stringify(id)} names two rules`;
        ctx.addIssue({ code: "custom", path: [i, "id"], message });
      }
      seen.add(id);
    });
  });

const listNameSchema = z
  .string()
  .regex(/^[a-z0-9_]{1,50}$/, { error: "a list's name has lower-case letters, digits and _" });

/** What `$name` stands for in expressions. */
export const listsSchema = z.record(
  listNameSchema,
  z
    .strictObject({
      kind: z
        .enum(["ip", "asn", "int", "hostname", "string"])
        .describe("`hostname` takes `*.example.org` for every name below it."),
      items: z
        .array(z.union([z.string().max(2048), z.int()]))
        .max(500_000)
        .default([]),
      file: z
        .string()
        .min(1)
        .optional()
        .describe("More items, one a line; what follows # is a remark."),
    })
    .describe("A list of addresses and blocks, numbers, host names or strings."),
);

export type Rule = z.infer<typeof ruleSchema>;
export type RuleValue = z.infer<typeof valueSchema>;
export type Lists = z.infer<typeof listsSchema>;

/** Databases in MaxMind's format. Without them no country and no system is known. */
export const geoSchema = z.strictObject({
  country: z.string().min(1).nullable().default(null).describe("File with countries (.mmdb)."),
  asn: z.string().min(1).nullable().default(null).describe("File with autonomous systems (.mmdb)."),
});

export type GeoSettings = z.infer<typeof geoSchema>;
