import { z } from "zod";
import { DSA_CATEGORIES, DSA_KEYWORDS } from "#abuse/dsa.ts";

/*
 * A statement of reasons as the DSA Transparency Database takes it (Regulation (EU) 2022/2065,
 * Articles 17 and 24(5); `POST /api/v1/statement`): names, prefixes and bounds are the database's.
 */

const prefixed = <Prefix extends string, Name extends string>(
  prefix: Prefix,
  names: readonly [Name, ...Name[]],
) => z.enum(names.map((name) => `${prefix}${name}` as const) as [`${Prefix}${Name}`]);

const date = z.iso.date();
const text = (most: number) => z.string().min(1).max(most);

const fieldsSchema = z.strictObject({
  decision_visibility: z
    .array(prefixed("DECISION_VISIBILITY_", ["CONTENT_REMOVED", "CONTENT_DISABLED"]))
    .optional(),
  decision_provision: prefixed("DECISION_PROVISION_", [
    "PARTIAL_SUSPENSION",
    "TOTAL_SUSPENSION",
  ]).optional(),
  end_date_service_restriction: date.optional(),
  decision_ground: prefixed("DECISION_GROUND_", ["ILLEGAL_CONTENT", "INCOMPATIBLE_CONTENT"]),
  illegal_content_legal_ground: text(500).optional(),
  illegal_content_explanation: text(2000).optional(),
  incompatible_content_ground: text(500).optional(),
  incompatible_content_explanation: text(2000).optional(),
  incompatible_content_illegal: z.enum(["Yes", "No"]).optional(),
  content_type: z
    .array(prefixed("CONTENT_TYPE_", ["TEXT", "IMAGE", "VIDEO", "AUDIO", "OTHER"]))
    .min(1),
  content_type_other: text(500).optional(),
  category: prefixed("STATEMENT_CATEGORY_", [...DSA_CATEGORIES]),
  category_specification: z.array(prefixed("KEYWORD_", [...DSA_KEYWORDS])).optional(),
  category_specification_other: text(500).optional(),
  content_date: date,
  application_date: date,
  decision_facts: text(5000),
  source_type: z.enum(["SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"]),
  automated_detection: z.enum(["Yes", "No"]),
  automated_decision: prefixed("AUTOMATED_DECISION_", ["FULLY", "PARTIALLY", "NOT_AUTOMATED"]),
  puid: z.string().regex(/^[A-Za-z0-9_-]{1,500}$/),
});

export type Statement = z.infer<typeof fieldsSchema>;

/** With what the database asks of the fields together. */
export const statementSchema = fieldsSchema
  .refine((one) => one.decision_visibility !== undefined || one.decision_provision !== undefined, {
    message: "a statement names at least one restriction",
  })
  .refine(
    (one) =>
      one.decision_ground === "DECISION_GROUND_ILLEGAL_CONTENT"
        ? one.illegal_content_legal_ground !== undefined &&
          one.illegal_content_explanation !== undefined
        : one.incompatible_content_ground !== undefined &&
          one.incompatible_content_explanation !== undefined,
    { message: "a ground comes with its words" },
  )
  .refine(
    (one) =>
      one.category_specification_other === undefined ||
      one.category_specification?.includes("KEYWORD_OTHER") === true,
    { message: "other words come with KEYWORD_OTHER" },
  );
