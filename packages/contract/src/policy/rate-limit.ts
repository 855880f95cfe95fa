import { z } from "zod";
import { ruleIdSchema } from "#policy/rule-id.ts";

/** What windows hold: a day, so that a counter of the day before is still at hand. */
const LONGEST_SECONDS = 86_400;

const nameSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, { error: "not a name: letters, digits, - and _" });

const expressionSchema = z.string().min(1).max(16_384);

/** What tells one counter of a rule from another. */
const characteristicSchema = z.union(
  [
    z.enum(["ip", "ja4", "session", "host", "path", "method", "country", "asn"]),
    z.strictObject({
      ip: z.strictObject({
        v4: z.int().min(8).max(32).default(32).describe("Leading bits of IPv4 addresses."),
        v6: z.int().min(16).max(128).default(64).describe("Leading bits of IPv6 addresses."),
      }),
    }),
    z.strictObject({ header: nameSchema }),
    z.strictObject({ cookie: nameSchema }),
    z.strictObject({ query: z.string().min(1).max(128) }),
    z.strictObject({ expression: expressionSchema }),
  ],
  {
    error:
      "not a characteristic: write ip, ja4, session, host, path, method, country, asn, or one of { ip: }, { header: }, { cookie: }, { query: }, { expression: }",
  },
);

const statusSchema = z.union([
  z.int().min(100).max(599),
  z.enum(["1xx", "2xx", "3xx", "4xx", "5xx"]),
]);

const ruleSchema = z
  .strictObject({
    id: ruleIdSchema,
    description: z.string().max(500).default("").describe("For people."),
    enabled: z.boolean().default(true),
    expression: expressionSchema
      .optional()
      .describe("Which requests it is about, in the rules language; all if absent."),
    characteristics: z
      .array(characteristicSchema)
      .min(1)
      .max(8)
      .default(["ip"])
      .describe("What is counted apart: an address, a session, a header, several together."),
    per: z
      .enum(["requests", "bytes", "responses", "originTime"])
      .default("requests")
      .describe("What is counted; `originTime` is seconds that origins worked for the visitor."),
    statuses: z
      .array(statusSchema)
      .min(1)
      .optional()
      .describe("With `per: responses`, which: 401, or 4xx."),
    countExpression: expressionSchema
      .optional()
      .describe("With `per: responses`, which, by an expression that may speak of the answer."),
    limit: z.number().max(1e12).describe("So much may come in a period."),
    period: z.number().describe("Seconds."),
    mitigationTime: z
      .number()
      .min(0)
      .max(LONGEST_SECONDS)
      .default(0)
      .describe("Seconds for which all is stopped once the limit is passed; 0: only the excess."),
    action: z
      .enum(["log", "challenge", "block", "throttle", "tarpit"])
      .describe("What becomes of what is too much; `throttle` spreads it evenly over the period."),
    countBeforeCache: z
      .boolean()
      .optional()
      .describe("False: only requests that the cache could not answer. True if absent."),
    status: z.int().min(400).max(599).default(429).describe("Of `block` and `throttle`."),
    mode: z
      .enum(["managed", "js", "interactive"])
      .default("managed")
      .describe("Of `challenge`: who chooses how it is asked."),
    tarpitSeconds: z.number().min(1).max(120).default(20).describe("Of `tarpit`."),
    headers: z
      .boolean()
      .default(true)
      .describe("Tell who is stopped by RateLimit and RateLimit-Policy fields."),
  })
  .superRefine((rule, ctx) => {
    for (const [path, message] of whyNot(rule)) ctx.addIssue({ code: "custom", path, message });
  });

interface Written {
  readonly per: string;
  readonly action: string;
  readonly limit: number;
  readonly period: number;
  readonly mitigationTime: number;
  readonly countBeforeCache?: boolean | undefined;
  readonly statuses?: readonly unknown[] | undefined;
  readonly countExpression?: string | undefined;
}

/** Why a rule could never work, each with the setting at fault. */
function* whyNot(rule: Written): Generator<[path: string[], message: string]> {
  const { per, action, limit, period, statuses, countExpression, countBeforeCache } = rule;
  if (!(limit > 0)) {
    yield [["limit"], "nothing would pass: a rule with the action block says so better"];
  } else if (per !== "originTime" && !Number.isInteger(limit)) {
    yield [["limit"], `${per} come whole: a limit of ${limit} is none`];
  }
  if (!(period >= 1)) yield [["period"], "a window is at least a second long"];
  else if (period > LONGEST_SECONDS) {
    yield [["period"], `windows hold at most a day (${LONGEST_SECONDS} seconds)`];
  }
  const isByAnswer = statuses !== undefined || countExpression !== undefined;
  if (per === "responses" && !isByAnswer) {
    yield [["per"], "say which responses: `statuses` or `countExpression`"];
  }
  if (per !== "responses" && isByAnswer) {
    const path = statuses === undefined ? "countExpression" : "statuses";
    yield [[path], `only \`per: responses\` looks at answers, this rule counts ${per}`];
  }
  if (per !== "requests" && countBeforeCache === true) {
    yield [["countBeforeCache"], `${per} are only known once the answer is over`];
  }
  if (action === "throttle" && (per !== "requests" || countBeforeCache === false)) {
    yield [["action"], "only requests counted before the cache can be spread evenly"];
  }
  if (action === "throttle" && rule.mitigationTime > 0) {
    yield [["mitigationTime"], "a throttle lets the limit's pace through: it never holds all"];
  }
}

export const rateLimitsSchema = z
  .array(ruleSchema)
  .max(100)
  .superRefine((rules, ctx) => {
    const seen = new Set<string>();
    rules.forEach(({ id }, i) => {
      if (seen.has(id)) {
        const message = `${JSON.stringify(id)} names two rate limits`;
        ctx.addIssue({ code: "custom", path: [i, "id"], message });
      }
      seen.add(id);
    });
  });

export type RateLimit = z.infer<typeof ruleSchema>;
export type Characteristic = z.infer<typeof characteristicSchema>;

/** Databases without which nothing is known of where an address belongs. */
interface Known {
  readonly country: string | null;
  readonly asn: string | null;
}

/** The characteristics of a rule that are never known here: it would count everybody as one. */
export function unknownCharacteristics(rule: RateLimit, geo: Known): [at: number, why: string][] {
  return rule.characteristics.flatMap((one, i): [number, string][] => {
    if ((one !== "country" && one !== "asn") || geo[one] !== null) return [];
    return [[i, `no database says it: geo.${one} is not set, so all visitors would be one`]];
  });
}
