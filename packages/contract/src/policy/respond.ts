import { z } from "zod";
import { PAGE_VALUES, Template, TemplateError } from "#page-template.ts";

/** Content types worth compressing: an exact type, or a prefix that ends in `*`. */
const COMPRESSIBLE = [
  "text/*",
  "application/javascript",
  "application/json",
  "application/ld+json",
  "application/manifest+json",
  "application/problem+json",
  "application/rss+xml",
  "application/atom+xml",
  "application/xml",
  "application/xhtml+xml",
  "application/wasm",
  "application/vnd.ms-fontobject",
  "font/ttf",
  "font/otf",
  "image/svg+xml",
  "image/bmp",
  "image/x-icon",
];

export const codingSchema = z.enum(["br", "zstd", "gzip"]);
export type Coding = z.infer<typeof codingSchema>;

export const compressionSchema = z.strictObject({
  enabled: z.boolean().default(true),
  codings: z
    .array(codingSchema)
    .min(1)
    .default(["br", "zstd", "gzip"])
    .describe("In order of preference where the visitor weighs them the same."),
  minBytes: z.int().min(0).default(1024).describe("Bodies known to be shorter stay as they are."),
  types: z.array(z.string().min(1)).default(COMPRESSIBLE),
  maxStreams: z
    .int()
    .min(1)
    .max(100_000)
    .default(256)
    .describe(
      "Streams compressed at once in a worker; those beyond go out as they are. Bounds memory.",
    ),
});

/** RFC 6797. */
export const hstsSchema = z.strictObject({
  maxAge: z.int().min(0).default(15_552_000),
  includeSubDomains: z.boolean().default(false),
  preload: z.boolean().default(false),
});

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/);
/** Visible ASCII and spaces: what may stand in a field value without quoting trouble. */
const headerValue = z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/);

function checkTemplate(source: string, context: z.RefinementCtx): void {
  try {
    Template.parse(source, PAGE_VALUES);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    context.addIssue({ code: "custom", message: `in the template, ${error.message}` });
  }
}

export const errorPagesSchema = z.strictObject({
  template: z
    .string()
    .max(262_144)
    .superRefine(checkTemplate)
    .nullable()
    .default(null)
    .describe("The zone's own HTML with `{{placeholders}}`: see docs/guide/error-pages.md."),
  contentSecurityPolicy: headerValue
    .nullable()
    .default(null)
    .describe(
      "Content-Security-Policy of that template; null keeps the strict one that allows inline style.",
    ),
  siteName: z
    .string()
    .min(1)
    .max(120)
    .nullable()
    .default(null)
    .describe("Name of the site on the pages; null: the host that was asked for."),
  contact: z
    .string()
    .max(500)
    .regex(/^(?:mailto:|https:\/\/)[\x21-\x7e]+$/)
    .nullable()
    .default(null)
    .describe("Where people can turn to: a `mailto:` or `https:` address."),
});

/** How a zone's responses are dressed on their way out. */
export const respondPolicySchema = z.strictObject({
  compression: compressionSchema.prefault({}),
  httpsRedirect: z
    .union([z.literal("off"), z.literal(301), z.literal(308)])
    .default("off")
    .describe(
      "Redirect plain HTTP to HTTPS with this status. 308 keeps the method, 301 old clients know.",
    ),
  hsts: hstsSchema.nullable().default(null).describe("Sent over TLS alone."),
  altSvc: headerValue
    .nullable()
    .default(null)
    .describe('Value of Alt-Svc (RFC 7838), e.g. `h3=":443"; ma=86400`; null sends none.'),
  server: z
    .union([z.literal("keep"), z.literal("remove"), z.strictObject({ replace: headerValue })])
    .default("keep")
    .describe(
      "The origin's Server field: passed on, left out, or replaced by a text of one's own.",
    ),
  via: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .nullable()
    .default("egide")
    .describe("Pseudonym in Via (RFC 9110, section 7.6.3); null adds no Via to responses."),
  requestIdHeader: headerName
    .nullable()
    .default("X-Request-Id")
    .describe("Field that tells the visitor the request id; null sends none."),
  errorPages: errorPagesSchema.prefault({}),
});

export type RespondPolicy = z.infer<typeof respondPolicySchema>;
export type ErrorPagesPolicy = z.infer<typeof errorPagesSchema>;
export type CompressionPolicy = z.infer<typeof compressionSchema>;
