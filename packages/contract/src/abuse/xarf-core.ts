import { z } from "zod";

/** XARF v4 (schemas/v4/xarf-core.json): what a report of any category has. */

const domainSchema = z
  .string()
  .max(253)
  .regex(/^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-)){0,126}$/, {
    error: "not a host name: internationalised names are written in their xn-- form",
  });

export const contactSchema = z.strictObject({
  org: z.string().min(1).max(200),
  contact: z.email().max(254),
  domain: domainSchema,
});

/** Bytes of one piece of evidence, before Base64. */
export const EVIDENCE_MOST = 5_242_880;

export const evidenceSchema = z.strictObject({
  content_type: z.string().min(1).max(200),
  /** Base64. */
  payload: z.base64().max(Math.ceil(EVIDENCE_MOST / 3) * 4),
  description: z.string().max(500).optional(),
  hash: z
    .string()
    .regex(/^(?:md5|sha1|sha256|sha512):[a-fA-F0-9]+$/)
    .max(160)
    .optional(),
  size: z.int().min(0).max(EVIDENCE_MOST).optional(),
});

export const coreShape = {
  xarf_version: z.string().regex(/^4\.[0-9]{1,4}\.[0-9]{1,4}$/),
  report_id: z.uuid(),
  timestamp: z.iso.datetime({ offset: true }).describe("When the abuse happened."),
  /** Whose complaint it is. */
  reporter: contactSchema,
  /** Who sends it: often the same. */
  sender: contactSchema,
  source_identifier: z.string().min(1).max(512).describe("Address or domain of the source."),
  source_port: z.int().min(1).max(65_535).optional(),
  evidence_source: z.string().min(1).max(100).optional(),
  evidence: z.array(evidenceSchema).max(50).optional(),
  tags: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9_+-]{0,99}:[a-z0-9][a-z0-9_+.-]{0,199}$/))
    .max(20)
    .optional(),
  confidence: z.number().min(0).max(1).optional(),
  description: z.string().max(1000).optional(),
} as const;

/** Of category `content`: the address of what is complained of is needed. */
export const contentShape = {
  ...coreShape,
  category: z.literal("content"),
  url: z.url({ protocol: /^https?$/ }).max(2048),
  domain: domainSchema.optional(),
  verified_at: z.iso.datetime({ offset: true }).optional(),
  verification_method: z
    .enum(["manual", "automated_crawler", "user_report", "honeypot", "threat_intelligence"])
    .optional(),
} as const;
