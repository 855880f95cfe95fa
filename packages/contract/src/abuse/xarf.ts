import { z } from "zod";
import { EXTENSION_TYPES, extensionSchema } from "#abuse/extension.ts";
import { contentShape, coreShape } from "#abuse/xarf-core.ts";

/** The version of XARF that we write. */
export const XARF_VERSION = "4.2.0";

/** Types of XARF v4's category `content` that need no more than the address. */
const PLAIN_TYPES = ["phishing", "malware"] as const;

const extra = { x_egide: extensionSchema.optional() } as const;

const plainSchema = z.looseObject({ ...contentShape, type: z.enum(PLAIN_TYPES), ...extra });

const fraudSchema = z.looseObject({
  ...contentShape,
  type: z.literal("fraud"),
  fraud_type: z.enum([
    "investment",
    "romance",
    "tech_support",
    "lottery",
    "advance_fee",
    "cryptocurrency",
    "shopping",
    "charity",
    "employment",
    "government_impersonation",
    "other",
  ]),
  ...extra,
});

const brandSchema = z.looseObject({
  ...contentShape,
  type: z.literal("brand_infringement"),
  infringement_type: z.string().min(1).max(100),
  legitimate_site: z.url({ protocol: /^https?$/ }).max(2048),
  ...extra,
});

const compromiseSchema = z.looseObject({
  ...contentShape,
  type: z.literal("remote_compromise"),
  compromise_type: z.string().min(1).max(100),
  ...extra,
});

const registrationSchema = z.looseObject({
  ...contentShape,
  type: z.literal("suspicious_registration"),
  registration_date: z.iso.datetime({ offset: true }),
  suspicious_indicators: z.array(z.string().min(1).max(100)).min(1).max(50),
  ...extra,
});

const exposedDataSchema = z.looseObject({
  ...contentShape,
  type: z.literal("exposed_data"),
  data_types: z.array(z.string().min(1).max(100)).min(1).max(50),
  exposure_method: z.string().min(1).max(100),
  ...extra,
});

/**
 * Child sexual abuse material is told by address and hash alone: a copy in a report would be a
 * further distribution, whoever sends it.
 */
const noCopies = z.array(z.never({ error: "evidence of this type is never copied" })).optional();

const csamSchema = z.looseObject({
  ...contentShape,
  type: z.literal("csam"),
  evidence: noCopies,
  classification: z.enum(["baseline", "A1", "A2", "B1", "B2"]),
  detection_method: z.enum([
    "hash_match",
    "ai_detection",
    "manual_review",
    "user_report",
    "automated_scan",
  ]),
  media_type: z.enum(["image", "video", "audio", "text", "mixed"]).optional(),
  content_removed: z.boolean().optional(),
  ...extra,
});

const csemSchema = z.looseObject({
  ...contentShape,
  type: z.literal("csem"),
  evidence: noCopies,
  exploitation_type: z.enum([
    "grooming",
    "solicitation",
    "sextortion",
    "trafficking",
    "distribution",
    "production",
    "possession",
  ]),
  detection_method: z.enum([
    "behavioral_analysis",
    "keyword_detection",
    "user_report",
    "ai_detection",
    "manual_review",
    "law_enforcement_referral",
  ]),
  ...extra,
});

const ownSchema = z.looseObject({
  ...contentShape,
  type: z.enum(EXTENSION_TYPES),
  x_egide: extensionSchema,
});

const copyrightSchema = z.looseObject({
  ...coreShape,
  category: z.literal("copyright"),
  type: z.literal("ugc_platform"),
  infringing_url: z.url({ protocol: /^https?$/ }).max(2048),
  platform_name: z.string().min(1).max(200),
  ...extra,
});

/** The reports of XARF v4 that a board and its provider exchange; other fields pass as they are. */
export const xarfSchema = z.discriminatedUnion("type", [
  plainSchema,
  fraudSchema,
  brandSchema,
  compromiseSchema,
  registrationSchema,
  exposedDataSchema,
  csamSchema,
  csemSchema,
  ownSchema,
  copyrightSchema,
]);

export type Xarf = z.infer<typeof xarfSchema>;
export type XarfType = Xarf["type"];

/** The address that a report complains of. */
export function urlOf(xarf: Xarf): string {
  return xarf.category === "copyright" ? xarf.infringing_url : xarf.url;
}
