import { z } from "zod";

/**
 * What an order does to whoever asks: `block` refuses, `interstitial` warns first, `suspend` stops
 * the whole site for a time, `end-service` is the last word of the operator.
 */
export const MEASURES = ["block", "interstitial", "suspend", "end-service"] as const;

/** A reason in public words, in the languages that visitors are answered in. */
export const publicTextSchema = z.strictObject({
  en: z.string().trim().min(1).max(2000),
  fr: z.string().trim().min(1).max(2000),
});

/** Who demands it by law. With it a refusal is 451 (RFC 7725), without it 403 or 410. */
const legalSchema = z.strictObject({
  demandedBy: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe("Court or authority, as the visitor is told."),
  /**
   * RFC 7725, section 4: `blocked-by` names who carries the block out, not who demanded it.
   */
  blockedBy: z
    .url({ protocol: /^https?$/ })
    .regex(/^[\x21-\x7e]+$/)
    .regex(/^[^<>"\\]*$/)
    .optional()
    .describe(
      "Address of the operator who carries it out; the configuration's operator.url if absent.",
    ),
});

/** Requests are compared without `//`, `/./` and `/../`: a pattern with them would match nothing. */
function isPlainPath(text: string): boolean {
  const segments = (text.split("?", 1)[0] as string).split("/").slice(1);
  return segments.every(
    (segment, i) =>
      segment !== "." && segment !== ".." && (segment !== "" || i === segments.length - 1),
  );
}

const pathPatternSchema = z
  .string()
  .max(2048)
  .regex(/^\/[\x21-\x7e]*$/, {
    error: "not a path pattern: starts with /, * stands for any run of characters, no spaces",
  })
  .refine(isPlainPath, {
    error: "a path pattern has no //, /./ or /../: paths are compared without them",
  });

const countrySchema = z.string().regex(/^[A-Z]{2}$/, {
  error: "not a country: two capital letters (ISO 3166-1), e.g. FR",
});

const instantSchema = z.iso.datetime({
  offset: true,
  error: "not an instant: write 2026-01-31T18:00:00Z or …+01:00",
});

/** A restriction on a zone or on some of its paths, with its grounds, its author and its time. */
export const orderSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
      error: "not an order id: lower-case letters, digits and dashes, 64 at most",
    }),
    zone: z.string().min(1).max(255).describe("Id of the zone."),
    paths: z
      .array(pathPatternSchema)
      .min(1)
      .max(1000)
      .optional()
      .describe("Only these paths; the whole zone if absent."),
    measure: z.enum(MEASURES),
    countries: z
      .array(countrySchema)
      .min(1)
      .optional()
      .describe("Only visitors from these countries; all if absent."),
    legal: legalSchema.optional(),
    publicReason: publicTextSchema,
    starts: instantSchema,
    ends: instantSchema.optional().describe("Without it the order holds until it is lifted."),
    issuer: z.string().trim().min(1).max(300).describe("Who decided it, for the records."),
    reference: z
      .string()
      .trim()
      .min(1)
      .max(300)
      .describe("Case number, for the records and the visitor."),
  })
  .refine(
    (order) => order.ends === undefined || Date.parse(order.ends) > Date.parse(order.starts),
    {
      path: ["ends"],
      error: "ends before it starts",
    },
  )
  .refine(
    (order) => order.measure === "block" || order.measure === "interstitial" || !order.countries,
    {
      path: ["countries"],
      error: "only block and interstitial can be limited to countries",
    },
  );

export type Order = z.infer<typeof orderSchema>;
export type Measure = Order["measure"];
